/**
 * The crash test: a shop that is killed again and again under load, then left alone, then audited.
 */
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import { join } from "node:path"
import * as Audit from "./Audit.ts"
import * as Books from "./Books.ts"
import * as Customers from "./Customers.ts"
import * as Database from "./Database.ts"
import * as Evidence from "./Evidence.ts"
import * as Faults from "./Faults.ts"
import * as Lives from "./Lives.ts"
import * as Process from "./Process.ts"
import * as Relay from "./Relay.ts"

export interface Options {
  readonly kills: number
  /** At least so many orders are opened. */
  readonly orders: number
  /** Decides who does what when; the machine decides where exactly a kill hits. */
  readonly seed: string
  readonly database: Database.Location
  /** An empty folder. */
  readonly folder: string
  /** Is told after each kill how many there were. */
  readonly onKill?: ((kills: number) => Effect.Effect<void>) | undefined
}

export interface Figures extends Audit.Findings {
  readonly kills: number
  readonly orders: number
  /** Webhooks that were answered with 2xx, and changes that were delivered, repetitions included. */
  readonly webhooks: number
  readonly changes: number
}

/** How many customers there are at a time. */
const atOnce = 40

/** How long the shop may take to come to rest once nobody disturbs it any more, in milliseconds. */
const restWithin = 60_000

const pesos = { code: "MXN", name: "Mexican Peso", symbol: "$", decimal: 2, rate: "17.10" }

/** They try for longer than a shop is ever down. */
const webhookRetries = Array.from({ length: 400 }, () => "250 millis" as const)

const startProviders = Effect.all({
  ecca: EccaSimulator.make({ currencies: [pesos], webhookRetries }),
  ecryptopay: EcryptopaySimulator.make({ webhookRetries })
})

/** Webhooks are read back as fast as they come. */
const unlimited = { ECCA_READ_BACKS_PER_MINUTE: "100000", ECRYPTOPAY_READ_BACKS_PER_MINUTE: "100000" }

/** Both providers, whose webhooks go to a shop that is not there yet. */
const makeWorld = Effect.gen(function*() {
  const providers = yield* startProviders
  const evidence = Evidence.make()
  const port = yield* Process.freePort
  const shop = `http://127.0.0.1:${port}`
  const relay = yield* Relay.start(evidence, shop)
  yield* providers.ecca.webhooksTo(`${relay}/webhooks/ecca`)
  yield* providers.ecryptopay.webhooksTo(`${relay}/webhooks/ecryptopay`)
  return { ...yield* Lives.makeServing, isUp: yield* Latch.make(), providers, evidence, port, shop }
})

/** Runs it, and tells what was found. */
export const run = Effect.fnUntraced(function*({ database, folder, kills, onKill, orders, seed }: Options) {
  const seeded = (what: string) => Random.withSeed(`${seed}/${what}`)
  const world = yield* makeWorld
  const { evidence, port, providers } = world
  const deliveries = join(folder, "deliveries.jsonl")
  const settings = { ...providers.ecca.settings, ...providers.ecryptopay.settings, ...unlimited }
  const lives = Lives.make({ database, deliveries, port, seed, settings }, world)

  let opened = 0
  let isOver = false
  const next = () => isOver && opened >= orders ? undefined : `order-${++opened}`
  const lane = (index: number) => seeded(`customers/${index}`)(Customers.queue(world, next))
  const lanes = Array.from({ length: atOnce }, (_, index) => lane(index))
  const customers = yield* Effect.forkScoped(Effect.all(lanes, { concurrency: "unbounded", discard: true }))
  const faults = yield* Effect.forkScoped(seeded("faults")(Faults.spoil([providers.ecca, providers.ecryptopay])))
  const killed = (index: number) => Effect.andThen(lives.short, onKill?.(index + 1) ?? Effect.void)
  yield* seeded("kills")(Effect.all(Array.from({ length: kills }, (_, index) => killed(index)), { discard: true }))
  isOver = true
  yield* Fiber.interrupt(faults)
  yield* Effect.all([providers.ecca.disarm, providers.ecryptopay.disarm])
  const sources = { evidence, shop: world.shop, deliveries, providers }
  const { books, findings } = yield* seeded("last")(
    lives.last(Effect.andThen(atRest(customers, evidence), settled(sources)))
  )
  const figures: Figures = {
    ...findings,
    kills,
    orders: books.orders.length,
    webhooks: evidence.acknowledged.length,
    changes: books.delivered.length
  }
  return figures
}, (effect, { database }) => Effect.scoped(Effect.provide(effect, Database.client(database))))

/** Lets the customers who are there finish what they came for. */
const atRest = (customers: Fiber.Fiber<void>, { lost }: Evidence.Evidence) =>
  Effect.asVoid(Fiber.join(customers)).pipe(
    Effect.timeoutOrElse({
      duration: restWithin,
      orElse: () =>
        Effect.andThen(Fiber.interrupt(customers), Effect.sync(() => lost.push("customers who wait for ever")))
    })
  )

/** What is found when nothing is wrong any more, or when it has been wrong for too long. */
const settled = Effect.fnUntraced(function*(sources: Books.Sources) {
  const began = yield* Clock.currentTimeMillis
  for (;;) {
    const isLate = (yield* Clock.currentTimeMillis) - began > restWithin
    if ((yield* Books.unfinished) === 0 || isLate) {
      const books = yield* Books.read(sources)
      const findings = Audit.audit(books)
      if (findings.lost.length + findings.double.length === 0 || isLate) return { books, findings }
    }
    yield* Effect.sleep("500 millis")
  }
})
