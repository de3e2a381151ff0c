/**
 * Customers who come at fixed times, whatever the shop does: each opens an order, pays, and the shop is told that it is
 * covered. At the end all books are held against each other.
 */
import type { Simulator } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { readFile } from "node:fs/promises"
import * as Audit from "../../soak/Audit.ts"
import * as Books from "../../soak/Books.ts"
import * as Database from "../../soak/Database.ts"
import * as Evidence from "../../soak/Evidence.ts"
import type * as Child from "../Child.ts"
import * as Weather from "./Weather.ts"
import * as World from "./World.ts"

export interface Options {
  readonly kind: Database.Kind
  /** How many customers come in each second, and how many in all. */
  readonly rate: number
  readonly orders: number
}

export interface Measured extends Audit.Findings {
  /** Orders that were covered, in each second from the first arrival to the last handing over. */
  readonly throughput: number
  /** How long opening took each, from the moment that the customer came, in milliseconds. */
  readonly opens: ReadonlyArray<number>
  /** How long it took from paying until the shop was told that the order is covered, in milliseconds. */
  readonly covers: ReadonlyArray<number>
}

/** How long all of it may take to come to rest after the last customer, in milliseconds. */
const restWithin = 30_000

interface Place {
  readonly shop: Child.Child
  readonly provider: Simulator
  readonly evidence: Evidence.Evidence
}

/** Tries until the shop shows how to pay. */
const opened = ({ evidence, shop }: Place, reference: string) =>
  World.opened(shop, reference).pipe(
    Effect.flatMap(({ current }) => {
      evidence.orders.add(reference)
      const shown = Evidence.shownOf(reference, current)
      return shown === undefined ? Effect.fail("not payable") : Effect.succeed(shown)
    }),
    Effect.retry(Schedule.spaced("200 millis"))
  )

/** One customer, and when it came and paid. */
const customer = Effect.fnUntraced(function*(place: Place, reference: string, due: number) {
  yield* Effect.sleep(Math.max(0, due - Date.now()))
  const shown = yield* opened(place, reference)
  place.evidence.shown.push(shown)
  const open = Date.now() - due
  const paidAt = Date.now()
  yield* Effect.orDie(place.provider.pay(shown.invoice))
  return { reference, open, paidAt }
})

const Told = Schema.fromJsonString(
  Schema.Struct({ reference: Schema.String, kinds: Schema.Array(Schema.String), at: Schema.Int })
)

/** When the shop was told of each order that it is covered. */
const coveredAt = Effect.fnUntraced(function*(deliveries: string) {
  const lines = (yield* Effect.promise(() => readFile(deliveries, "utf8"))).trimEnd().split("\n")
  const told = yield* Effect.forEach(lines, (line) => Effect.orDie(Schema.decodeEffect(Told)(line)))
  const paid = told.filter(({ kinds }) => kinds.includes("paid")).map(({ at, reference }) => [reference, at] as const)
  return new Map(paid.toReversed())
})

/** What is found when nothing is wrong any more, or when it has been wrong for too long. */
const settled = Effect.fnUntraced(function*(sources: Books.Sources) {
  const late = Date.now() + restWithin
  for (;;) {
    const isLate = Date.now() > late
    if (isLate || (yield* Books.unfinished) === 0) {
      const findings = Audit.audit(yield* Books.read(sources))
      if (isLate || findings.lost.length + findings.double.length === 0) return findings
    }
    yield* Effect.sleep("200 millis")
  }
})

const sharesOfReads = { readsPerMinute: 100_000 }

/** Half of the customers go to a shop on one provider, half to one on the other; both are on one database. */
export const measure = Effect.fnUntraced(
  function*({ kind, orders, rate }: Options) {
    const { database, deliveries, providers, start } = yield* World.make({ kind, webhooks: "auto" })
    const evidence = Evidence.make()
    const [ecca, ecryptopay] = [yield* start("ecca", sharesOfReads), yield* start("ecryptopay", sharesOfReads)]
    const places: ReadonlyArray<Place> = [
      { shop: ecca, provider: providers.ecca, evidence },
      { shop: ecryptopay, provider: providers.ecryptopay, evidence }
    ]
    const weather = yield* Effect.forEach(places, ({ provider }) => Effect.forkScoped(Weather.over(provider)))
    const first = Date.now() + 500
    const due = (index: number) => first + index / rate * 1_000
    const customers = Array.from({ length: orders / places.length }, (_, round) =>
      places.map((place, index) => {
        const number = round * places.length + index
        return customer(place, `load-${number}`, due(number))
      })).flat()
    const came = yield* Effect.all(customers, { concurrency: "unbounded" })
    yield* Fiber.interruptAll(weather)
    const sources: Books.Sources = { evidence, shop: ecca.said, deliveries, providers }
    const findings = yield* Effect.provide(settled(sources), Database.client(database))
    const covered = yield* coveredAt(deliveries)
    const last = Math.max(...covered.values())
    const measured: Measured = {
      ...findings,
      throughput: covered.size / (last - first) * 1_000,
      opens: came.map(({ open }) => open),
      covers: came.flatMap(({ paidAt, reference }) => {
        const at = covered.get(reference)
        return at === undefined ? [] : [Math.max(0, at - paidAt)]
      })
    }
    return measured
  },
  Effect.scoped,
  Random.withSeed("bench/load")
)
