/**
 * Reading back what webhooks point at: anybody can post, and nobody may make us flood the provider.
 */
import { assert, describe, it } from "@effect/vitest"
import { GatewayError, NotFound, Unavailable } from "@gatefold/core/GatewayError"
import { AccountId, InvoiceId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import type { WebhookEvent } from "@gatefold/core/WebhookEvent"
import * as WebhookOwnership from "@gatefold/core/WebhookOwnership"
import type { WebhookRejected } from "@gatefold/core/WebhookRejected"
import * as Webhooks from "@gatefold/core/Webhooks"
import { Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Result } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import * as TinyWebhooks from "./support/TinyWebhooks.ts"

const { identity } = TinyWebhooks

/** A webhook that points at an id and proves nothing. */
const about = (id: string) => RawWebhook.make({ headers: {}, body: id })

type Answer = Effect.Effect<void, GatewayError>

/** An account whose provider answers the n-th read, from 1, as `answer` says; the invoice's word is that number. */
const start = Effect.fnUntraced(function*(
  answer: (read: number) => Answer = () => Effect.void,
  overrides: Partial<Webhooks.Options> = {}
) {
  const reads: Array<string> = []
  const { receive } = yield* Webhooks.make({
    ...identity,
    proving: { mode: "readback" },
    readClaim: (_, { body }) => Result.succeed({ invoice: InvoiceId.make(new TextDecoder().decode(body)) }),
    observe: (id) =>
      Effect.suspend(() => {
        const read = reads.push(id)
        return Effect.as(
          answer(read),
          Invoice.make({ ...identity, ...overrides, id, status: "open", providerStatus: `${read}` })
        )
      }),
    ...overrides
  })
  return { reads, receive: (id: string) => Effect.map(receive(about(id)), wordOf) }
})

const wordOf = ({ invoice }: WebhookEvent) => invoice.providerStatus

const failure = (reason: GatewayError["reason"]) => new GatewayError({ ...identity, operation: "things.get", reason })

const unavailable = failure(new Unavailable({ evidence: "refused" }))
const unknown = failure(new NotFound({}))

const why = <A>(received: Effect.Effect<A, WebhookRejected | GatewayError>) =>
  Effect.map(Effect.flip(received), (error) => error._tag === "WebhookRejected" ? error.why : error.reason._tag)

/** Ids are numbers here, because a body has to be JSON. */
const one = "1"

describe("several webhooks about one invoice", () => {
  it.effect("are read one at a time, and share only a read that began after they came", () =>
    Effect.gen(function*() {
      const first = yield* Deferred.make<void>()
      const second = yield* Deferred.make<void>()
      const { reads, receive } = yield* start((read) =>
        read === 1 ? Deferred.await(first) : read === 2 ? Deferred.await(second) : Effect.void
      )
      const a = yield* Effect.forkChild(receive(one), { startImmediately: true })
      const b = yield* Effect.forkChild(receive(one), { startImmediately: true })
      const c = yield* Effect.forkChild(receive(one), { startImmediately: true })
      yield* Effect.yieldNow
      assert.strictEqual(reads.length, 1)
      yield* Deferred.succeed(first, undefined)
      assert.strictEqual(yield* Fiber.join(a), "1")
      yield* Effect.yieldNow
      assert.strictEqual(reads.length, 2)
      const d = yield* Effect.forkChild(receive(one), { startImmediately: true })
      yield* Deferred.succeed(second, undefined)
      assert.deepStrictEqual(yield* Effect.forEach([b, c, d], Fiber.join), ["2", "2", "3"])
      assert.strictEqual(yield* receive(one), "4")
    }))

  it.effect("share a failure in the same way, and it is not remembered", () =>
    Effect.gen(function*() {
      const go = yield* Deferred.make<void>()
      const { reads, receive } = yield* start((read) =>
        read > 2 ? Effect.void : Effect.andThen(Deferred.await(go), Effect.fail(unavailable))
      )
      const all = yield* Effect.forkChild(Effect.all(Array.from({ length: 20 }, () => why(receive(one))), {
        concurrency: "unbounded"
      }))
      yield* Effect.yieldNow
      yield* Deferred.succeed(go, undefined)
      assert.deepStrictEqual(new Set(yield* Fiber.join(all)), new Set(["Unavailable"]))
      assert.strictEqual(reads.length, 2)
      assert.strictEqual(yield* receive(one), "3")
    }))

  it.effect("do not hang on a reader that went away", () =>
    Effect.gen(function*() {
      const { reads, receive } = yield* start((read) => read === 1 ? Effect.never : Effect.void)
      const gone = yield* Effect.forkChild(receive(one), { startImmediately: true })
      const waiting = yield* Effect.forkChild(receive(one), { startImmediately: true })
      yield* Effect.yieldNow
      yield* Fiber.interrupt(gone)
      assert.strictEqual(yield* Fiber.join(waiting), "2")
      assert.strictEqual(reads.length, 2)
    }))

  it.effect("do not share the end of a reader that went away while they waited for its read", () =>
    Effect.gen(function*() {
      const first = yield* Deferred.make<void>()
      const { receive } = yield* start((read) =>
        read === 1 ? Deferred.await(first) : read === 2 ? Effect.never : Effect.void
      )
      const [a, b, c] = yield* Effect.forEach(
        [1, 2, 3],
        () => Effect.forkChild(receive(one), { startImmediately: true })
      )
      yield* Deferred.succeed(first, undefined)
      yield* Effect.yieldNow
      for (const fiber of [a, b]) if (fiber !== undefined) yield* Fiber.interrupt(fiber)
      assert.strictEqual(c && (yield* Fiber.join(c)), "3")
    }))

  it.effect("do not wait for those about others", () =>
    Effect.gen(function*() {
      const { receive } = yield* start((read) => read === 1 ? Effect.never : Effect.void)
      yield* Effect.forkChild(receive(one), { startImmediately: true })
      assert.strictEqual(yield* receive("2"), "2")
    }))

  it.effect("are two reads if they all come at once, however many there are", () =>
    Effect.gen(function*() {
      const { reads, receive } = yield* start(() => Effect.yieldNow)
      yield* Effect.all(Array.from({ length: 200 }, () => receive(one)), { concurrency: "unbounded" })
      assert.strictEqual(reads.length, 2)
    }))
})

describe("the budget", () => {
  it.effect("lets so many reads through, and one more for each part of the minute that has passed", () =>
    Effect.gen(function*() {
      const { reads, receive } = yield* start(undefined, { readBacksPerMinute: 3 })
      yield* Effect.forEach(["1", "2", "3"], receive)
      const error = yield* Effect.flip(receive("4"))
      assert.strictEqual(error._tag === "GatewayError" && error.reason._tag, "RateLimited")
      assert.deepStrictEqual(error._tag === "GatewayError" && error.retryAfter, Duration.seconds(20))
      yield* TestClock.adjust("19999 millis")
      assert.strictEqual(yield* why(receive("4")), "RateLimited")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* receive("4"), "4")
      assert.strictEqual(yield* why(receive("5")), "RateLimited")
      assert.deepStrictEqual(reads, ["1", "2", "3", "4"])
    }))

  it.effect("is 600 a minute where nothing is said", () =>
    Effect.gen(function*() {
      const { reads, receive } = yield* start()
      const all = yield* Effect.forEach(
        Array.from({ length: 700 }, (_, index) => `${index}`),
        (id) => Effect.result(receive(id))
      )
      assert.strictEqual(reads.length, 600)
      assert.strictEqual(all.filter(Result.isFailure).length, 100)
    }))

  it.effect("holds against 2,000 ids that nobody knows", () =>
    Effect.gen(function*() {
      const { reads, receive } = yield* start(() => Effect.fail(unknown), { readBacksPerMinute: 50 })
      const ids = Array.from({ length: 2_000 }, (_, index) => `${index}`)
      const whys = yield* Effect.forEach(ids, (id) => why(receive(id)), { concurrency: 100 })
      assert.strictEqual(reads.length, 50)
      assert.strictEqual(whys.filter((each) => each === "UnknownObject").length, 50)
      assert.strictEqual(whys.filter((each) => each === "RateLimited").length, 1_950)
    }))

  const limiter = Layer.build(Layer.provide(RateLimiter.layer, RateLimiter.layerStoreMemory))

  it.effect("is shared by whoever shares a limiter, and by account", () =>
    Effect.gen(function*() {
      const shared = Context.get(yield* limiter, RateLimiter.RateLimiter)
      const build = (account: string) =>
        Effect.provideService(
          start(undefined, { readBacksPerMinute: 2, account: AccountId.make(account) }),
          RateLimiter.RateLimiter,
          shared
        )
      const [here, there, other] = [yield* build("main"), yield* build("main"), yield* build("other")]
      yield* here.receive("1")
      yield* there.receive("2")
      assert.strictEqual(yield* why(here.receive("3")), "RateLimited")
      assert.strictEqual(yield* other.receive("4"), "1")
    }))

  it.effect("is each one's own where no limiter is given", () =>
    Effect.gen(function*() {
      const [here, there] = [
        yield* start(undefined, { readBacksPerMinute: 1 }),
        yield* start(undefined, {
          readBacksPerMinute: 1
        })
      ]
      yield* here.receive("1")
      yield* there.receive("2")
      assert.strictEqual(yield* why(here.receive("3")), "RateLimited")
    }))

  it.effect("that cannot be asked lets nothing through", () =>
    Effect.gen(function*() {
      const shared = Context.get(yield* limiter, RateLimiter.RateLimiter)
      const broken: RateLimiter.RateLimiter = {
        ...shared,
        consume: () =>
          Effect.fail(
            new RateLimiter.RateLimiterError({ reason: new RateLimiter.RateLimitStoreError({ message: "gone" }) })
          )
      }
      const { reads, receive } = yield* Effect.provideService(start(), RateLimiter.RateLimiter, broken)
      assert.strictEqual(yield* why(receive(one)), "Unavailable")
      assert.deepStrictEqual(reads, [])
    }))
})

describe("an invoice that does not exist", () => {
  it.effect("is not asked for again until 30 seconds have passed", () =>
    Effect.gen(function*() {
      const { reads, receive } = yield* start(() => Effect.fail(unknown))
      assert.strictEqual(yield* why(receive(one)), "UnknownObject")
      yield* TestClock.adjust("29999 millis")
      assert.strictEqual(yield* why(receive(one)), "UnknownObject")
      assert.strictEqual(reads.length, 1)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* why(receive(one)), "UnknownObject")
      assert.strictEqual(reads.length, 2)
    }))

  it.effect("is remembered for 30 seconds in all, however often it is asked for", () =>
    Effect.gen(function*() {
      const { receive } = yield* start((read) => read === 1 ? Effect.fail(unknown) : Effect.void)
      for (let second = 0; second < 30; second++) {
        assert.strictEqual(yield* why(receive(one)), "UnknownObject")
        yield* TestClock.adjust("1 second")
      }
      assert.strictEqual(yield* receive(one), "2")
    }))

  const owning = (owns: boolean) => Effect.provideService(WebhookOwnership.Current, () => Effect.succeed(owns))

  it.effect("is asked for each time if the application owns it: it may be about to exist, and is sent again", () =>
    Effect.gen(function*() {
      const { reads, receive } = yield* start((read) => read <= 2 ? Effect.fail(unknown) : Effect.void)
      for (const _ of [1, 2]) assert.strictEqual(yield* why(owning(true)(receive(one))), "NotFound")
      assert.strictEqual(yield* owning(true)(receive(one)), "3")
      assert.strictEqual(reads.length, 3)
    }))

  it.effect("is not remembered for others either if the application owns it", () =>
    Effect.gen(function*() {
      const { receive } = yield* start((read) => read === 1 ? Effect.fail(unknown) : Effect.void)
      assert.strictEqual(yield* why(owning(true)(receive(one))), "NotFound")
      assert.strictEqual(yield* receive(one), "2")
    }))

  it.effect("is asked for if it came to be owned after it was remembered", () =>
    Effect.gen(function*() {
      const { receive } = yield* start((read) => read === 1 ? Effect.fail(unknown) : Effect.void)
      assert.strictEqual(yield* why(receive(one)), "UnknownObject")
      assert.strictEqual(yield* owning(true)(receive(one)), "2")
    }))

  it.effect("is told apart from one that could not be read", () =>
    Effect.gen(function*() {
      const { receive } = yield* start((read) => read === 1 ? Effect.fail(unavailable) : Effect.void)
      assert.strictEqual(yield* why(receive(one)), "Unavailable")
      assert.isTrue(Exit.isSuccess(yield* Effect.exit(receive(one))))
    }))
})
