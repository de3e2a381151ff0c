/**
 * What a provider sees of a request, and what is kept of its refusal.
 */
import { assert, describe, it } from "@effect/vitest"
import { Forbidden, InvalidResponse } from "@gatefold/core/GatewayError"
import * as Operation from "@gatefold/core/Operation"
import * as ProviderClient from "@gatefold/core/ProviderClient"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault } from "@gatefold/core/Simulator"
import { Context, Effect, Redacted, Schema } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { inspect } from "node:util"
import * as RawServer from "./support/RawServer.ts"
import * as TinyProvider from "./support/TinyProvider.ts"

const read = Operation.read("things.get")
const headersOf = (headers: Readonly<Record<string, string>>) => headers

for (const { layer, transport } of TinyProvider.transports) {
  describe(`a request on ${transport}`, () => {
    it.effect("carries the credentials, asks for plain JSON, says who asks, and tells nothing of our traces", () =>
      Effect.gen(function*() {
        const { baseUrl, server } = yield* TinyProvider.start
        const { call } = yield* TinyProvider.connect(`${baseUrl}///`)
        yield* call("none").pipe(Effect.withSpan("checkout"))
        const [request, ...others] = yield* server.requests
        assert.deepStrictEqual(others, [])
        const headers = headersOf(request?.headers ?? {})
        assert.deepInclude(headers, {
          "x-api-key": TinyProvider.apiKey,
          "user-agent": "gatefold",
          accept: "application/json",
          "accept-encoding": "identity",
          "content-type": "application/json"
        })
        for (const name of ["traceparent", "tracestate", "b3", "x-b3-traceid", "baggage"]) {
          assert.notProperty(headers, name)
        }
        assert.deepInclude(request, { method: "POST", url: "/v1/things", body: "{\"price\":\"12.30\"}" })
      }).pipe(Effect.provide(layer)))

    it.effect("has ids as one part of its path, and its query encoded, without what is left out", () =>
      Effect.gen(function*() {
        const { baseUrl, server } = yield* TinyProvider.start
        const { client } = yield* TinyProvider.connect(baseUrl)
        const id = "a/b?c=d&e#f %2e"
        const request: ProviderClient.Request = {
          method: "GET",
          path: ProviderClient.path`/things/${id}`,
          query: { status: "open & paid", page: undefined }
        }
        assert.strictEqual((yield* client.call(read, request, TinyProvider.Thing)).id, id)
        const [seen] = yield* server.requests
        assert.strictEqual(seen?.url, "/v1/things/a%2Fb%3Fc%3Dd%26e%23f%20%252e?status=open+%26+paid")
      }).pipe(Effect.provide(layer)))

    for (const id of [".", "..", "%2e%2E", ".%2e"]) {
      it.effect(`is not sent with the id "${id}", which a URL would drop`, () =>
        Effect.gen(function*() {
          const { baseUrl, server } = yield* TinyProvider.start
          const { client } = yield* TinyProvider.connect(baseUrl)
          const request: ProviderClient.Request = { method: "DELETE", path: `/things/${id}/parts` }
          const { operation, reason } = yield* Effect.flip(client.call(read, request, Schema.Unknown))
          assert.deepInclude(reason, { _tag: "InvalidRequest", field: "id" })
          assert.strictEqual(operation, "things.get")
          assert.deepStrictEqual(yield* server.requests, [])
        }).pipe(Effect.provide(layer)))
    }

    it.effect("with a line break in a header is not sent, and nobody sees the header's value", () =>
      Effect.gen(function*() {
        const { baseUrl, server } = yield* TinyProvider.start
        const secret = "sk_line\nbreak"
        const authorize = Effect.succeed({ headers: { "x-api-key": Redacted.make(secret) } })
        const { call } = yield* TinyProvider.connect(baseUrl, { authorize })
        for (const kind of TinyProvider.kinds) {
          const error = yield* Effect.flip(call(kind))
          assert.strictEqual(error.reason._tag, "InvalidRequest")
          const seen = [
            String(error),
            inspect(error, { depth: 99, showHidden: true }),
            JSON.stringify(error),
            error.stack
          ]
          assert.notMatch(seen.join(), /sk_line|break/u)
        }
        assert.deepStrictEqual(yield* server.requests, [])
      }).pipe(Effect.provide(layer)))

    for (const headers of [undefined, {}, { "idempotency-key": " " }, { "x-key": "k-1" }]) {
      it.effect(`whose write is made safe by a key is not sent without: ${JSON.stringify(headers)}`, () =>
        Effect.gen(function*() {
          const { baseUrl, server } = yield* TinyProvider.start
          const { client } = yield* TinyProvider.connect(baseUrl)
          const request: ProviderClient.Request = { method: "POST", path: "/things", headers, body: {} }
          const { reason } = yield* Effect.flip(client.call(TinyProvider.operations.key, request, TinyProvider.Thing))
          assert.deepInclude(reason, { _tag: "InvalidRequest", field: "idempotency-key" })
          assert.deepStrictEqual(yield* server.requests, [])
        }).pipe(Effect.provide(layer)))
    }

    it.effect("may spell the header of its key as it likes", () =>
      Effect.gen(function*() {
        const { baseUrl, server } = yield* TinyProvider.start
        const { client } = yield* TinyProvider.connect(baseUrl)
        const request = { method: "POST", path: "/things", headers: { "Idempotency-Key": "k-2" }, body: {} } as const
        yield* client.call(TinyProvider.operations.key, request, TinyProvider.Thing)
        assert.strictEqual((yield* server.requests)[0]?.headers["idempotency-key"], "k-2")
      }).pipe(Effect.provide(layer)))

    it.effect("to an address that is none is not sent", () =>
      Effect.gen(function*() {
        const { call } = yield* TinyProvider.connect("nowhere")
        assert.strictEqual((yield* Effect.flip(call("none"))).reason._tag, "InvalidRequest")
      }).pipe(Effect.provide(layer)))

    for (const status of ["301 Moved", "302 Found", "303 See", "307 There", "308 Here"]) {
      it.effect(`does not follow a ${status.slice(0, 3)}: the other host sees nothing`, () =>
        Effect.gen(function*() {
          const other = yield* RawServer.make((socket) => socket.end(RawServer.head("200 OK") + "{}"))
          const provider = yield* RawServer.make((socket) =>
            socket.end(RawServer.head(status, `location: ${other.url}/things`, "content-length: 0"))
          )
          const { call } = yield* TinyProvider.connect(provider.url)
          const heard = yield* Effect.forEach(TinyProvider.kinds.slice(0, 3), (kind) => Effect.flip(call(kind)))
          assert.deepStrictEqual(heard.map(({ reason }) => reason._tag), [
            "InvalidResponse",
            "OutcomeUnknown",
            "OutcomeUnknown"
          ])
          assert.deepStrictEqual([provider.requests.length, other.connections()], [3, 0])
        }).pipe(
          // what an application may have set for its own calls
          Effect.provideService(FetchHttpClient.RequestInit, { redirect: "follow", cache: "no-store" }),
          Effect.provide(layer)
        ))
    }
  })
}

describe("the pipeline", () => {
  const { layer } = TinyProvider.transports[0]

  it.effect("notices a transport that followed a redirect by itself", () =>
    Effect.gen(function*() {
      const elsewhere = yield* TinyProvider.start
      const { baseUrl, server } = yield* TinyProvider.start
      const to = `${elsewhere.baseUrl}/things`
      yield* server.arm(Fault.Redirect({ to }))
      const { call } = yield* TinyProvider.connect(baseUrl, { transformClient: HttpClient.followRedirects(3) })
      assert.strictEqual((yield* Effect.flip(call("none"))).reason._tag, "OutcomeUnknown")
      assert.strictEqual((yield* elsewhere.server.requests).length, 1, "it was followed")
    }).pipe(Effect.provide(layer)))

  it.effect("leaves the application's own settings of fetch as they were", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* TinyProvider.start
      const { call } = yield* TinyProvider.connect(baseUrl)
      yield* call("read")
      const init = Context.getOrUndefined(yield* Effect.context<never>(), FetchHttpClient.RequestInit)
      assert.deepStrictEqual(init, { redirect: "follow" })
    }).pipe(
      Effect.provideService(FetchHttpClient.RequestInit, { redirect: "follow" }),
      Effect.provide(layer)
    ))

  it.effect("keeps the documented code, the request id and the status of a refusal", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      yield* server.arm(answer(422, TinyProvider.errorBody("NEVER_HEARD_OF", "req-77")))
      const { call } = yield* TinyProvider.connect(baseUrl)
      const error = yield* Effect.flip(call("none"))
      assert.deepInclude(error.reason, {
        _tag: "InvalidRequest",
        code: "NEVER_HEARD_OF",
        requestId: "req-77",
        httpStatus: 422
      })
      assert.match(
        error.message,
        /^tiny things\.create: InvalidRequest: .*NEVER_HEARD_OF, HTTP 422, request req-77\]$/u
      )
    }).pipe(Effect.provide(layer)))

  for (const words of ["in prose", "two\nlines", "é", "", "x".repeat(121)]) {
    it.effect(`knows a refusal whose code cannot be kept all the same: ${JSON.stringify(words.slice(0, 9))}`, () =>
      Effect.gen(function*() {
        const { baseUrl, server } = yield* TinyProvider.start
        yield* server.arm(answer(403, TinyProvider.errorBody(words, words)))
        const { call } = yield* TinyProvider.connect(baseUrl)
        const { reason } = yield* Effect.flip(call("none"))
        assert.deepEqual({ ...reason }, { ...new Forbidden({ httpStatus: 403 }) })
      }).pipe(Effect.provide(layer)))
  }

  it.effect("keeps them of an outage, too", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      yield* server.arm(answer(500, TinyProvider.errorBody("OOPS", "req-78")), { times: 2 })
      const { call } = yield* TinyProvider.connect(baseUrl, { retry: RetryPolicy.once })
      const kept = { code: "OOPS", requestId: "req-78", httpStatus: 500 }
      assert.deepInclude((yield* Effect.flip(call("reference"))).reason, { _tag: "OutcomeUnknown", ...kept })
      assert.deepInclude((yield* Effect.flip(call("read"))).reason, { _tag: "Unavailable", ...kept })
    }).pipe(Effect.provide(layer)))

  it.effect("takes an adapter's InvalidResponse of a write for an outcome that is not known", () =>
    Effect.gen(function*() {
      const { baseUrl, server } = yield* TinyProvider.start
      yield* server.arm(answer(404, "<html>"), { times: "always" })
      const reasonOf = () => new InvalidResponse({ path: "body", issue: "a 404 without a code" })
      const { call } = yield* TinyProvider.connect(baseUrl, { reasonOf })
      assert.strictEqual((yield* Effect.flip(call("read"))).reason._tag, "InvalidResponse")
      const { reason } = yield* Effect.flip(call("none"))
      assert.strictEqual(reason._tag, "OutcomeUnknown")
      if (reason._tag === "OutcomeUnknown") assert.strictEqual(reason.answer?.issue, "a 404 without a code")
    }).pipe(Effect.provide(layer)))
})

const answer = (status: number, body: string) => Fault.Answer({ effect: "none", status, body })
