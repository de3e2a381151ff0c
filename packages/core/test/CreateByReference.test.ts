/**
 * Creating by reference at providers that differ in one thing: whether they refuse a second invoice of one reference.
 */
import { assert, describe, it } from "@effect/vitest"
import { CreateByReference, GatewayError, Identifiers, Invoice, Money, NewInvoice, Operation } from "@gatefold/core"
import { Effect, Result } from "effect"
import { FetchHttpClient } from "effect/http"
import * as TinyProvider from "./support/TinyProvider.ts"

const operation = Operation.write("invoices.create", { safety: "none", findOut: "look" })
const lookingUp = Operation.read("invoices.get")
const identity = { provider: Identifiers.ProviderId.make("tiny"), account: Identifiers.AccountId.make("main") }

const order: NewInvoice.NewInvoice = { reference: "order-1", price: { amount: "12.30", currency: "MXN" } }
const asked = Result.getOrThrow(NewInvoice.check(order, { currencies: "ISO 4217" }))

const invoice = (id: string, changes: Partial<Invoice.Input> = {}) =>
  Invoice.make({
    ...identity,
    id: Identifiers.InvoiceId.make(id),
    references: [asked.reference],
    prices: [asked.price],
    ...changes
  })

interface Setup {
  /** What is on the books before, or how the look-up fails. */
  readonly before?: ReadonlyArray<Invoice.Invoice> | GatewayError.Reason
  /** How the create fails; `applied`: it made an invoice nevertheless. */
  readonly failure?: { readonly reason: GatewayError.Reason; readonly applied: boolean }
  readonly options?: Partial<CreateByReference.Options>
}

/** One create, with how often it was sent and how often was looked. */
const create = Effect.fnUntraced(function*({ before = [], failure, options }: Setup) {
  const { client } = yield* Effect.provide(TinyProvider.connect("https://tiny.example"), FetchHttpClient.layer)
  const books: Array<Invoice.Invoice> = "_tag" in before ? [] : [...before]
  const calls: Array<"looked" | "sent"> = []
  const result = yield* Effect.result(CreateByReference.create({
    client,
    operation,
    asked,
    send: Effect.suspend(() => {
      calls.push("sent")
      const made = invoice(`i-${books.length + 1}`)
      if (failure?.applied !== false) books.push(made)
      return failure === undefined ? Effect.succeed(made) : Effect.fail(client.error(operation, failure.reason))
    }),
    lookUp: Effect.sync((): CreateByReference.Found => {
      calls.push("looked")
      return "_tag" in before
        ? { _tag: "Inconclusive", because: client.error(lookingUp, before) }
        : CreateByReference.among(books)
    }),
    refusesDuplicates: false,
    ...options
  }))
  return { result, calls, books }
})

const timeout = new GatewayError.OutcomeUnknown({ trouble: "timeout", findOut: "look", candidates: [] })

const idOf = (result: Result.Result<Invoice.Invoice, GatewayError.GatewayError>) => Result.getOrThrow(result).id

const reasonOf = (result: Result.Result<Invoice.Invoice, GatewayError.GatewayError>) => {
  assert.isTrue(Result.isFailure(result))
  const error = Result.getOrThrow(Result.flip(result))
  assert.strictEqual(error.operation, "invoices.create")
  return error.reason
}

describe("looking before anything is sent", () => {
  const first = (setup: Setup) => create({ ...setup, options: { lookUpFirst: true } })

  it.effect("sends once where there is none", () =>
    Effect.gen(function*() {
      const { calls, result } = yield* first({})
      assert.strictEqual(idOf(result), "i-1")
      assert.deepStrictEqual(calls, ["looked", "sent"])
    }))

  it.effect("answers with the invoice that exists and can be paid, or is paid, and sends nothing", () =>
    Effect.gen(function*() {
      for (const status of ["open", "processing", "paid"] as const) {
        const { calls, result } = yield* first({ before: [invoice("i-0", { status })] })
        assert.strictEqual(idOf(result), "i-0")
        assert.deepStrictEqual(calls, ["looked"])
      }
    }))

  it.effect("never takes one of another price for what was asked", () =>
    Effect.gen(function*() {
      const { calls, result } = yield* first({
        before: [invoice("i-0", { prices: [Money.makeUnsafe("12.31", "MXN")] })]
      })
      assert.deepInclude(reasonOf(result), { _tag: "IntegrityMismatch", field: "price", got: "12.31 MXN" })
      assert.deepStrictEqual(calls, ["looked"])
    }))

  it.effect("finds a reference spent that belongs to an invoice which ended unpaid", () =>
    Effect.gen(function*() {
      for (const status of ["expired", "failed", "canceled"] as const) {
        const { calls, result } = yield* first({ before: [invoice("i-0", { status })] })
        assert.deepInclude(reasonOf(result), { _tag: "Conflict", kind: "referenceSpent" })
        assert.deepStrictEqual(calls, ["looked"])
      }
    }))

  it.effect("does not choose among several, and does not add to them", () =>
    Effect.gen(function*() {
      const { calls, result } = yield* first({ before: [invoice("i-0"), invoice("i-1", { status: "expired" })] })
      assert.deepInclude(reasonOf(result), { _tag: "Conflict", kind: "other" })
      assert.deepStrictEqual(calls, ["looked"])
    }))

  it.effect("sends nothing where it cannot look, and says so as a create that did nothing", () =>
    Effect.gen(function*() {
      const passed: ReadonlyArray<GatewayError.Reason> = [
        new GatewayError.Unauthenticated({}),
        new GatewayError.Unavailable({ evidence: "refused" }),
        new GatewayError.RateLimited({ scope: "account" })
      ]
      for (const before of passed) {
        const { calls, result } = yield* first({ before })
        assert.strictEqual(reasonOf(result)._tag, before._tag)
        assert.deepStrictEqual(calls, ["looked"])
      }
      const aboutTheLookUp: ReadonlyArray<GatewayError.Reason> = [
        new GatewayError.NotFound({}),
        new GatewayError.InvalidResponse({ path: "body", issue: "not JSON" }),
        new GatewayError.IntegrityMismatch({ field: "store", asked: "a", got: "b" }),
        timeout
      ]
      for (const before of aboutTheLookUp) {
        const { calls, result } = yield* first({ before })
        assert.deepInclude(reasonOf(result), {
          _tag: "Unavailable",
          evidence: "the reference cannot be looked up"
        })
        assert.deepStrictEqual(calls, ["looked"])
      }
    }))

  it.effect("looks again after an unknown outcome, and never sends twice", () =>
    Effect.gen(function*() {
      const made = yield* first({ failure: { reason: timeout, applied: true } })
      assert.strictEqual(idOf(made.result), "i-1")
      assert.deepStrictEqual(made.calls, ["looked", "sent", "looked"])
      const lost = yield* first({ failure: { reason: timeout, applied: false } })
      assert.deepInclude(reasonOf(lost.result), { _tag: "OutcomeUnknown", trouble: "timeout" })
      assert.deepStrictEqual(lost.calls, ["looked", "sent", "looked"])
    }))
})

describe("after an unknown outcome", () => {
  it.effect("several invoices of the reference leave it unknown, as candidates for a person", () =>
    Effect.gen(function*() {
      const { calls, result } = yield* create({
        before: [invoice("i-0")],
        failure: { reason: timeout, applied: true }
      })
      const reason = reasonOf(result)
      assert.deepInclude(reason, { _tag: "OutcomeUnknown", trouble: "timeout" })
      assert.deepStrictEqual(
        reason._tag === "OutcomeUnknown" ? reason.candidates.map(({ id }) => String(id)) : [],
        ["i-0", "i-2"]
      )
      assert.deepStrictEqual(calls, ["sent", "looked"])
    }))

  it.effect("it is sent again only where duplicates are refused", () =>
    Effect.gen(function*() {
      const failure = { reason: timeout, applied: false }
      const none = yield* create({ failure })
      assert.deepStrictEqual(none.calls, ["sent", "looked"])
      const refusing = yield* create({ failure, options: { refusesDuplicates: true } })
      assert.deepStrictEqual(refusing.calls, ["sent", "looked", "sent", "looked"])
      for (const { result } of [none, refusing]) assert.strictEqual(reasonOf(result)._tag, "OutcomeUnknown")
    }))
})

describe("a refusal", () => {
  const refusal = { reason: new GatewayError.Conflict({ kind: "other", code: "DUPLICATE" }), applied: false }

  it.effect("is final, and nothing is looked up, unless it may be about our own invoice", () =>
    Effect.gen(function*() {
      const { calls, result } = yield* create({ before: [invoice("i-0")], failure: refusal })
      assert.strictEqual(reasonOf(result)._tag, "Conflict")
      assert.deepStrictEqual(calls, ["sent"])
    }))

  it.effect("of a duplicate among several is an unknown outcome with all of them", () =>
    Effect.gen(function*() {
      const { result } = yield* create({
        before: [invoice("i-0"), invoice("i-1")],
        failure: refusal,
        options: { isDuplicate: () => true, refusesDuplicates: true }
      })
      const reason = reasonOf(result)
      assert.deepInclude(reason, { _tag: "OutcomeUnknown", code: "DUPLICATE" })
      assert.lengthOf(reason._tag === "OutcomeUnknown" ? reason.candidates : [], 2)
    }))
})
