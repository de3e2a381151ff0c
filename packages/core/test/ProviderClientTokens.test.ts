/**
 * When a 401 is answered by one more request, and what becomes of calls that could not sign in.
 */
import { assert, describe, it } from "@effect/vitest"
import { GatewayError, InvalidResponse, Unavailable } from "@gatefold/core/GatewayError"
import { AccountId, ProviderId } from "@gatefold/core/Identifiers"
import type * as ProviderClient from "@gatefold/core/ProviderClient"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault } from "@gatefold/core/Simulator"
import { Effect, Redacted, Result } from "effect"
import * as TinyProvider from "./support/TinyProvider.ts"

const answer = (status: number, body: string) => Fault.Answer({ effect: "none", status, body })

describe("a 401", () => {
  const { layer } = TinyProvider.transports[0]
  const rejected = answer(401, TinyProvider.errorBody("TOKEN_EXPIRED"))

  /** An account whose token is kept and can be renewed, to this one. */
  const withToken = Effect.fnUntraced(function*(renewed: string | undefined, options: { readonly cached: boolean }) {
    const { baseUrl, server } = yield* TinyProvider.start
    let token = "old"
    let renewals = 0
    const renew = Effect.sync(() => {
      renewals += 1
      const isNew = renewed !== undefined && renewed !== token
      if (isNew) token = renewed
      return isNew
    })
    const authorize = Effect.sync((): ProviderClient.Authorization => ({
      headers: { authorization: Redacted.make(`Bearer ${token}`) },
      ...(options.cached ? { renew } : {})
    }))
    const { call } = yield* TinyProvider.connect(baseUrl, { authorize })
    const tokens = Effect.map(server.requests, (all) => all.map(({ headers }) => headers["authorization"]))
    const heard = (kind: TinyProvider.Kind) =>
      Effect.map(Effect.result(call(kind)), (result) => Result.isSuccess(result) ? "thing" : result.failure.reason._tag)
    return { server, heard, tokens, renewals: () => renewals }
  })

  for (const kind of TinyProvider.kinds) {
    it.effect(`is answered by one more request when a kept token was renewed: ${kind}`, () =>
      Effect.gen(function*() {
        const { heard, renewals, server, tokens } = yield* withToken("new", { cached: true })
        yield* server.arm(rejected)
        assert.strictEqual(yield* heard(kind), "thing")
        assert.deepStrictEqual([yield* tokens, renewals()], [["Bearer old", "Bearer new"], 1])
      }).pipe(Effect.provide(layer)))
  }

  it.effect("of the renewed token is the end", () =>
    Effect.gen(function*() {
      const { heard, renewals, server, tokens } = yield* withToken("new", { cached: true })
      yield* server.arm(rejected, { times: "always" })
      assert.strictEqual(yield* heard("none"), "Unauthenticated")
      assert.deepStrictEqual([yield* tokens, renewals()], [["Bearer old", "Bearer new"], 1])
    }).pipe(Effect.provide(layer)))

  it.effect("is the end when no other token was to be had", () =>
    Effect.gen(function*() {
      const { heard, server, tokens } = yield* withToken("old", { cached: true })
      yield* server.arm(rejected, { times: "always" })
      assert.strictEqual(yield* heard("read"), "Unauthenticated")
      assert.deepStrictEqual(yield* tokens, ["Bearer old"])
    }).pipe(Effect.provide(layer)))

  it.effect("is an outage, and no refusal, while no other token can be had", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      yield* server.arm(rejected, { times: "always" })
      const down = new GatewayError({
        provider: ProviderId.make("tiny"),
        account: AccountId.make("main"),
        operation: "token",
        reason: new Unavailable({ evidence: "refused" })
      })
      const { call } = yield* TinyProvider.connect(baseUrl, {
        authorize: Effect.succeed({
          headers: { authorization: Redacted.make("Bearer old") },
          renew: Effect.fail(down)
        })
      })
      const error = yield* Effect.flip(call("none"))
      assert.deepInclude(error.reason, { _tag: "Unavailable", evidence: "refused" })
      assert.strictEqual((yield* server.requests).length, 1)
    }).pipe(Effect.provide(layer)))

  it.effect("is the end when the credentials were not kept ones", () =>
    Effect.gen(function*() {
      const { heard, renewals, server, tokens } = yield* withToken("new", { cached: false })
      yield* server.arm(rejected, { times: "always" })
      assert.strictEqual(yield* heard("read"), "Unauthenticated")
      assert.deepStrictEqual([yield* tokens, renewals()], [["Bearer old"], 0])
    }).pipe(Effect.provide(layer)))

  it.effect("hides nothing of what becomes of the second request", () =>
    Effect.gen(function*() {
      const { heard, server } = yield* withToken("new", { cached: true })
      yield* server.arm(rejected)
      yield* server.arm(Fault.Reset({ effect: "applied" }))
      assert.strictEqual(yield* heard("none"), "OutcomeUnknown")
    }).pipe(Effect.provide(layer)))

  it.effect("says so when there are no credentials for a second request", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      yield* server.arm(rejected)
      let asked = 0
      const authorize = Effect.suspend(() => {
        asked += 1
        return asked > 1 ? Effect.fail(noToken) : Effect.succeed({ headers: {}, renew: Effect.succeed(true) })
      })
      const { call } = yield* TinyProvider.connect(baseUrl, { authorize })
      const { reason } = yield* Effect.flip(call("none"))
      assert.deepInclude(reason, { _tag: "Unauthenticated", code: "TOKEN_EXPIRED" })
    }).pipe(Effect.provide(layer)))

  const noToken = new GatewayError({
    provider: ProviderId.make("tiny"),
    account: AccountId.make("main"),
    operation: "token",
    reason: new Unavailable({ evidence: "refused" })
  })

  it.effect("and an answer to signing in that is not understood do not make the outcome of a write unknown", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      const reason = new InvalidResponse({ path: "access_token", issue: "Missing key" })
      const { call } = yield* TinyProvider.connect(baseUrl, {
        authorize: Effect.fail(new GatewayError({ ...noToken, reason }))
      })
      assert.strictEqual((yield* Effect.flip(call("none"))).reason._tag, "Unavailable")
      assert.deepStrictEqual(yield* server.requests, [])
    }).pipe(Effect.provide(layer)))

  it.effect("cannot come where no token could be had: nothing is sent, once", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      const { call } = yield* TinyProvider.connect(baseUrl, {
        authorize: Effect.fail(noToken),
        retry: { ...RetryPolicy.standard, base: 0 }
      })
      const error = yield* Effect.flip(call("none"))
      assert.deepInclude(error, { operation: "things.create" })
      assert.deepInclude(error.reason, { _tag: "Unavailable", evidence: "refused" })
      assert.deepStrictEqual(yield* server.requests, [])
    }).pipe(Effect.provide(layer)))
})
