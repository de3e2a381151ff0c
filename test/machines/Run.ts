/**
 * Two machines on one PostgreSQL, the one that sweeps killed in the middle of the work. Nobody but one order's webhook
 * tells of a payment: whoever is to know has to ask.
 */
import type { Simulator } from "@gatefold/core/Simulator"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { Console, Data, Effect } from "effect"
import * as Postgres from "../../packages/checkout/test/support/Postgres.ts"
import * as Audit from "./Audit.ts"
import * as Machine from "./Machine.ts"

/** It does not come to what it should. */
export class Stuck extends Data.TaggedError("Stuck")<{ readonly message: string }> {}

const until = Effect.fnUntraced(function*(what: string, holds: () => boolean) {
  for (const deadline = performance.now() + 30_000; !holds(); yield* Effect.sleep("20 millis")) {
    if (performance.now() > deadline) return yield* new Stuck({ message: `waited 30 s until ${what}` })
  }
})

const providers = Effect.gen(function*() {
  const shop = "https://shop.example"
  const defaultUrls = { callback: `${shop}/hook`, success: `${shop}/ok`, fail: `${shop}/no` }
  const currencies = [{ code: "MXN", name: "Mexican Peso", symbol: "$", decimal: 2, rate: "18.40" }]
  return {
    ecca: yield* EccaSimulator.make({ webhooks: "manual", currencies, defaultUrls }),
    ecryptopay: yield* EcryptopaySimulator.make({ webhooks: "manual" })
  }
})

type Providers = Effect.Success<typeof providers>

/** A machine that does not outlive the scope. */
const machine = (name: string, env: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(Effect.promise(() => Machine.start(name, env)), ({ kill }) => Effect.promise(kill))

/** All that was told, and what follows from it. */
const makeLedger = ({ ecca, ecryptopay }: Providers) => {
  const machines: Array<Machine.Machine> = []
  const all = <T extends Machine.Report["tells"]>(tells: T, by: ReadonlyArray<Machine.Machine> = machines) =>
    by.flatMap(({ reports }) => reports.filter((report): report is Machine.Told<T> => report.tells === tells))
  const opened = (reference: string) => all("opened").find((report) => report.reference === reference)
  return {
    machines,
    all,
    opened,
    isPaid: (reference: string) =>
      all("taken").some(({ attempt, kinds }) => attempt === `${reference}/1` && kinds.includes("paid")),
    /** The customer of an order pays. */
    pay: Effect.fnUntraced(function*(reference: string) {
      const order = opened(reference)
      const simulator: Simulator = order?.account === "ecca" ? ecca : ecryptopay
      yield* simulator.pay(order?.invoice ?? reference)
    })
  }
}

/** Who has asked how often, and who has taken how many changes. */
const shown = (machines: ReadonlyArray<Machine.Machine>) =>
  machines.map(({ name, reports }) => {
    const count = (tells: Machine.Report["tells"]) => reports.filter((report) => report.tells === tells).length
    return `${name} asked ${count("asked")} times and took ${count("taken")} changes`
  }).join(", ")

/** What became of it all. */
export interface Outcome extends Audit.Findings {
  readonly orders: number
  /** How long nobody swept after the kill, in milliseconds. */
  readonly moved: number
  /** Machines that did not end cleanly when they were asked to. */
  readonly unclean: ReadonlyArray<string>
}

export const run = Effect.fnUntraced(function*(orders: number) {
  const server = yield* Postgres.make
  const url = yield* server.createDatabase
  const { ecca, ecryptopay } = yield* providers
  const env = { ...ecca.settings, ...ecryptopay.settings, GATEFOLD_DATABASE_URL: url }
  const { all, isPaid, machines, opened, pay } = makeLedger({ ecca, ecryptopay })
  const began = (name: string, GATEFOLD_PROVIDER: string) =>
    Effect.tap(machine(name, { ...env, GATEFOLD_PROVIDER }), (one) => Effect.sync(() => machines.push(one)))
  const first = yield* Effect.all([began("A", "ecca"), began("B", "ecryptopay")], { concurrency: 2 })
  yield* Console.log("A opens at Ecca and B at ecryptopay, on one PostgreSQL")

  const references: Array<string> = []
  /** Opens orders on the machines in turn, every fifth on all of them at once. */
  const open = Effect.fnUntraced(function*(count: number, on: ReadonlyArray<Machine.Machine>) {
    const batch = Array.from({ length: count }, (_, index) => `order-${references.length + index + 1}`)
    references.push(...batch)
    for (const [index, reference] of batch.entries()) {
      for (const one of on) if (index % 5 === 4 || one === on[index % on.length]) one.open(reference)
    }
    yield* until(`${batch.join(", ")} are open`, () => batch.every((reference) => opened(reference) !== undefined))
    return batch
  })
  const payAll = Effect.fnUntraced(function*(batch: ReadonlyArray<string>) {
    yield* Effect.forEach(batch, pay, { discard: true })
  })
  const untilPaid = (batch: ReadonlyArray<string>) => until(`${batch.join(", ")} are paid`, () => batch.every(isPaid))

  const [told = "", ...early] = yield* open(Math.ceil(orders / 2), first)
  yield* payAll(early)
  yield* untilPaid(early)
  yield* Console.log(`${early.length} orders paid: ${shown(first)}`)

  const asking = first.toSorted((a, b) => newest(b) - newest(a))
  const [sweeper, survivor] = asking
  if (sweeper === undefined || survivor === undefined) return yield* new Stuck({ message: "there are no machines" })
  yield* Effect.promise(sweeper.kill)
  const killedAt = performance.timeOrigin + performance.now()
  yield* Console.log(`${sweeper.name}, which swept, is killed`)

  yield* pay(told)
  yield* ecca.webhooksTo(`${survivor.origin}/webhooks/ecca`)
  yield* ecca.deliver(opened(told)?.invoice ?? told)
  yield* untilPaid([told])
  const late = yield* open(Math.floor(orders / 4), [survivor])
  yield* payAll(late)
  const meanwhile = Math.round(performance.timeOrigin + performance.now() - killedAt)
  yield* Console.log(`${survivor.name} took a webhook and opened ${late.length} orders within ${meanwhile} ms`)
  yield* untilPaid(late)
  const id = opened(told)?.invoice ?? told
  const moved = all("asked", [survivor]).find(({ at, url }) => at > killedAt && !url.includes(id))?.at ?? Infinity
  yield* Console.log(`${survivor.name} sweeps since ${Math.round(moved - killedAt)} ms after the kill`)

  const again = yield* began(`${sweeper.name}2`, "ecca")
  const last = yield* open(orders - references.length, [survivor, again])
  yield* payAll(last)
  yield* untilPaid(last)
  yield* Console.log(`${references.length} orders paid: ${shown(machines)}`)

  const codes = yield* Effect.promise(() => Promise.all([survivor.end(), again.end()]))
  const findings = yield* Audit.make(url, references, machines.flatMap(({ reports }) => reports), [ecca, ecryptopay])
  const outcome: Outcome = {
    ...findings,
    orders: references.length,
    moved: moved - killedAt,
    unclean: [survivor, again].filter((_, index) => codes[index] !== 0).map(({ name }) => name)
  }
  return outcome
})

/** When a machine last asked a provider. */
const newest = ({ reports }: Machine.Machine): number =>
  reports.reduce((latest, report) => report.tells === "asked" ? Math.max(latest, report.at) : latest, 0)
