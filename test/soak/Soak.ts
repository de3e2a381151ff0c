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
import * as Process from "./Process.ts"
import * as Relay from "./Relay.ts"
import * as Setup from "./Setup.ts"

export interface Options {
  readonly kills: number
  /** At least so many orders are opened. */
  readonly orders: number
  readonly seed: string
  readonly database: Database.Location
  /** An empty folder. */
  readonly folder: string
}

export interface Figures extends Audit.Findings {
  readonly kills: number
  readonly orders: number
  readonly webhooks: number
  readonly changes: number
}

/** How many customers are there at a time. */
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

/** Mostly too short to finish anything, at times long enough for something that others have left behind. */
const life = Effect.flatMap(
  Random.next,
  (luck) => luck < 0.7 ? Random.nextBetween(50, 400) : Random.nextBetween(400, 1_500)
)

/** Runs it, and tells what was found. */
export const run = Effect.fnUntraced(function*({ database, folder, kills, orders, seed }: Options) {
  const seeded = (what: string) => Random.withSeed(`${seed}/${what}`)
  const providers = yield* startProviders
  const evidence = Evidence.make()
  const port = yield* Process.freePort
  const shop = `http://127.0.0.1:${port}`
  const relay = yield* Relay.start(evidence, shop)
  yield* providers.ecca.webhooksTo(`${relay}/webhooks/ecca`)
  yield* providers.ecryptopay.webhooksTo(`${relay}/webhooks/ecryptopay`)
  const deliveries = join(folder, "deliveries.jsonl")
  const isUp = yield* Latch.make()
  let starts = 0
  /** A start with another account chosen each time: orders are switched in flight. */
  const start = Effect.gen(function*() {
    const chosen = yield* Random.choice(["ecca", "ecryptopay"] as const)
    starts += 1
    return yield* Process.start({
      settings: {
        ...providers.ecca.settings,
        ...providers.ecryptopay.settings,
        ECCA_READ_BACKS_PER_MINUTE: "100000",
        ECRYPTOPAY_READ_BACKS_PER_MINUTE: "100000",
        GATEFOLD_PROVIDER: chosen
      },
      database,
      port,
      deliveries,
      seed: `${seed}/${starts}`,
      options: Setup.options,
      retries: Setup.retries
    })
  })

  const killings = Effect.gen(function*() {
    for (let killed = 0; killed < kills; killed++) {
      const process = yield* start
      const isStillborn = (yield* Random.next) < 0.1
      const span = yield* isStillborn ? Random.nextBetween(50, 700) : life
      if (!isStillborn) yield* Effect.andThen(process.ready, isUp.open)
      yield* Effect.sleep(span)
      yield* process.kill
      yield* isUp.close
    }
  }).pipe(seeded("kills"))

  let opened = 0
  let isOver = false
  const next = () => isOver && opened >= orders ? undefined : `order-${++opened}`
  const world = { shop, providers, evidence, isUp }
  const customers = yield* Effect.forkScoped(
    Effect.forEach(
      Array.from({ length: atOnce }, (_, index) => index),
      (index) => Customers.queue(world, next).pipe(seeded(`customers/${index}`)),
      { concurrency: "unbounded", discard: true }
    )
  )
  const faults = yield* Effect.forkScoped(seeded("faults")(Faults.spoil([providers.ecca, providers.ecryptopay])))
  yield* killings
  isOver = true
  yield* Fiber.interrupt(faults)
  yield* Effect.forEach(Object.values(providers), ({ disarm }) => disarm, { discard: true })
  const last = yield* seeded("last")(start)
  const sources = { evidence, shop, deliveries, providers }
  const rested = Effect.andThen(
    Effect.andThen(last.ready, isUp.open),
    Effect.andThen(atRest(customers, evidence), settled(sources))
  )
  const { books, findings } = yield* Effect.raceFirst(rested, last.ended)
  yield* last.kill
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
  Fiber.join(customers).pipe(
    Effect.timeoutOrElse({
      duration: restWithin,
      orElse: () => Effect.sync(() => lost.push("customers wait for ever"))
    })
  )

/** What is found when nothing changes any more, or nothing is wrong any more. */
const settled = Effect.fnUntraced(function*(sources: Books.Sources) {
  const began = yield* Clock.currentTimeMillis
  for (;;) {
    const waited = (yield* Clock.currentTimeMillis) - began
    if ((yield* Books.unfinished) === 0 || waited > restWithin) {
      const books = yield* Books.read(sources)
      const findings = Audit.audit(books)
      if (findings.lost.length + findings.double.length === 0 || waited > restWithin) return { books, findings }
    }
    yield* Effect.sleep("500 millis")
  }
})
