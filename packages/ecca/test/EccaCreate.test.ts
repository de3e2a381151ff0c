/**
 * Creating an invoice: whatever goes wrong and however often it is called, one reference is at most one invoice.
 */
import { assert, describe, it } from "@effect/vitest"
import { type Invoice, type NewInvoice, RetryPolicy } from "@gatefold/core"
import { Fault } from "@gatefold/core/Simulator"
import { Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import { type Account, answering, connect, envelope, open, order } from "./support/EccaAccount.ts"
import * as Lanes from "./support/Lanes.ts"
import { settled, reaches, whileNobodyAnswers } from "./support/RealTime.ts"

const post = "POST /create-invoice"
const get = "GET /invoices/order-1"

const operation = "invoices.create"

/** Creates `order-1` and tells how that ended, what arrived, and what is on the books then. */
const attempt = Effect.fnUntraced(function*(
  account: Account,
  changes: Partial<NewInvoice.NewInvoice> = {},
  unanswered = 0
) {
  const before = (yield* account.requests).length
  const created = Effect.result(account.invoices.create(order("order-1", changes)))
  const result = yield* unanswered > 0 ? whileNobodyAnswers(account, unanswered, created) : created
  const seen = (yield* account.requests).slice(before)
  yield* account.sim.disarm
  return {
    seen,
    invoice: Result.isSuccess(result) ? result.success : undefined,
    error: Result.isFailure(result) ? result.failure : undefined,
    reason: Result.isFailure(result) ? result.failure.reason : undefined,
    books: yield* account.sim.books
  }
})

const isOnTheBooks = (
  invoice: Invoice.Invoice | undefined,
  books: ReadonlyArray<{ readonly id: string; readonly reference: string | undefined }>
) => assert.deepStrictEqual(books.map(({ id, reference }) => [id, reference]), [[invoice?.id ?? "none", "order-1"]])

/** What the platform says of a finished invoice to whoever looks it up. */
const historyOf = (invoice: Invoice.Invoice | undefined) => `GET /invoices/${invoice?.id}/webhooks`

describe("create, when an answer goes wrong once", () => {
  for (const lane of Lanes.all.filter(({ kind }) => kind === "lost" || kind === "unreadable")) {
    const how = lane.applied ? "finds the invoice" : "finds nothing and sends it again"
    it.effect(`${lane.name}: ${how}`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* account.sim.arm(lane.fault, { operation })
        const { books, invoice, seen } = yield* attempt(account, {}, lane.takesTime === true ? 1 : 0)
        assert.strictEqual(invoice?.status, "open")
        isOnTheBooks(invoice, books)
        assert.deepStrictEqual(seen, lane.applied ? [post, get] : [post, get, post])
      }))
  }

  for (const lane of Lanes.all.filter(({ kind }) => kind === "refused")) {
    it.effect(`${lane.name}: is simply sent again`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* account.sim.arm(lane.fault, { operation })
        const { books, invoice, seen } = yield* attempt(account)
        isOnTheBooks(invoice, books)
        assert.deepStrictEqual(seen, [post, post])
      }))
  }

  it.effect("an answer larger than 1 MiB: finds the invoice", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* account.sim.arm(Fault.Oversized({ bytes: 2 ** 20 + 1 }), { operation })
      const { books, invoice, seen } = yield* attempt(account)
      isOnTheBooks(invoice, books)
      assert.deepStrictEqual(seen, [post, get])
    }))

  it.effect("JSON that is called a page: is read", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* account.sim.arm(Fault.WrongContentType(), { operation })
      const { books, invoice, seen } = yield* attempt(account)
      isOnTheBooks(invoice, books)
      assert.deepStrictEqual(seen, [post])
    }))

  for (const link of [undefined, null, "", "http://pay.example/1", "javascript:alert(1)", "/pay/1", 7]) {
    it.effect(`a 201 whose link to pay is ${JSON.stringify(link)}: looks the invoice up`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        const body = { ...flat("order-1", {}), payment_link: link }
        yield* account.sim.arm(
          Fault.Answer({ effect: "applied", status: 201, body: JSON.stringify(body) }),
          { operation }
        )
        const { books, invoice, seen } = yield* attempt(account)
        isOnTheBooks(invoice, books)
        assert.deepStrictEqual(seen, [post, get])
      }))
  }
})

/** The flat answer to create, about no invoice on the books. */
const flat = (reference: string, changes: object) => ({
  invoice_id: "a1b2c3d4-5678-90ab-cdef-1234567890ab",
  external_id: reference,
  amount: "1500.00",
  currency: "UAH",
  status: "pending",
  payment_link: "https://pay.example/1",
  created_at: "2026-02-25T12:00:00Z",
  expires_at: "2026-02-25T12:20:00Z",
  ...changes
})

describe("create, when answers go wrong for ever", () => {
  for (const lane of Lanes.all.filter(({ applied, kind }) => !applied && (kind === "lost" || kind === "unreadable"))) {
    it.effect(`${lane.name}: gives up after two sends, not knowing`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* account.sim.arm(lane.fault, { operation, times: "always" })
        const result = lane.takesTime === true
          ? yield* timingOutTwice(account)
          : yield* attempt(account)
        const { books, reason, seen } = result
        assert.deepInclude(reason, {
          _tag: "OutcomeUnknown",
          findOut: "read the invoice by its reference, or create it again with the same one",
          candidates: []
        })
        assert.deepStrictEqual(seen, [post, get, post, get])
        assert.deepStrictEqual(books, [])
      }))
  }

  for (const lane of Lanes.all.filter(({ kind }) => kind === "refused")) {
    it.effect(`${lane.name}: nothing happened`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* account.sim.arm(lane.fault, { operation, times: "always" })
        const { books, reason, seen } = yield* attempt(account)
        assert.strictEqual(reason?._tag, lane.fault._tag === "RateLimited" ? "RateLimited" : "Unavailable")
        assert.deepStrictEqual(seen, [post, post, post])
        assert.deepStrictEqual(books, [])
      }))
  }

  it.effect("nobody who listens: nothing was sent", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* account.sim.arm(Fault.Refused())
      yield* settled
      const { books, reason, seen } = yield* attempt(account)
      assert.deepInclude(reason, { _tag: "Unavailable", evidence: "refused" })
      assert.deepStrictEqual([seen, books], [[], []])
    }))

  it.effect("one try is one try if the policy says so, also of the look-up", () =>
    Effect.gen(function*() {
      const account = yield* open({ options: { retry: RetryPolicy.once } })
      yield* account.sim.arm(Fault.Unavailable(), { operation, times: "always" })
      assert.deepStrictEqual((yield* attempt(account)).seen, [post])
      yield* account.sim.arm(Fault.Reset({ effect: "applied" }), { operation })
      yield* account.sim.arm(Fault.Unavailable(), { operation: "invoices.get", times: "always" })
      const { reason, seen } = yield* attempt(account)
      assert.strictEqual(reason?._tag, "OutcomeUnknown")
      assert.deepStrictEqual(seen, [post, get])
    }))
})

describe("create, in time", () => {
  it.effect("takes no longer than one call may take, however often it sends and looks", () =>
    Effect.gen(function*() {
      const account = yield* open({ options: { retry: { ...RetryPolicy.standard, base: 0, cap: 0 } } })
      yield* account.sim.arm(Fault.Timeout({ effect: "applied" }), { times: "always" })
      const { reason, seen } = yield* attempt(account, {}, 3)
      assert.strictEqual(reason?._tag, "OutcomeUnknown")
      assert.deepStrictEqual(seen, [post, get, get])
      assert.strictEqual(yield* Effect.clockWith((clock) => clock.currentTimeMillis), 30_000)
    }))

  it.effect("does not send again when too little time is left: it stays unknown", () =>
    Effect.gen(function*() {
      const retry = { ...RetryPolicy.standard, base: 0, cap: 0, within: "14 seconds" } as const
      const account = yield* open({ options: { retry } })
      yield* account.sim.arm(Fault.Timeout({ effect: "none" }), { operation, times: "always" })
      const { books, reason, seen } = yield* attempt(account, {}, 1)
      assert.strictEqual(reason?._tag, "OutcomeUnknown")
      assert.deepStrictEqual([seen, books], [[post], []])
    }))
})

/** Both sends time out; the look-up between them does not. */
const timingOutTwice = Effect.fnUntraced(function*(account: Account) {
  const posts = Effect.map(account.requests, (all) => all.filter((one) => one === post).length)
  const fiber = yield* Effect.forkChild(attempt(account))
  for (const sent of [1, 2]) {
    yield* reaches(`send ${sent}`, posts, sent)
    yield* TestClock.adjust("10 seconds")
  }
  return yield* Fiber.join(fiber)
})

describe("create, when the look-up after a lost answer tells nothing", () => {
  const inconclusive = Lanes.all.filter(({ kind, takesTime }) =>
    kind !== "fine" && kind !== "unreachable" && !takesTime
  )
  for (const lane of inconclusive) {
    it.effect(`${lane.name}: is reported as unknown, and not sent again`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* account.sim.arm(Fault.Reset({ effect: "none" }), { operation })
        yield* account.sim.arm(lane.fault, { operation: "invoices.get", times: "always" })
        const { reason, seen } = yield* attempt(account)
        assert.strictEqual(reason?._tag, "OutcomeUnknown")
        assert.deepStrictEqual(seen.filter((one) => one === post), [post])
      }))
  }

  const misses: ReadonlyArray<readonly [string, number, unknown]> = [
    ["a bare 404", 404, ""],
    ["a 404 with a page", 404, "<h1>Not Found</h1>"],
    ["a 404 in another form", 404, { detail: "Not Found" }],
    ["a 404 with a code that is not documented", 404, envelope("ROUTE_NOT_FOUND")],
    ["a 404 with the code of another object", 404, envelope("WITHDRAWAL_NOT_FOUND")],
    ["a key that is not accepted", 403, envelope("API_KEY_INVALID")],
    ["another invoice", 200, { data: flat("order-2", {}) }],
    ["an invoice without a reference", 200, { data: flat("order-1", { external_id: null }) }]
  ]
  for (const [what, status, body] of misses) {
    it.effect(`${what} is no absence`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* account.sim.arm(Fault.Reset({ effect: "none" }), { operation })
        yield* answering(account, "invoices.get", body, status)
        const { books, reason, seen } = yield* attempt(account)
        assert.strictEqual(reason?._tag, "OutcomeUnknown")
        assert.deepStrictEqual([seen, books], [[post, get], []])
      }))
  }

  it.effect("INVOICE_NOT_FOUND in the documented form is one", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* account.sim.arm(Fault.Reset({ effect: "none" }), { operation })
      yield* answering(account, "invoices.get", envelope("INVOICE_NOT_FOUND"), 404)
      const { books, invoice, seen } = yield* attempt(account)
      isOnTheBooks(invoice, books)
      assert.deepStrictEqual(seen, [post, get, post])
    }))
})

describe("create of a reference that is taken (DUPLICATE_EXTERNAL_ID)", () => {
  it.effect("by the same, still payable: is that invoice", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const first = yield* account.invoices.create(order("order-1"))
      const { books, invoice, seen } = yield* attempt(account)
      assert.deepStrictEqual([invoice?.id, invoice?.status], [first.id, "open"])
      assert.deepStrictEqual(invoice?.checkout, first.checkout)
      assert.deepStrictEqual(seen, [post, get])
      isOnTheBooks(first, books)
    }))

  it.effect("by the same, its price written in another way: is that invoice", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const first = yield* account.invoices.create(order("order-1"))
      const { invoice } = yield* attempt(account, { price: { amount: "1500.0", currency: "uah" } })
      assert.strictEqual(invoice?.id, first.id)
    }))

  it.effect("by the same, paid: is that invoice, with what its history adds", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const first = yield* account.invoices.create(order("order-1"))
      yield* account.sim.pay(first.id)
      yield* account.sim.adjust(first.id)
      const { invoice, seen } = yield* attempt(account)
      assert.deepStrictEqual([invoice?.id, invoice?.status, invoice?.isAdjusted], [first.id, "paid", true])
      assert.deepStrictEqual(seen, [post, get, historyOf(first)])
    }))

  const others = [
    ["another amount", { amount: "1500.01", currency: "UAH" }, "1500.01 UAH"],
    ["another currency", { amount: "1500.00", currency: "KZT" }, "1500.00 KZT"]
  ] as const
  for (const [what, price, asked] of others) {
    for (const state of ["open", "paid"]) {
      it.effect(`at ${what}, ${state}: is a mismatch`, () =>
        Effect.gen(function*() {
          const account = yield* open()
          const first = yield* account.invoices.create(order("order-1"))
          if (state === "paid") yield* account.sim.pay(first.id)
          const { books, reason } = yield* attempt(account, { price })
          assert.deepInclude(reason, { _tag: "IntegrityMismatch", field: "price", asked, got: "1500.00 UAH" })
          isOnTheBooks(first, books)
        }))
    }
  }

  for (const [verb, status] of [["expire", "expired"], ["fail", "failed"], ["cancel", "canceled"]] as const) {
    it.effect(`by one that ended ${status}: the reference is spent, which is never a success`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        const first = yield* account.invoices.create(order("order-1"))
        yield* account.sim[verb](first.id)
        const { error, reason, seen } = yield* attempt(account)
        assert.isTrue(reason?._tag === "Conflict" && reason.kind === "referenceSpent")
        const invoice = reason?._tag === "Conflict" ? reason.invoice : undefined
        assert.deepStrictEqual([invoice?.id, invoice?.status], [first.id, status])
        assert.strictEqual(error?.operation, operation)
        assert.deepStrictEqual(seen, [post, get, historyOf(first)])
      }))
  }

  it.effect("by one in a state that nobody understands: is unknown, with that invoice for a person to judge", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* account.invoices.create(order("order-1"))
      yield* answering(account, "invoices.get", { data: flat("order-1", { status: "on_hold" }) })
      const { reason } = yield* attempt(account)
      assert.isTrue(reason?._tag === "OutcomeUnknown")
      const candidates = reason?._tag === "OutcomeUnknown" ? reason.candidates : []
      assert.deepStrictEqual(candidates.map(({ providerStatus, status }) => [status, providerStatus]), [
        ["unknown", "on_hold"]
      ])
    }))

  it.effect("by one that cannot be looked up: is unknown, since it may be ours", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* account.invoices.create(order("order-1"))
      yield* account.sim.arm(Fault.ErrorPage({ effect: "none" }), { operation: "invoices.get", times: "always" })
      const { reason } = yield* attempt(account)
      assert.deepInclude(reason, { _tag: "OutcomeUnknown", code: "DUPLICATE_EXTERNAL_ID", httpStatus: 409 })
    }))

  it.effect("by one whose history is not found: is unknown, since the invoice itself is there", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const first = yield* account.invoices.create(order("order-1"))
      yield* account.sim.pay(first.id)
      yield* answering(account, "webhookDeliveries.history", envelope("INVOICE_NOT_FOUND"), 404)
      assert.strictEqual((yield* attempt(account)).reason?._tag, "OutcomeUnknown")
    }))

  it.effect("by one that the platform then does not find: is a conflict, nothing happened", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* account.sim.refuseWith("DUPLICATE_EXTERNAL_ID", { operation })
      const { reason, seen } = yield* attempt(account)
      assert.deepInclude(reason, { _tag: "Conflict", kind: "other", code: "DUPLICATE_EXTERNAL_ID" })
      assert.deepStrictEqual(seen, [post, get])
    }))
})

describe("create for a customer with a pending invoice (PENDING_INVOICE_EXISTS)", () => {
  it.effect("of another order: is a conflict, after our own reference was looked up", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* account.invoices.create(order("order-0", { customer: "user-1" }))
      const { books, reason, seen } = yield* attempt(account, { customer: "user-1" })
      assert.deepInclude(reason, { _tag: "Conflict", kind: "customerHasPendingInvoice", isRetryable: false })
      assert.deepStrictEqual(seen, [post, get])
      assert.deepStrictEqual(books.map(({ reference }) => reference), ["order-0"])
    }))

  it.effect("of this very order: is that invoice", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const first = yield* account.invoices.create(order("order-1"))
      yield* account.sim.refuseWith("PENDING_INVOICE_EXISTS", { operation })
      const { invoice, seen } = yield* attempt(account)
      assert.strictEqual(invoice?.id, first.id)
      assert.deepStrictEqual(seen, [post, get])
    }))

  it.effect("that cannot be looked up: is unknown, since only a miss says that it is another's", () =>
    Effect.gen(function*() {
      for (
        const fault of [Fault.ErrorPage({ effect: "none" }), Fault.Answer({ effect: "none", status: 404, body: "" })]
      ) {
        const account = yield* open()
        yield* account.invoices.create(order("order-1"))
        yield* account.sim.refuseWith("PENDING_INVOICE_EXISTS", { operation })
        yield* account.sim.arm(fault, { operation: "invoices.get", times: "always" })
        const { reason } = yield* attempt(account)
        assert.deepInclude(reason, { _tag: "OutcomeUnknown", code: "PENDING_INVOICE_EXISTS", httpStatus: 409 })
      }
    }))
})

describe("create, refused after an attempt whose outcome is not known", () => {
  const refusals = [
    ["DUPLICATE_EXTERNAL_ID", 409],
    ["PENDING_INVOICE_EXISTS", 409],
    ["CUSTOMER_RATE_LIMIT", 403],
    ["NO_AVAILABLE_REQUISITES", 503],
    ["CURRENCY_INVALID", 422],
    ["MISSING_REQUIRED_URLS", 422],
    ["API_KEY_INVALID", 403],
    ["MERCHANT_BLOCKED", 403],
    ["SOMETHING_NEW", 403],
    ["SOMETHING_NEW", 429]
  ] as const

  /** The first send is lost, the look-up after it misses, and every send after that is refused. */
  const lostThenRefused = Effect.fnUntraced(function*(effect: "applied" | "none", code: string, status: number) {
    const account = yield* open()
    yield* account.sim.arm(Fault.Reset({ effect }), { operation })
    yield* answering(account, "invoices.get", envelope("INVOICE_NOT_FOUND"), 404)
    yield* answering(account, operation, envelope(code), status, { times: "always" })
    return account
  })

  /** What says that nothing can be done now is tried three times. */
  const sends = (status: number) => status === 503 || status === 429 ? [post, post, post] : [post]

  for (const [code, status] of refusals) {
    it.effect(`${status} ${code}: is looked up first, and the invoice is there by now`, () =>
      Effect.gen(function*() {
        const { books, invoice, seen } = yield* attempt(yield* lostThenRefused("applied", code, status))
        isOnTheBooks(invoice, books)
        assert.deepStrictEqual(seen, [post, get, ...sends(status), get])
      }))

    it.effect(`${status} ${code}: is looked up first, and stays unknown if that tells nothing`, () =>
      Effect.gen(function*() {
        const account = yield* lostThenRefused("applied", code, status)
        yield* account.sim.arm(Fault.Answer({ effect: "none", status: 404, body: "" }), { operation: "invoices.get" })
        const { books, reason, seen } = yield* attempt(account)
        assert.strictEqual(reason?._tag, "OutcomeUnknown")
        assert.strictEqual(books.length, 1)
        assert.deepStrictEqual(seen, [post, get, ...sends(status), get])
      }))
  }

  for (const [code, status] of refusals.filter(([code]) => code !== "DUPLICATE_EXTERNAL_ID")) {
    it.effect(`${status} ${code}: is reported once the look-up says that there is none`, () =>
      Effect.gen(function*() {
        const { books, reason, seen } = yield* attempt(yield* lostThenRefused("none", code, status))
        assert.deepInclude(reason, { code, httpStatus: status })
        assert.notStrictEqual(reason?._tag, "OutcomeUnknown")
        assert.deepStrictEqual(seen, [post, get, ...sends(status), get])
        assert.deepStrictEqual(books, [])
      }))
  }

  it.effect("409 DUPLICATE_EXTERNAL_ID without an invoice to be found: stays unknown, since there must be one", () =>
    Effect.gen(function*() {
      const { reason } = yield* attempt(yield* lostThenRefused("none", "DUPLICATE_EXTERNAL_ID", 409))
      assert.strictEqual(reason?._tag, "OutcomeUnknown")
    }))
})

describe("create, answered with something else than was asked for", () => {
  const answers = [
    ["another reference", { external_id: "order-2" }, { field: "reference", asked: "order-1", got: "order-2" }],
    ["no reference", { external_id: null }, { field: "reference", asked: "order-1", got: "none" }],
    ["another amount", { amount: "150.00" }, { field: "price", asked: "1500.00 UAH", got: "150.00 UAH" }],
    ["one more decimal", { amount: "1500.001" }, { field: "price", asked: "1500.00 UAH", got: "1500.001 UAH" }],
    ["another currency", { currency: "USD" }, { field: "price", asked: "1500.00 UAH", got: "1500.00 USD" }],
    ["no currency that could be one", { currency: "₴" }, { field: "price", asked: "1500.00 UAH", got: "none" }]
  ] as const

  for (const [what, changes, mismatch] of answers) {
    it.effect(`${what}: is a mismatch, and nothing is sent again`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* answering(account, operation, flat("order-1", changes), 201)
        const { reason, seen } = yield* attempt(account)
        assert.deepInclude(reason, { _tag: "IntegrityMismatch", ...mismatch })
        assert.deepStrictEqual(seen, [post])
      }))
  }

  for (const [word, status] of [["fail", "failed"], ["expired", "expired"], ["canceled", "canceled"]] as const) {
    it.effect(`an invoice that has ended (${word}): the reference is spent`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* answering(account, operation, flat("order-1", { status: word }), 200)
        const { reason } = yield* attempt(account)
        assert.isTrue(reason?._tag === "Conflict" && reason.kind === "referenceSpent")
        assert.strictEqual(reason?._tag === "Conflict" && reason.invoice?.status, status)
      }))
  }

  it.effect("an invoice that is paid: is that invoice", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, operation, flat("order-1", { status: "success" }), 200)
      const { invoice } = yield* attempt(account)
      assert.strictEqual(invoice?.status, "paid")
      assert.isUndefined(invoice?.checkout)
    }))

  it.effect("an invoice in a new state: is reported as it is, and cannot be checked out", () =>
    Effect.gen(function*() {
      const account = yield* open()
      yield* answering(account, operation, flat("order-1", { status: "being_made" }), 201)
      const { invoice } = yield* attempt(account)
      assert.deepStrictEqual([invoice?.status, invoice?.unrecognized], ["unknown", ["being_made"]])
      assert.isUndefined(invoice?.checkout)
    }))
})

describe("create, more than once", () => {
  it.effect("by two fibers at once: is one invoice for both", () =>
    Effect.gen(function*() {
      const { invoices, sim } = yield* open()
      const create = invoices.create(order("order-1"))
      const [one, other] = yield* Effect.all([create, create], { concurrency: "unbounded" })
      isOnTheBooks(one, yield* sim.books)
      assert.strictEqual(other.id, one.id)
    }))

  it.effect("by two processes and many fibers at once: is one invoice for all", () =>
    Effect.gen(function*() {
      const { invoices, options, sim } = yield* open()
      const elsewhere = (yield* connect(options)).invoices
      const creates = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? invoices : elsewhere).create(order("order-1")))
      const all = yield* Effect.all(creates, { concurrency: "unbounded" })
      isOnTheBooks(all[0], yield* sim.books)
      assert.strictEqual(
        new Set(all.map(({ id }) =>
          id
        )).size,
        1
      )
    }))

  for (const lane of [Fault.Timeout({ effect: "applied" }), Fault.Timeout({ effect: "none" })]) {
    it.effect(`after the first was interrupted, ${lane.effect === "applied" ? "too late" : "in time"}: is one invoice`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* account.sim.arm(lane, { operation })
        const fiber = yield* Effect.forkChild(account.invoices.create(order("order-1")))
        yield* reaches("the create", Effect.map(account.requests, ({ length }) => length), 1)
        yield* Fiber.interrupt(fiber)
        const { books, invoice, seen } = yield* attempt(account)
        isOnTheBooks(invoice, books)
        assert.deepStrictEqual(seen, lane.effect === "applied" ? [post, get] : [post])
      }))
  }

  it.effect("with the same reference in two accounts: is one invoice in each", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* open(), yield* open()]
      const first = yield* one.invoices.create(order("order-1"))
      const second = yield* other.invoices.create(order("order-1"))
      assert.notStrictEqual(first.id, second.id)
    }))
})

describe("create sends", () => {
  const sent = Effect.fnUntraced(function*(account: Account) {
    const all = yield* account.sim.requests
    return JSON.parse(all.at(-1)?.body ?? "")
  })

  it.effect("the reference as the customer of a guest: a constant would allow one pending invoice per shop", () =>
    Effect.gen(function*() {
      const account = yield* open()
      for (const reference of ["order-1", "order-2"]) {
        yield* account.invoices.create(order(reference))
        assert.deepStrictEqual(yield* sent(account), {
          amount: "1500.00",
          currency_code: "UAH",
          customer_id: reference,
          external_id: reference
        })
      }
    }))

  it.effect("the account's webhook URL unless the invoice has its own", () =>
    Effect.gen(function*() {
      const account = yield* open({ options: { webhookUrl: "https://shop.example/webhooks/ecca" } })
      yield* account.invoices.create(order("order-1"))
      assert.strictEqual((yield* sent(account)).callback_url, "https://shop.example/webhooks/ecca")
      yield* account.invoices.create(order("order-2", { webhookUrl: "https://shop.example/another" }))
      assert.strictEqual((yield* sent(account)).callback_url, "https://shop.example/another")
    }))

  const currencies = ["KWD", "JPY", "CLF", "XAF"].map((code) => ({
    code,
    name: code,
    symbol: code,
    decimal: 2,
    rate: "10.00"
  }))
  const amounts = [
    ["UAH", "0.01", "0.01"],
    ["UAH", "12.3", "12.30"],
    ["UAH", "90071992547409.93", "90071992547409.93"],
    ["UAH", "1500.0000", "1500.00"],
    // ISO 4217 has three decimals for dinars and four for the UF, the provider takes two [INV]
    ["KWD", "1.5", "1.50"],
    ["KWD", "1.250", "1.25"],
    ["CLF", "2.5000", "2.50"],
    ["JPY", "1500", "1500"],
    ["XAF", "10.0", "10"]
  ] as const
  for (const [currency, amount, written] of amounts) {
    it.effect(`${amount} ${currency} as "${written}"`, () =>
      Effect.gen(function*() {
        const account = yield* open({ simulator: { currencies } })
        const invoice = yield* account.invoices.create(order("order-1", { price: { amount, currency } }))
        assert.strictEqual((yield* sent(account)).amount, written)
        assert.strictEqual(`${invoice.price?.currency}`, currency)
      }))
  }
})
