/**
 * Evidence that no byte of a request left this process.
 *
 * It is a list of what is known to be safe. Whatever is not on it may have reached the provider: a reset after the
 * request looks the same as one in the TLS handshake, and error codes of another runtime are unknown words here.
 */
import type * as HttpClientError from "effect/http/HttpClientError"
import * as Predicate from "effect/Predicate"

const codes: ReadonlyMap<string, string> = new Map([
  ...["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"].map((code) => [code, "dns"] as const),
  ["UND_ERR_CONNECT_TIMEOUT", "connect timeout"],
  ...["UND_ERR_INVALID_ARG", "ERR_INVALID_URL", "ERR_INVALID_CHAR"].map((code) => [code, "malformed request"] as const),
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
  ].map((code) => [code, "certificate"] as const)
])

/** Node's words for a peer that hung up during the TLS handshake, which carries no other mark. */
const closedInHandshake = "Client network socket disconnected before secure TLS connection was established"

const deepest = 5

/** @internal What kept the request here, or `undefined` if it may have been sent. */
export const evidence = (error: HttpClientError.HttpClientError): string | undefined => {
  switch (error.reason._tag) {
    case "InvalidUrlError":
    case "EncodeError":
      return "malformed request"
    case "TransportError":
      return fromCause(error.reason.cause, deepest)
    case "StatusCodeError":
    case "DecodeError":
    case "EmptyBodyError":
      return undefined
  }
}

/** @internal The same for what a transport threw, down the chain of its causes. */
export const fromCause = (cause: unknown, depth: number): string | undefined => {
  if (!Predicate.isObject(cause) || depth === 0) return undefined
  const { code, errors, message, name, syscall } = describe(cause)
  if (errors.length > 0) return agreed(errors.map((each) => fromCause(each, depth - 1)))
  const known = code === undefined ? undefined : codes.get(code)
  if (known !== undefined) return known
  if (syscall === "connect") return code === "ECONNREFUSED" ? "refused" : "connect"
  if (syscall === "getaddrinfo") return "dns"
  if (message === closedInHandshake) return "tls handshake"
  // only what a Headers object throws: a parser says "Invalid header value char" of an answer, when all was sent
  if (message === "bad port" || (name === "TypeError" && /invalid header (name|value)/iu.test(message))) {
    return "malformed request"
  }
  return Predicate.hasProperty(cause, "cause") ? fromCause(cause.cause, depth - 1) : undefined
}

const describe = (cause: object) => ({
  code: Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) ? cause.code : undefined,
  syscall: Predicate.hasProperty(cause, "syscall") ? cause.syscall : undefined,
  message: Predicate.hasProperty(cause, "message") && Predicate.isString(cause.message) ? cause.message : "",
  name: Predicate.hasProperty(cause, "name") ? cause.name : undefined,
  errors: Predicate.hasProperty(cause, "errors") && Array.isArray(cause.errors) ? cause.errors : []
})

/** Several addresses were tried: the request stayed here only if that is known of each. */
const agreed = (verdicts: ReadonlyArray<string | undefined>): string | undefined =>
  verdicts.every((verdict) => verdict !== undefined) ? verdicts[0] : undefined

/** @internal A word for what went wrong on the way, without any of the request. */
export const trouble = (error: HttpClientError.HttpClientError): string => {
  const reason = error.reason
  if (reason._tag !== "TransportError") return reason._tag
  return codeOf(reason.cause, deepest) ?? "connection lost"
}

const codeOf = (cause: unknown, depth: number): string | undefined => {
  if (!Predicate.isObject(cause) || depth === 0) return undefined
  const { code } = describe(cause)
  if (code !== undefined && /^[A-Z0-9_]{2,40}$/u.test(code)) return code
  return Predicate.hasProperty(cause, "cause") ? codeOf(cause.cause, depth - 1) : undefined
}
