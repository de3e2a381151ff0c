/**
 * How an account signs in: one token for all calls, renewed in time, once, and never more often than needed.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Payments } from "@gatefold/core/Payments"
import { Fault } from "@gatefold/core/Simulator"
import type * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { type Context, Duration, Effect, Exit, Fiber, Redacted, Stream } from "effect"
import { TestClock } from "effect/testing"
import { eventually } from "./support/RealTime.ts"
import { counts, open, reasonOf, requestsOf, since, throughTime } from "./support/Shop.ts"

const price = { amount: "250.00", currency: "MXN" }

const tokenRequests = Effect.fnUntraced(function*(simulator: EcryptopaySimulator.Service) {
  const requests = yield* requestsOf(simulator, "token")
  return requests.map(({ body }): Record<string, string> => JSON.parse(body))
})

const grants = (simulator: EcryptopaySimulator.Service) =>
  Effect.map(tokenRequests(simulator), (all) => all.map((body) => body["grant_type"]))

const readList = (payments: Context.Service.Shape<typeof Payments>) => Stream.runCollect(payments.list())

/** The token with which each request to the API came. */
const bearers = Effect.fnUntraced(function*(simulator: EcryptopaySimulator.Service, operation: string) {
  return (yield* requestsOf(simulator, operation)).map(({ headers }) => headers["authorization"])
})

const refusal = (status: number, error = "invalid_grant") =>
  Fault.Answer({ effect: "none", status, body: JSON.stringify({ error }) })

const token = (fields: Record<string, unknown>) =>
  Fault.Answer({
    effect: "none",
    status: 200,
    body: JSON.stringify({
      access_token: "given-1",
      token_type: "Bearer",
      expires_in: 7200,
      refresh_token: "refresh-1",
      created_at: 1_795_168_800,
      ...fields
    })
  })

const emptyList = Fault.Answer({ effect: "none", status: 200, body: "[]" })

describe("signing in", () => {
  it.effect("asks for a token with the documented body, and sends nothing of it along with any other call", () =>
    Effect.gen(function*() {
      const { options, payments, simulator } = yield* open()
      yield* payments.create({ price })
      const [first, second, ...more] = yield* simulator.requests
      assert.deepStrictEqual(more, [])
      assert.strictEqual(`${first?.method} ${first?.url}`, "POST /api/v1/oauth/token")
      assert.match(first?.headers["content-type"] ?? "", /^application\/json\b/u)
      assert.isUndefined(first?.headers["authorization"])
      assert.deepStrictEqual(yield* tokenRequests(simulator), [{
        grant_type: "password",
        email: Redacted.value(options.email),
        password: Redacted.value(options.password),
        client_id: Redacted.value(options.clientId),
        client_secret: Redacted.value(options.clientSecret)
      }])
      assert.strictEqual(`${second?.method} ${second?.url}`, "POST /api/v1/payments/")
      assert.match(second?.headers["authorization"] ?? "", /^Bearer [\w-]{20,}$/u)
      const rest = JSON.stringify({ ...second, headers: { ...second?.headers, authorization: "" } })
      for (const secret of [options.email, options.password, options.clientId, options.clientSecret]) {
        assert.notInclude(rest, Redacted.value(secret))
      }
    }))

  it.effect("keeps a token until shortly before it ends, so that the provider never has to refuse it", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open({}, { expiresIn: "2 hours" })
      yield* readList(payments)
      for (const pause of ["1 hour", "58 minutes"] as const) {
        yield* TestClock.adjust(pause)
        yield* readList(payments)
      }
      assert.strictEqual((yield* counts(simulator))["token"], 1)
      yield* TestClock.adjust("90 seconds")
      yield* readList(payments)
      assert.deepStrictEqual(yield* counts(simulator), { token: 2, "payments.list": 4 })
    }))

  it.effect("keeps a token of short life for nine tenths of it", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open({}, { expiresIn: "20 seconds" })
      for (const pause of ["0 seconds", "17 seconds", "2 seconds"] as const) {
        yield* TestClock.adjust(pause)
        yield* readList(payments)
      }
      assert.deepStrictEqual(yield* counts(simulator), { token: 2, "payments.list": 3 })
    }))

  it.effect("counts a token's life from when it was asked for, however late the answer came", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open({}, { expiresIn: "20 seconds" })
      yield* simulator.arm(Fault.Delay({ duration: "9 seconds" }), { operation: "token" })
      yield* throughTime(simulator, readList(payments))
      yield* TestClock.adjust("10 seconds")
      yield* readList(payments)
      assert.deepStrictEqual(yield* counts(simulator), { token: 2, "payments.list": 2 })
    }))

  it.effect("reads the seconds of `expires_in` also where they are text", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(token({ expires_in: "7200" }), { operation: "token" })
      yield* simulator.arm(emptyList, { operation: "payments.list", times: 2 })
      yield* readList(payments)
      yield* TestClock.adjust("1 hour")
      yield* readList(payments)
      assert.deepStrictEqual(yield* bearers(simulator, "payments.list"), ["Bearer given-1", "Bearer given-1"])
      assert.strictEqual((yield* counts(simulator))["token"], 1)
    }))
})

describe("renewing the token", () => {
  it.effect("takes the refresh grant, each time with the newest refresh token, and no password", () =>
    Effect.gen(function*() {
      const { options, payments, simulator } = yield* open()
      for (let times = 0; times < 3; times++) {
        yield* readList(payments)
        yield* TestClock.adjust("2 hours")
      }
      const [first, second, third] = yield* tokenRequests(simulator)
      assert.strictEqual(first?.["grant_type"], "password")
      assert.deepStrictEqual(second, {
        grant_type: "refresh_token",
        refresh_token: second?.["refresh_token"] ?? "none",
        client_id: Redacted.value(options.clientId),
        client_secret: Redacted.value(options.clientSecret)
      })
      assert.strictEqual(third?.["grant_type"], "refresh_token")
      assert.notStrictEqual(third?.["refresh_token"], second?.["refresh_token"])
      assert.strictEqual(new Set(yield* bearers(simulator, "payments.list")).size, 3)
    }))

  it.effect("falls back to the password grant where the provider knows no refresh grant, every time", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open({}, { refreshGrant: false })
      for (let times = 0; times < 3; times++) {
        yield* readList(payments)
        yield* TestClock.adjust("2 hours")
      }
      assert.deepStrictEqual(yield* grants(simulator), [
        "password",
        "refresh_token",
        "password",
        "refresh_token",
        "password"
      ])
    }))

  it.effect.each([
    { what: "400", answer: refusal(400) },
    { what: "400 without the standard's body", answer: Fault.Answer({ effect: "none", status: 400, body: "no" }) },
    { what: "401", answer: refusal(401, "invalid_client") },
    { what: "403", answer: refusal(403) },
    { what: "404", answer: refusal(404) },
    { what: "405", answer: refusal(405) },
    { what: "422", answer: refusal(422) },
    { what: "200 with no token in it", answer: Fault.Answer({ effect: "none", status: 200, body: "{}" }) }
  ])(
    "falls back to the password grant when the refresh token is refused with $what",
    ({ answer }) =>
      Effect.gen(function*() {
        const { payments, simulator } = yield* open()
        yield* readList(payments)
        yield* TestClock.adjust("2 hours")
        yield* simulator.arm(answer, { operation: "token" })
        yield* readList(payments)
        assert.deepStrictEqual(yield* grants(simulator), ["password", "refresh_token", "password"])
      })
  )

  it.effect("falls back to the password grant when a refresh makes the provider fail", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* readList(payments)
      yield* TestClock.adjust("2 hours")
      yield* simulator.arm(Fault.ErrorPage({ effect: "none" }), { operation: "token", times: 5 })
      yield* throughTime(simulator, readList(payments))
      assert.deepStrictEqual(yield* grants(simulator), [
        "password",
        ...Array.from({ length: 5 }, () => "refresh_token"),
        "password"
      ])
    }))

  it.effect("survives a refresh whose answer was lost, though the refresh token is spent by then", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* readList(payments)
      yield* TestClock.adjust("2 hours")
      yield* simulator.arm(Fault.Reset({ effect: "applied" }), { operation: "token" })
      yield* throughTime(simulator, readList(payments))
      assert.deepStrictEqual(yield* grants(simulator), ["password", "refresh_token", "refresh_token", "password"])
    }))

  it.effect("asks with the password where no refresh token was given", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(token({ refresh_token: null }), { operation: "token" })
      yield* simulator.arm(emptyList, { operation: "payments.list" })
      yield* readList(payments)
      yield* TestClock.adjust("2 hours")
      yield* readList(payments)
      assert.deepStrictEqual(yield* grants(simulator), ["password", "password"])
    }))
})

describe("fifty calls at once", () => {
  const fifty = <A, E>(call: Effect.Effect<A, E>) =>
    Effect.all(Array.from({ length: 50 }, () => call), { concurrency: "unbounded" })

  it.effect("sign in once when nobody is signed in", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* fifty(payments.create({ price }))
      assert.deepStrictEqual(yield* counts(simulator), { token: 1, "payments.create": 50 })
    }))

  it.effect("renew once when the token has ended", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* readList(payments)
      yield* TestClock.adjust("2 hours")
      const seen = yield* since(simulator)
      yield* fifty(payments.create({ price }))
      assert.deepStrictEqual(yield* seen, { token: 1, "payments.create": 50 })
      assert.strictEqual(new Set(yield* bearers(simulator, "payments.create")).size, 1)
    }))

  it.effect("renew once when the token was revoked, and each is carried out once", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* readList(payments)
      yield* simulator.revokeTokens
      const seen = yield* since(simulator)
      const made = yield* fifty(payments.create({ price }))
      const { "payments.create": creates = 0, ...rest } = yield* seen
      assert.deepStrictEqual(rest, { token: 1 })
      assert.isAtMost(creates, 100)
      assert.strictEqual(new Set(made.map(({ id }) => id)).size, 50)
      assert.strictEqual((yield* simulator.books).length, 50)
    }))

  it.effect("ask once with credentials that are wrong, and all learn the answer", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open({ password: Redacted.make("guess") })
      const reasons = yield* fifty(reasonOf(payments.create({ price })))
      assert.deepStrictEqual([...new Set(reasons.map(({ _tag }) => _tag))], ["Unauthenticated"])
      assert.deepStrictEqual(yield* counts(simulator), { token: 1 })
    }))

  it.effect("do not wait for one another's time-outs when the token endpoint hangs", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(Fault.Timeout({ effect: "none" }), { operation: "token", times: "always" })
      const { took, value } = yield* throughTime(simulator, fifty(reasonOf(readList(payments))), "10 seconds")
      assert.deepStrictEqual([...new Set(value.map(({ _tag }) => _tag))], ["Unavailable"])
      assert.isAtMost(Duration.toSeconds(took), 40)
    }))

  it.effect("are not hurt when the one that was signing in is interrupted", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(Fault.Timeout({ effect: "none" }), { operation: "token" })
      const first = yield* Effect.forkChild(readList(payments))
      yield* eventually("it is signing in", Effect.map(counts(simulator), ({ token }) => token === 1))
      const others = yield* Effect.forkChild(Effect.exit(fifty(readList(payments))))
      yield* Fiber.interrupt(first)
      assert.isTrue(Exit.isSuccess(yield* Fiber.join(others)))
      assert.deepStrictEqual(yield* counts(simulator), { token: 2, "payments.list": 50 })
    }))
})

describe("a 401", () => {
  it.effect("is answered by one more request when the token was a kept one", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* readList(payments)
      yield* simulator.revokeTokens
      const seen = yield* since(simulator)
      yield* readList(payments)
      assert.deepStrictEqual(yield* seen, { token: 1, "payments.list": 2 })
      const [, old, renewed] = yield* bearers(simulator, "payments.list")
      assert.notStrictEqual(renewed, old)
    }))

  it.effect("is final when the token was just obtained", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(refusal(401), { operation: "payments.create" })
      assert.strictEqual((yield* reasonOf(payments.create({ price })))._tag, "Unauthenticated")
      assert.deepStrictEqual(yield* counts(simulator), { token: 1, "payments.create": 1 })
      assert.deepStrictEqual(yield* simulator.books, [])
    }))

  it.effect("is final the second time", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* readList(payments)
      yield* simulator.arm(refusal(401), { operation: "payments.create", times: "always" })
      const seen = yield* since(simulator)
      assert.strictEqual((yield* reasonOf(payments.create({ price })))._tag, "Unauthenticated")
      assert.deepStrictEqual(yield* seen, { token: 1, "payments.create": 2 })
    }))

  it.effect("is final when no new token can be had", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* readList(payments)
      yield* simulator.revokeTokens
      yield* simulator.arm(refusal(400), { operation: "token", times: "always" })
      const seen = yield* since(simulator)
      assert.strictEqual((yield* reasonOf(payments.create({ price })))._tag, "Unauthenticated")
      assert.deepStrictEqual(yield* seen, { token: 2, "payments.create": 1 })
    }))

  it.effect("is final when the provider gives the same token again", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(token({}), { operation: "token", times: "always" })
      yield* simulator.arm(emptyList, { operation: "payments.list" })
      yield* readList(payments)
      const seen = yield* since(simulator)
      assert.strictEqual((yield* reasonOf(payments.create({ price })))._tag, "Unauthenticated")
      assert.deepStrictEqual(yield* seen, { token: 1, "payments.create": 1 })
    }))
})

describe("a token that cannot be had", () => {
  it.effect.each(["email", "password", "clientId", "clientSecret"] as const)(
    "with a wrong %s nothing but the token is asked for",
    (field) =>
      Effect.gen(function*() {
        const { payments, simulator } = yield* open({ [field]: Redacted.make("guess") })
        const reason = yield* reasonOf(payments.create({ price }))
        const code = field.startsWith("client") ? "invalid_client" : "invalid_grant"
        assert.strictEqual(reason._tag, "Unauthenticated")
        assert.include(reason, { code })
        assert.deepStrictEqual(yield* counts(simulator), { token: 1 })
      })
  )

  it.effect.each([
    { lane: "Unavailable", fault: Fault.Unavailable() },
    { lane: "ErrorPage", fault: Fault.ErrorPage({ effect: "none" }) },
    { lane: "Reset", fault: Fault.Reset({ effect: "none" }) },
    { lane: "Hangup", fault: Fault.Hangup({ effect: "applied" }) },
    { lane: "Timeout", fault: Fault.Timeout({ effect: "none" }) }
  ])("$lane: the payment was never sent, and the call may be made again", ({ fault }) =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(fault, { operation: "token", times: "always" })
      const { value } = yield* throughTime(simulator, Effect.flip(payments.create({ price })))
      assert.strictEqual(value.reason._tag, "Unavailable")
      assert.isTrue(value.isRetryable)
      assert.strictEqual(value.operation, "payments.create")
      assert.deepStrictEqual(Object.keys(yield* counts(simulator)), ["token"])
      yield* simulator.disarm
      yield* payments.create({ price })
      assert.strictEqual((yield* simulator.books).length, 1)
    }))

  it.effect("Refused: the payment was never sent", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(Fault.Refused())
      const { value } = yield* throughTime(simulator, reasonOf(payments.create({ price })))
      assert.include(value, { _tag: "Unavailable", evidence: "refused" })
      assert.deepStrictEqual(yield* counts(simulator), {})
    }))

  it.effect("RateLimited: waits as long as it is told to", () =>
    Effect.gen(function*() {
      const { payments, simulator } = yield* open()
      yield* simulator.arm(Fault.RateLimited({ retryAfter: "7" }), { operation: "token" })
      const { took } = yield* throughTime(simulator, payments.create({ price }))
      assert.isAtLeast(Duration.toSeconds(took), 7)
      assert.deepStrictEqual(yield* counts(simulator), { token: 2, "payments.create": 1 })
    }))

  it.effect.each([
    { what: "no access token", body: "{\"token_type\":\"Bearer\",\"expires_in\":7200}" },
    { what: "no life time", body: "{\"access_token\":\"a\"}" },
    {
      what: "a line break in the token",
      body: JSON.stringify({ access_token: "a\r\nx-evil: 1", expires_in: 7200 })
    },
    { what: "a fraction of a second", body: "{\"access_token\":\"a\",\"expires_in\":7.5}" }
  ])(
    "an answer with $what is not understood, and the payment was never sent",
    ({ body }) =>
      Effect.gen(function*() {
        const { payments, simulator } = yield* open()
        yield* simulator.arm(Fault.Answer({ effect: "none", status: 200, body }), { operation: "token" })
        const evidence = "signing in was not answered as documented"
        assert.include(yield* reasonOf(payments.create({ price })), { _tag: "Unavailable", evidence })
        assert.deepStrictEqual(yield* counts(simulator), { token: 1 })
      })
  )
})
