/**
 * What is told of a call, and what never is.
 */
import { assert, describe, it } from "@effect/vitest"
import * as GatewayError from "@gatefold/core/GatewayError"
import type * as ProviderClient from "@gatefold/core/ProviderClient"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault } from "@gatefold/core/Simulator"
import * as Observer from "@gatefold/simulator/Observer"
import { Effect, Exit, Redacted, Schema } from "effect"
import { HttpClient } from "effect/http"
import { inspect } from "node:util"
import * as TinyProvider from "./support/TinyProvider.ts"

const password = "p4ssw0rd-of-the-shop"
const prose = "prose-by-the-provider"
const Json = Schema.fromJsonString(Schema.toCodecJson(GatewayError.GatewayError))

/** A call whose request is full of secrets: a header, the body, and an idempotency key. */
const grant: ProviderClient.Request = {
  method: "POST",
  path: "/things",
  headers: { "x-signature": password },
  body: { grant_type: "password", password }
}

const answer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) =>
  Fault.Answer({ effect: "none", status, body, headers })

const faults: ReadonlyArray<readonly [what: string, Fault]> = [
  ["a good answer", Fault.Delay({ duration: 0 })],
  ["a refused connection", Fault.Refused()],
  ["a reset", Fault.Reset({ effect: "none" })],
  ["a hang-up", Fault.Hangup({ effect: "none" })],
  ["a page", Fault.ErrorPage({ effect: "none" })],
  ["a redirect", Fault.Redirect({ to: `http://127.0.0.1:9/${prose}` })],
  ["half a body", Fault.Truncated()],
  ["a refusal that quotes what was sent", answer(422, TinyProvider.errorBody(`BAD-${password}`, TinyProvider.apiKey))],
  ["an outage that quotes what was sent", answer(500, TinyProvider.errorBody(`BAD-${password}`, TinyProvider.apiKey))],
  ["a refusal in prose", answer(400, TinyProvider.errorBody(`${prose} with spaces`, `${prose}\n`))],
  ["a refusal with a code without end", answer(400, TinyProvider.errorBody(prose.repeat(10)))],
  ["values of another type", answer(200, JSON.stringify({ id: { [prose]: password }, price: password }))],
  ["a success that is none", answer(200, `${prose} ${password}`)],
  ["a header", answer(429, prose, { "retry-after": password, "x-request-id": password })]
]

for (const { layer, transport } of TinyProvider.transports) {
  describe(`no secret is told on ${transport}`, () => {
    for (const [what, fault] of faults) {
      for (const kind of ["none", "read"] as const) {
        it.effect(`${what}, ${kind}`, () =>
          Effect.gen(function*() {
            const observer = Observer.make()
            const { baseUrl, server } = yield* TinyProvider.start
            yield* server.arm(fault, { times: "always" })
            const { client } = yield* TinyProvider.connect(baseUrl, {
              retry: RetryPolicy.once,
              secrets: [Redacted.make(TinyProvider.apiKey), Redacted.make(password)]
            })
            const exit = yield* client.call(TinyProvider.operations[kind], grant, TinyProvider.Thing).pipe(
              Effect.tapCause((cause) => Effect.logError("the call failed", cause)),
              observer.watch,
              Effect.exit
            )
            const seen = [yield* observer.text]
            if (Exit.isFailure(exit)) {
              const error = yield* Effect.flip(exit)
              seen.push(...all(error), yield* Schema.encodeEffect(Json)(error))
            }
            for (const text of seen) {
              assert.notMatch(text, new RegExp(`${password}|${TinyProvider.apiKey}|${prose}`, "u"))
            }
            assert.match(seen.join("\n"), /gatefold\.tiny\.things/u)
          }).pipe(Effect.provide(layer)))
      }
    }
  })
}

describe("no credential is told, by whatever name it is sent,", () => {
  const setUp = Effect.fnUntraced(function*(transformClient?: ProviderClient.Options["transformClient"]) {
    const observer = Observer.make()
    const { baseUrl, server } = yield* TinyProvider.start
    const authorize = Effect.succeed({ headers: { "X-Shop-Token": Redacted.make(password) } })
    const { call } = yield* TinyProvider.connect(baseUrl, { authorize, transformClient })
    yield* call("read").pipe(observer.watch, Effect.provideService(HttpClient.TracerHeaderFilter, () => true))
    assert.strictEqual((yield* server.requests)[0]?.headers["x-shop-token"], password)
    return { observer, text: yield* observer.text }
  })

  it.effect("when the application shows headers in its spans", () =>
    Effect.gen(function*() {
      const { observer, text } = yield* setUp()
      assert.deepStrictEqual(observer.spans.map(({ name }) => name), ["gatefold.tiny.things.get"])
      assert.notInclude(text, password)
    }).pipe(Effect.provide(TinyProvider.transports[0].layer)))

  it.effect("when the application logs requests on their way", () =>
    Effect.gen(function*() {
      const { text } = yield* setUp(HttpClient.tapRequest((request) => Effect.log("sending", request)))
      assert.match(text, /x-shop-token/u)
      assert.notInclude(text, password)
    }).pipe(Effect.provide(TinyProvider.transports[0].layer)))
})

describe("a provider that has something else than what was asked", () => {
  const got = [
    ["a line break", "two\nlines"],
    ["a text without end", "x".repeat(201)],
    ["a secret", `id-${TinyProvider.apiKey}`],
    ["letters of other alphabets", "één"]
  ] as const
  for (const [what, text] of got) {
    it.effect(`is not quoted with ${what}`, () =>
      Effect.gen(function*() {
        const { client } = yield* TinyProvider.connect("https://provider.example")
        const mismatch = (got: string) =>
          client.error(
            TinyProvider.operations.read,
            new GatewayError.IntegrityMismatch({ field: "id", asked: "one", got })
          )
        assert.deepInclude(mismatch(text).reason, { field: "id", asked: "one", got: "something that cannot be shown" })
        assert.deepInclude(mismatch("12.30 MXN").reason, { got: "12.30 MXN" })
      }).pipe(Effect.provide(TinyProvider.transports[0].layer)))
  }
})

describe("a provider that quotes a token", () => {
  for (const authorization of ["Bearer tok-91c2", "tok-91c2"]) {
    it.effect(`is not heard, in its code and its request id: ${authorization}`, () =>
      Effect.gen(function*() {
        const { baseUrl, server } = yield* TinyProvider.start
        yield* server.arm(answer(422, TinyProvider.errorBody("BAD-tok-91c2", "tok-91c2")))
        const authorize = Effect.succeed({ headers: { authorization: Redacted.make(authorization) } })
        const { call } = yield* TinyProvider.connect(baseUrl, { authorize, secrets: [] })
        const { reason } = yield* Effect.flip(call("none"))
        assert.deepEqual({ ...reason }, { ...new GatewayError.InvalidRequest({ ...refusal, httpStatus: 422 }) })
      }).pipe(Effect.provide(TinyProvider.transports[0].layer)))
  }
  it.effect("is heard in a code with a word that stands before a token", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      yield* server.arm(answer(422, TinyProvider.errorBody("token-scope-missing", "req-9")))
      const authorize = Effect.succeed({ headers: { authorization: Redacted.make("token tok-91c2") } })
      const { call } = yield* TinyProvider.connect(baseUrl, { authorize, secrets: [] })
      const { reason } = yield* Effect.flip(call("none"))
      assert.deepInclude(reason, { ...refusal, code: "token-scope-missing", requestId: "req-9" })
    }).pipe(Effect.provide(TinyProvider.transports[0].layer)))

  const refusal = { field: "request", issue: "not accepted by the provider" }
})

const all = (error: GatewayError.GatewayError): ReadonlyArray<string> => [
  String(error),
  error.stack ?? "",
  JSON.stringify(error),
  inspect(error, { depth: 99, showHidden: true }),
  inspect(error, { depth: 99, customInspect: false })
]

describe("a call is told of", () => {
  const { layer } = TinyProvider.transports[0]
  const setUp = Effect.gen(function*() {
    const observer = Observer.make()
    const { baseUrl, server } = yield* TinyProvider.start
    const { call } = yield* TinyProvider.connect(baseUrl, { retry: { ...RetryPolicy.standard, base: 0 } })
    const run = (kind: TinyProvider.Kind) => Effect.exit(observer.watch(call(kind)))
    const span = () => observer.spans.find(({ name }) => name.startsWith("gatefold."))
    return { observer, run, server, span }
  })
  const who = { "gatefold.provider": "tiny", "gatefold.account": "main" }

  it.effect("by a span of its own, named after provider and operation", () =>
    Effect.gen(function*() {
      const { run, span } = yield* setUp
      yield* run("read")
      assert.strictEqual(span()?.name, "gatefold.tiny.things.get")
      assert.strictEqual(span()?.kind, "client")
      assert.deepStrictEqual(Object.fromEntries(span()?.attributes ?? []), {
        ...who,
        "gatefold.operation": "things.get"
      })
    }).pipe(Effect.provide(layer)))

  it.effect("that failed: with the name of the reason", () =>
    Effect.gen(function*() {
      const { run, server, span } = yield* setUp
      yield* server.arm(answer(422, TinyProvider.errorBody("DECLINED")))
      yield* run("none")
      assert.deepStrictEqual(Object.fromEntries(span()?.attributes ?? []), {
        ...who,
        "gatefold.operation": "things.create",
        "gatefold.reason": "Declined"
      })
      assert.isTrue(span()?.status._tag === "Ended")
    }).pipe(Effect.provide(layer)))

  it.effect("by one span, however often it was tried", () =>
    Effect.gen(function*() {
      const { observer, run, server } = yield* setUp
      yield* server.arm(answer(429, "", { "retry-after": "99" }))
      yield* run("read")
      assert.strictEqual(observer.spans.filter(({ name }) => name.startsWith("gatefold.")).length, 1)
    }).pipe(Effect.provide(layer)))

  it.effect("by a count per outcome and a duration", () =>
    Effect.gen(function*() {
      const { observer, run, server } = yield* setUp
      yield* run("read")
      yield* run("read")
      yield* server.arm(answer(422, TinyProvider.errorBody("DECLINED")))
      yield* run("none")
      yield* server.arm(Fault.Reset({ effect: "applied" }))
      yield* run("none")
      const base = { provider: "tiny", account: "main" }
      const counts = (yield* observer.metric("gatefold_calls")).map(({ attributes, state }) => [attributes, state])
      assert.sameDeepMembers(counts, [
        [{ ...base, operation: "things.get", outcome: "ok" }, { count: 2, incremental: true }],
        [{ ...base, operation: "things.create", outcome: "Declined" }, { count: 1, incremental: true }],
        [{ ...base, operation: "things.create", outcome: "OutcomeUnknown" }, { count: 1, incremental: true }]
      ])
      const durations = yield* observer.metric("gatefold_call_duration")
      assert.deepStrictEqual(
        durations.map(({ attributes, state }) => [attributes?.["operation"], "count" in state ? state.count : 0])
          .toSorted(),
        [["things.create", 2], ["things.get", 2]]
      )
    }).pipe(Effect.provide(layer)))
})
