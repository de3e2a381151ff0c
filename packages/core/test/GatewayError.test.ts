import { assert, describe, it } from "@effect/vitest"
import { GatewayError } from "@gatefold/core"
import { Duration, Effect, Equal, Result, Schema } from "effect"
import { inspect } from "node:util"
import { error, invoice, reasons } from "./support/Samples.ts"

const Json = Schema.fromJsonString(GatewayError.GatewayError)
const all = Object.values(reasons)

describe("GatewayError: reasons", () => {
  it("are these twelve, of which two may be worth repeating", () => {
    assert.strictEqual(GatewayError.Reason.members.length, 12)
    assert.deepStrictEqual(all.map(({ constructor }) => constructor), [...GatewayError.Reason.members])
    assert.deepStrictEqual(all.filter(({ isRetryable }) => isRetryable).map(({ _tag }) => _tag), [
      "RateLimited",
      "Unavailable"
    ])
  })

  it.each(all)("$_tag is read from JSON as what was written", (reason) => {
    const written = error(reason)
    const read = Schema.decodeSync(Json)(Schema.encodeSync(Json)(written))
    assert.instanceOf(read, GatewayError.GatewayError)
    assert.instanceOf(read, Error)
    assert.strictEqual(read.reason.constructor, reason.constructor)
    assert.isTrue(Equal.equals(read, written))
    assert.strictEqual(read.isRetryable, written.isRetryable)
    assert.strictEqual(read.effect, written.effect)
    assert.strictEqual(read.message, written.message)
    assert.deepStrictEqual(read.retryAfter, written.retryAfter)
    assert.strictEqual(Schema.encodeSync(Json)(read), Schema.encodeSync(Json)(written))
  })

  it.effect.each(all)("$_tag is caught by its name", (reason) =>
    Effect.gen(function*() {
      const caught = yield* Effect.fail(error(reason)).pipe(Effect.unwrapReason("GatewayError"), Effect.flip)
      assert.strictEqual(caught, reason)
    }))

  it("are no others: what is not understood is no reason", () => {
    const encoded = Schema.encodeSync(GatewayError.GatewayError)(error(reasons.NotFound))
    for (const reason of [{ _tag: "Gone" }, {}, null]) {
      assert.isTrue(Result.isFailure(Schema.decodeUnknownResult(GatewayError.GatewayError)({ ...encoded, reason })))
    }
  })
})

describe("GatewayError: what happened at the provider", () => {
  const tagsOf = (effect: GatewayError.Effect) =>
    all.filter((reason) => error(reason).effect === effect).map(({ _tag }) => _tag)

  it("is unknown, or something else than was asked, for one reason each, and nothing for all others", () => {
    assert.deepStrictEqual(tagsOf("unknown"), ["OutcomeUnknown"])
    assert.deepStrictEqual(tagsOf("different"), ["IntegrityMismatch"])
    assert.deepStrictEqual(tagsOf("none"), [
      "InvalidRequest",
      "Unauthenticated",
      "Forbidden",
      "NotFound",
      "Unsupported",
      "Declined",
      "Conflict",
      "RateLimited",
      "Unavailable",
      "InvalidResponse"
    ])
  })

  it("is nothing wherever the same call may be repeated", () => {
    const repeated = all.filter(({ isRetryable }) => isRetryable)
    assert.deepStrictEqual(repeated.map((reason) => error(reason).effect), ["none", "none"])
  })

  it("if it was something else, may be an invoice that could not be read", () => {
    const unread = new GatewayError.IntegrityMismatch({ field: "price", asked: "250 MXN", got: "25 MXN" })
    const read = Schema.decodeSync(Json)(Schema.encodeSync(Json)(error(unread)))
    assert.isTrue(Equal.equals(read, error(unread)))
    assert.strictEqual(read.effect, "different")
    assert.strictEqual(read.message, error(reasons.IntegrityMismatch).message)
    assert.notProperty(Schema.encodeSync(GatewayError.Reason)(unread), "invoice")
    assert.deepStrictEqual(reasons.IntegrityMismatch.invoice, invoice)
  })
})

describe("GatewayError: what may be repeated, and when", () => {
  const limited = (scope: GatewayError.RateLimited["scope"]) => error(new GatewayError.RateLimited({ scope }))

  it("waits inside a call for the account's limit only", () => {
    assert.isTrue(limited("account").isRetryable)
    assert.isFalse(limited("customer").isRetryable)
    assert.isFalse(limited("object").isRetryable)
  })

  it("tells how long the provider asked to wait, if it did", () => {
    assert.deepStrictEqual(error(reasons.RateLimited).retryAfter, Duration.millis(1500))
    assert.deepStrictEqual(error(reasons.Unavailable).retryAfter, Duration.seconds(7))
    assert.isUndefined(limited("account").retryAfter)
    for (const { _tag, ...rest } of [reasons.OutcomeUnknown, reasons.Conflict, reasons.Declined]) {
      assert.isUndefined(error(reasons[_tag]).retryAfter, JSON.stringify(rest))
    }
  })
})

describe("GatewayError: messages", () => {
  const messages = (reason: GatewayError.Reason) => error(reason).message

  it.each([
    [reasons.InvalidRequest, "amount: MXN has 2 decimals here"],
    [reasons.Unauthenticated, "check or renew them"],
    [reasons.Forbidden, "ask the provider to allow it"],
    [reasons.NotFound, "check the id and the account"],
    [reasons.Unsupported, "does not offer withdrawals: ask for its capabilities first"],
    [reasons.Declined, "ask it for the reason"],
    [reasons.Conflict, "use another reference for the next attempt"],
    [reasons.RateLimited, "try again after 1s 500ms"],
    [reasons.Unavailable, "try again after 7s"],
    [reasons.OutcomeUnknown, "it is not known whether this took effect (timeout): look the reference up"],
    [reasons.InvalidResponse, "data.amount: Missing key; tell the adapter's author"],
    [reasons.IntegrityMismatch, "asked for price 250 MXN, but the provider has 25 MXN: look into it"]
  ])("%#: of $_tag tells what to do", (reason, step) => {
    assert.include(messages(reason), step)
    assert.isTrue(messages(reason).startsWith(`ecca invoices.create: ${reason._tag}: `))
  })

  it.each(["referenceSpent", "customerHasPendingInvoice", "busy", "other"] as const)(
    "of a conflict (%s) tells what to do",
    (kind) => {
      assert.match(new GatewayError.Conflict({ kind }).message, /: (use|wait|look) /u)
    }
  )

  it("of a wait that the provider did not measure says so", () => {
    assert.include(new GatewayError.Unavailable({ evidence: "dns" }).message, "(dns), try again later")
    assert.include(new GatewayError.RateLimited({ scope: "object" }).message, "for this object, try again later")
  })

  it("name the provider's code, the HTTP status and the request, for its support", () => {
    assert.isTrue(messages(reasons.Declined).endsWith(" [RATE_LIMIT, HTTP 429, request req-1]"))
    assert.isFalse(new GatewayError.Declined({}).message.includes("["))
  })

  it("are what logs and terminals show", () => {
    const shown = error(reasons.Unauthenticated)
    assert.include(String(shown), shown.message)
    assert.include(String(shown.stack), shown.message)
  })
})

describe("GatewayError: secrets", () => {
  const secret = "tok-not-for-logs"

  it("have no field for what was sent or answered, for a cause or for prose", () => {
    const fields = new Set(all.flatMap((reason) => Object.keys(Schema.encodeSync(GatewayError.Reason)(reason))))
    const known = "_tag code requestId httpStatus field issue capability kind invoice scope retryAfter evidence path" +
      " trouble findOut candidates answer asked got"
    assert.sameMembers([...fields], known.split(" "))
  })

  it.each(all)("$_tag drops what it has no field for", (reason) => {
    const encoded = Schema.encodeSync(GatewayError.Reason)(reason)
    const json = { ...encoded, apiKey: secret, headers: { "x-api-key": secret }, message: secret, cause: secret }
    const failed = error(Schema.decodeSync(GatewayError.Reason)(json))
    const shown = [
      failed.message,
      String(failed),
      JSON.stringify(failed),
      Schema.encodeSync(Json)(failed),
      inspect(failed, { depth: 12, showHidden: true }),
      failed.stack
    ]
    assert.notInclude(shown.join(), secret)
  })

  it.each(["two words", "line\nbreak", "ñ", "", "a".repeat(121)])(
    "a code or a request id is one short word, never prose: %j",
    (prose) => {
      const isDetail = Schema.is(GatewayError.Detail)
      assert.isFalse(isDetail({ code: prose }))
      assert.isFalse(isDetail({ requestId: prose }))
    }
  )
})
