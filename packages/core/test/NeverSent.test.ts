/**
 * What proves that no byte of a request left this process. Whatever is not proven may have reached the provider.
 */
import { assert, describe, it } from "@effect/vitest"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Effect } from "effect"
import { HttpClient, HttpClientError, HttpClientRequest, HttpClientResponse } from "effect/http"
import * as TinyProvider from "./support/TinyProvider.ts"

const failure = (fields: { readonly code?: string; readonly syscall?: string; readonly message?: string }) =>
  Object.assign(new Error(fields.message ?? "it failed"), fields)

const request = HttpClientRequest.post("https://provider.example/things")

const transport = (cause: unknown) =>
  new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })

/** What a write says whose transport fails like this: why it never left, or that nobody knows. */
const write = Effect.fnUntraced(function*(error: HttpClientError.HttpClientError) {
  const { call } = yield* TinyProvider.connect("https://provider.example", { retry: RetryPolicy.once }).pipe(
    Effect.provideService(HttpClient.HttpClient, HttpClient.make(() => Effect.fail(error)))
  )
  const { reason } = yield* Effect.flip(call("none"))
  switch (reason._tag) {
    case "Unavailable":
      return reason.evidence
    case "InvalidRequest":
      return "malformed request"
    case "OutcomeUnknown":
      return `unknown: ${reason.trouble}`
    default:
      return assert.fail(reason._tag)
  }
})

const isProof = (error: HttpClientError.HttpClientError, evidence: string) =>
  Effect.map(write(error), (heard) => assert.strictEqual(heard, evidence))

const isNoProof = (error: HttpClientError.HttpClientError) =>
  Effect.map(write(error), (heard) => assert.match(heard, /^unknown: /u))

/** As undici fails, and as fetch wraps the same. */
const wrappings = [
  { by: "undici", wrap: (cause: unknown) => transport(cause) },
  { by: "fetch", wrap: (cause: unknown) => transport(new TypeError("fetch failed", { cause })) }
]

const inHandshake = "Client network socket disconnected before secure TLS connection was established"

const proofs: ReadonlyArray<readonly [what: string, cause: unknown, evidence: string]> = [
  ["connection refused", failure({ code: "ECONNREFUSED", syscall: "connect" }), "refused"],
  ["reset while connecting", failure({ code: "ECONNRESET", syscall: "connect" }), "connect"],
  ["host unreachable while connecting", failure({ code: "EHOSTUNREACH", syscall: "connect" }), "connect"],
  ["network unreachable while connecting", failure({ code: "ENETUNREACH", syscall: "connect" }), "connect"],
  ["timed out while connecting", failure({ code: "ETIMEDOUT", syscall: "connect" }), "connect"],
  ["no such host", failure({ code: "ENOTFOUND", syscall: "getaddrinfo" }), "dns"],
  ["a resolver's unknown word", failure({ code: "EAI_FAMILY", syscall: "getaddrinfo" }), "dns"],
  ...["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"].map((code) =>
    [`${code} alone`, failure({ code }), "dns"] as const
  ),
  ["undici's connect timeout", failure({ code: "UND_ERR_CONNECT_TIMEOUT" }), "connect timeout"],
  ...[
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
    "CERT_REVOKED",
    "CERT_UNTRUSTED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_TLS_HANDSHAKE_TIMEOUT"
  ].map((code) => [code, failure({ code }), "certificate"] as const),
  ["hung up in the TLS handshake", failure({ code: "ECONNRESET", message: inHandshake }), "tls handshake"],
  ["undici refuses an argument", failure({ code: "UND_ERR_INVALID_ARG" }), "malformed request"],
  ["Node refuses a header", failure({ code: "ERR_INVALID_CHAR" }), "malformed request"],
  ["an address that is none", failure({ code: "ERR_INVALID_URL" }), "malformed request"],
  ["Headers refuses a value", new TypeError("Headers.append: \"x\" is an invalid header value."), "malformed request"],
  ["Headers refuses a name", new TypeError("Headers.append: x y is an invalid header name."), "malformed request"],
  ["fetch refuses a port", new Error("bad port"), "malformed request"]
]

const maybes: ReadonlyArray<readonly [what: string, cause: unknown]> = [
  ["a reset after the request, or in the TLS handshake", failure({ code: "ECONNRESET", syscall: "read" })],
  ["a reset while writing", failure({ code: "EPIPE", syscall: "write" })],
  ["closed by the other side", failure({ code: "UND_ERR_SOCKET", message: "other side closed" })],
  ["a socket that hung up", failure({ code: "ECONNRESET", message: "socket hang up" })],
  ["https to a plain port", failure({ code: "ERR_SSL_WRONG_VERSION_NUMBER" })],
  ["a protocol error", failure({ code: "EPROTO", syscall: "write" })],
  ["a TLS alert, which may answer the request", failure({ code: "ERR_SSL_TLSV1_ALERT_ACCESS_DENIED" })],
  ["unreachable on an open connection", failure({ code: "EHOSTUNREACH", syscall: "read" })],
  ["network gone on an open connection", failure({ code: "ENETUNREACH", syscall: "write" })],
  ["timed out on an open connection", failure({ code: "ETIMEDOUT", syscall: "read" })],
  ["ETIMEDOUT alone", failure({ code: "ETIMEDOUT" })],
  ["ECONNREFUSED alone", failure({ code: "ECONNREFUSED" })],
  ["headers timeout", failure({ code: "UND_ERR_HEADERS_TIMEOUT" })],
  ["body timeout", failure({ code: "UND_ERR_BODY_TIMEOUT" })],
  ["aborted", failure({ code: "UND_ERR_ABORTED" })],
  ["an answer that is not HTTP", failure({ code: "HPE_INVALID_CONSTANT", message: "Expected HTTP/" })],
  [
    "an answer with a character that may not stand in a header value",
    Object.assign(failure({ message: "Response does not match the HTTP/1.1 protocol (Invalid header value char)" }), {
      name: "HTTPParserError"
    })
  ],
  [
    "the same by Node",
    failure({ code: "HPE_INVALID_HEADER_TOKEN", message: "Parse Error: Invalid header value char" })
  ],
  ["a word of a runtime to come", failure({ code: "ECONNVANISHED", syscall: "quantum" })],
  ["an error that says nothing", new Error("")],
  ["a text", "ECONNREFUSED"],
  ["a number", 7],
  ["null", null],
  ["nothing", undefined],
  ["an object without anything", {}],
  ["a code that is no text", { code: 7, syscall: ["connect"] }]
]

describe("a request never left", () => {
  for (const { by, wrap } of wrappings) {
    for (const [what, cause, evidence] of proofs) {
      it.effect(`${what}, by ${by}: ${evidence}`, () => isProof(wrap(cause), evidence))
    }
  }

  for (const Reason of [HttpClientError.InvalidUrlError, HttpClientError.EncodeError]) {
    it.effect(`when it could not be written at all: ${Reason.name}`, () =>
      isProof(new HttpClientError.HttpClientError({ reason: new Reason({ request }) }), "malformed request"))
  }
})

describe("a request may have been sent", () => {
  for (const { by, wrap } of wrappings) {
    for (const [what, cause] of maybes) {
      it.effect(`${what}, by ${by}`, () => isNoProof(wrap(cause)))
    }
  }

  const answered = [HttpClientError.StatusCodeError, HttpClientError.DecodeError, HttpClientError.EmptyBodyError]
  for (const Reason of answered) {
    it.effect(`when there is an answer, whatever is wrong with it: ${Reason.name}`, () => {
      const response = HttpClientResponse.fromWeb(request, new Response())
      const cause = failure({ code: "ECONNREFUSED", syscall: "connect" })
      return isNoProof(new HttpClientError.HttpClientError({ reason: new Reason({ request, response, cause }) }))
    })
  }
})

describe("several addresses were tried", () => {
  const refused = failure({ code: "ECONNREFUSED", syscall: "connect" })
  const unreachable = failure({ code: "EHOSTUNREACH", syscall: "connect" })
  const reset = failure({ code: "ECONNRESET", syscall: "read" })
  const together = (...errors: ReadonlyArray<unknown>) => transport(new AggregateError(errors))

  it.effect("and each proves that nothing was sent", () => isProof(together(refused, unreachable), "refused"))
  it.effect("and the last does not prove it", () => isNoProof(together(refused, reset)))
  it.effect("and the first does not prove it", () => isNoProof(together(reset, refused)))
  it.effect("and one says nothing", () => isNoProof(together(refused, undefined)))
  it.effect("and the whole says more than its parts: the parts count", () =>
    isNoProof(transport(Object.assign(new AggregateError([reset, refused]), {
      code: "ECONNREFUSED",
      syscall: "connect"
    }))))
})

describe("a chain of causes", () => {
  const nested = (depth: number): unknown =>
    depth === 0
      ? failure({ code: "ECONNREFUSED", syscall: "connect" })
      : new Error("outer", { cause: nested(depth - 1) })

  it.effect("is followed to its fourth link", () => isProof(transport(nested(4)), "refused"))
  it.effect("is not followed further", () => isNoProof(transport(nested(5))))
  it.effect("that runs in a circle ends", () => {
    const circle: { cause?: unknown } = {}
    circle.cause = circle
    return Effect.map(write(transport(circle)), (heard) => assert.strictEqual(heard, "unknown: connection lost"))
  })
})

describe("the word for the trouble", () => {
  for (const { by, wrap } of wrappings) {
    it.effect(`is the code, wherever in the chain it stands, by ${by}`, () =>
      Effect.map(
        write(wrap(failure({ code: "ECONNRESET", syscall: "read" }))),
        (heard) => assert.strictEqual(heard, "unknown: ECONNRESET")
      ))
  }
  it.effect("is nothing that could hold a part of the request", () =>
    Effect.map(
      write(transport(failure({ code: "sk_live_1", message: "sk_live_1" }))),
      (heard) => assert.strictEqual(heard, "unknown: connection lost")
    ))
})

describe("a transport that throws instead of failing", () => {
  const thrown = Effect.fnUntraced(function*(cause: unknown) {
    const { call } = yield* TinyProvider.connect("https://provider.example", { retry: RetryPolicy.once }).pipe(
      Effect.provideService(HttpClient.HttpClient, HttpClient.make(() => Effect.die(cause)))
    )
    return (yield* Effect.flip(call("none"))).reason._tag
  })
  it.effect("on a header has sent nothing", () =>
    Effect.map(thrown(failure({ code: "ERR_INVALID_CHAR" })), (heard) => assert.strictEqual(heard, "InvalidRequest")))
  it.effect("on something else may have sent it", () =>
    Effect.map(thrown(failure({ message: "a mistake" })), (heard) => assert.strictEqual(heard, "OutcomeUnknown")))
})
