/**
 * Every fault on the way against every call but create: what is known afterwards, and how many requests were made.
 *
 * A read is tried three times in these tests; a write that cannot be made safe is sent at most once.
 */
import { assert, describe, it } from "@effect/vitest"
import { type GatewayError, Identifiers } from "@gatefold/core"
import { Fault } from "@gatefold/core/Simulator"
import { Effect, Result, Stream } from "effect"
import { type Account, open, order } from "./support/EccaAccount.ts"
import * as Lanes from "./support/Lanes.ts"
import { settled, whileNobodyAnswers } from "./support/RealTime.ts"

interface Ids {
  /** Open, without a payment. */
  readonly invoice: Identifiers.InvoiceId
  /** Canceled, with a payment and an event. */
  readonly finished: Identifiers.InvoiceId
  readonly payment: Identifiers.PaymentId
  readonly withdrawal: Identifiers.WithdrawalId
}

type Call = (account: Account, ids: Ids) => Effect.Effect<unknown, GatewayError.GatewayError>

/** An account with an open invoice whose customer has picked a method, one without, and a withdrawal. */
const setUp = Effect.gen(function*() {
  const account = yield* open({ options: { cancelBody: {} } })
  const picked = yield* account.invoices.create(order("order-1"))
  yield* account.sim.chooseMethod(picked.id, "monobank")
  const { payments: [payment] } = yield* account.invoices.get(picked)
  const fresh = yield* account.invoices.create(order("order-2"))
  yield* account.sim.cancel(picked.id)
  const withdrawal = yield* account.sim.withdraw({ amount: "150.00" })
  const ids: Ids = {
    invoice: fresh.id,
    finished: picked.id,
    payment: payment?.id ?? Identifiers.PaymentId.make("none"),
    withdrawal: Identifiers.WithdrawalId.make(withdrawal)
  }
  return { account, ids }
})

/** Arms the fault for every request from now on, makes the call, and tells how it ended and what arrived. */
const spoil = Effect.fnUntraced(function*(
  lane: Lanes.Lane,
  call: Call,
  { operation, times, unanswered }: {
    readonly operation: string
    readonly times: number | "always"
    readonly unanswered: number
  }
) {
  const { account, ids } = yield* setUp
  yield* account.sim.arm(lane.fault, { operation, times })
  // a request on a connection that was open until now may count as sent
  if (lane.kind === "unreachable") yield* settled
  const before = (yield* account.requests).length
  const made = Effect.result(call(account, ids))
  const result = yield* lane.takesTime === true ? whileNobodyAnswers(account, unanswered, made) : made
  const seen = (yield* account.requests).slice(before)
  return { account, ids, seen, reason: Result.isFailure(result) ? result.failure.reason : undefined }
})

const reads: Readonly<Record<string, Call>> = {
  "invoices.get": ({ invoices }, { invoice }) => invoices.get({ id: invoice }),
  "invoices.list": ({ invoices }) => Stream.runCollect(Stream.take(invoices.list(), 1)),
  "payments.get": ({ payments }, { payment }) => payments.get(payment),
  "payments.list": ({ payments }) => Stream.runCollect(Stream.take(payments.list(), 1)),
  "withdrawals.get": ({ withdrawals }, { withdrawal }) => withdrawals.get(withdrawal),
  "withdrawals.list": ({ withdrawals }) => Stream.runCollect(Stream.take(withdrawals.list(), 1)),
  "webhookDeliveries.history": ({ deliveries }, { invoice }) => deliveries.history(invoice),
  "catalog.paymentMethods": ({ catalog }) => catalog.paymentMethods(),
  "catalog.currencies": ({ catalog }) => catalog.currencies,
  "customer.paymentMethods": ({ customer }, { invoice }) => customer.paymentMethods(invoice)
}

const outcomeOfRead: Readonly<
  Record<Lanes.Lane["kind"], { readonly always: string | undefined; readonly seen: number }>
> = {
  unreachable: { always: "Unavailable", seen: 0 },
  refused: { always: "Unavailable", seen: 3 },
  lost: { always: "Unavailable", seen: 3 },
  unreadable: { always: "InvalidResponse", seen: 1 },
  fine: { always: undefined, seen: 1 }
}

const is429 = ({ fault }: Lanes.Lane) => fault._tag === "RateLimited"

describe("reads", () => {
  for (const [operation, call] of Object.entries(reads)) {
    for (const lane of Lanes.all) {
      const { always, seen: expected } = outcomeOfRead[lane.kind]
      it.effect(`${operation}, ${lane.name}: ${always ?? "is read"}`, () =>
        Effect.gen(function*() {
          const { reason, seen } = yield* spoil(lane, call, { operation, times: "always", unanswered: 3 })
          assert.strictEqual(reason?._tag, is429(lane) ? "RateLimited" : always)
          // a payment is read with its invoice, which is finished here: that takes a second request
          assert.strictEqual(seen.length, operation === "payments.get" && lane.kind === "fine" ? 2 : expected)
        }))
    }
  }

  for (const [operation, call] of Object.entries(reads)) {
    it.effect(`${operation} gets over one lost answer`, () =>
      Effect.gen(function*() {
        for (const lane of Lanes.all.filter(({ kind }) => kind === "lost" || kind === "refused")) {
          const { reason, seen } = yield* spoil(lane, call, { operation, times: 1, unanswered: 1 })
          assert.isUndefined(reason, lane.name)
          assert.strictEqual(seen.length, operation === "payments.get" ? 3 : 2, lane.name)
        }
      }))
  }

  it.effect("of a finished invoice fail if its delivery history cannot be read: nobody may take it for not adjusted", () =>
    Effect.gen(function*() {
      const { account, ids } = yield* setUp
      yield* account.sim.pay(ids.invoice)
      for (const fault of [Fault.ErrorPage({ effect: "none" }), Fault.EmptyBody()]) {
        yield* account.sim.arm(fault, { operation: "webhookDeliveries.history", times: "always" })
        assert.isTrue(Result.isFailure(yield* Effect.result(account.invoices.get({ id: ids.invoice }))))
        yield* account.sim.disarm
      }
    }))

  it.effect("read no answer beyond 1 MiB, and lists none beyond 64 MiB", () =>
    Effect.gen(function*() {
      const { account, ids } = yield* setUp
      yield* account.sim.arm(Fault.Oversized({ bytes: 2 ** 20 + 1 }), { operation: "invoices.get" })
      const { reason } = yield* Effect.flip(account.invoices.get({ id: ids.invoice }))
      assert.deepInclude(reason, { _tag: "InvalidResponse", issue: "larger than 1048576 bytes" })
      yield* account.sim.arm(Fault.Oversized({ bytes: 2 ** 26 + 1 }), { operation: "invoices.list" })
      const list = yield* Effect.flip(Stream.runCollect(account.invoices.list()))
      assert.deepInclude(list.reason, { _tag: "InvalidResponse", issue: "larger than 67108864 bytes" })
    }))
})

interface Write {
  readonly call: Call
  readonly findOut: string
  /** Whether it took effect, as reads tell. */
  readonly isDone: (account: Account, ids: Ids) => Effect.Effect<boolean, GatewayError.GatewayError>
}

const writes: Readonly<Record<string, Write>> = {
  "webhookDeliveries.resend": {
    call: ({ deliveries }, { finished }) => deliveries.resend(finished),
    findOut: "read the history: an attempt with the trigger `manual` was made, or not",
    isDone: ({ deliveries }, { finished }) =>
      Effect.map(deliveries.history(finished), ([event]) => event?.attempts.length === 1)
  },
  "customer.selectMethod": {
    call: ({ customer }, { invoice }) => customer.selectMethod(invoice, { method_code: "monobank" }),
    findOut: "read the invoice: it has a deal, or not",
    isDone: ({ invoices }, { invoice }) =>
      Effect.map(invoices.get({ id: invoice }), ({ payments }) => payments.length === 1)
  },
  "invoices.cancel": {
    call: ({ customer }, { invoice }) => customer.cancel(invoice, {}),
    findOut: "read the invoice",
    isDone: ({ invoices }, { invoice }) =>
      Effect.map(invoices.get({ id: invoice }), ({ status }) => status === "canceled")
  }
}

const outcomeOfWrite: Readonly<
  Record<Lanes.Lane["kind"], { readonly tag: string | undefined; readonly seen: number }>
> = {
  unreachable: { tag: "Unavailable", seen: 0 },
  refused: { tag: "Unavailable", seen: 1 },
  lost: { tag: "OutcomeUnknown", seen: 1 },
  unreadable: { tag: "OutcomeUnknown", seen: 1 },
  fine: { tag: undefined, seen: 1 }
}

const oversized: Lanes.Lane = {
  name: "an answer without an end",
  fault: Fault.Oversized({ bytes: 2 ** 20 + 1 }),
  kind: "unreadable",
  applied: true
}

describe("writes that nothing makes safe", () => {
  for (const [operation, { call, isDone }] of Object.entries(writes)) {
    for (const lane of [...Lanes.all, oversized]) {
      const { seen: expected, tag } = outcomeOfWrite[lane.kind]
      it.effect(`${operation}, ${lane.name}: ${tag ?? "is done"}, never sent again`, () =>
        Effect.gen(function*() {
          const { account, ids, reason, seen } = yield* spoil(lane, call, { operation, times: "always", unanswered: 1 })
          assert.strictEqual(reason?._tag, is429(lane) ? "RateLimited" : tag)
          assert.strictEqual(seen.length, expected)
          yield* account.sim.disarm
          assert.strictEqual(yield* isDone(account, ids), lane.applied, "whether it took effect")
        }))
    }
  }

  it.effect("tell how to find out what became of them", () =>
    Effect.gen(function*() {
      const { account, ids } = yield* setUp
      for (const [operation, { call, findOut }] of Object.entries(writes)) {
        yield* account.sim.arm(Fault.Reset({ effect: "none" }), { operation })
        const { reason } = yield* Effect.flip(call(account, ids))
        assert.deepInclude(reason, { _tag: "OutcomeUnknown", findOut })
      }
    }))
})

describe("Invoices.cancel, settled by reading the invoice afterwards", () => {
  for (const lane of [...Lanes.all, oversized]) {
    const what = lane.applied
      ? "is done"
      : lane.kind === "unreachable" || lane.kind === "refused"
      ? "is not done"
      : "is unknown"
    it.effect(`${lane.name}: ${what}, never sent again`, () =>
      Effect.gen(function*() {
        const call: Call = ({ invoices }, { invoice }) => invoices.cancel(invoice)
        const { account, ids, reason, seen } = yield* spoil(lane, call, {
          operation: "invoices.cancel",
          times: "always",
          unanswered: 1
        })
        const post = `POST /public/invoice/${ids.invoice}/cancel`
        const get = `GET /invoices/${ids.invoice}`
        if (lane.applied) {
          assert.isUndefined(reason)
          assert.deepStrictEqual(seen, [post, get, `${get}/webhooks`])
        } else if (what === "is unknown") {
          assert.deepInclude(reason, { _tag: "OutcomeUnknown", trouble: "the invoice is open" })
          assert.deepStrictEqual(reason?._tag === "OutcomeUnknown" && reason.candidates.map(({ id }) => id), [
            ids.invoice
          ])
          assert.deepStrictEqual(seen, [post, get])
        } else {
          assert.strictEqual(reason?._tag, is429(lane) ? "RateLimited" : "Unavailable")
          assert.deepStrictEqual(seen, lane.kind === "refused" ? [post] : [])
        }
        yield* account.sim.disarm
        const { status } = yield* account.invoices.get({ id: ids.invoice })
        assert.strictEqual(status, lane.applied ? "canceled" : "open")
      }))
  }

  for (const spoilt of ["invoices.get", "webhookDeliveries.history"]) {
    for (
      const lane of Lanes.all.filter(({ kind, takesTime }) => kind !== "fine" && kind !== "unreachable" && !takesTime)
    ) {
      it.effect(`a look (${spoilt}) that fails after it was sent leaves it unknown: ${lane.name}`, () =>
        Effect.gen(function*() {
          const { account, ids } = yield* setUp
          yield* account.sim.arm(lane.fault, { operation: spoilt, times: "always" })
          const error = yield* Effect.flip(account.invoices.cancel(ids.invoice))
          assert.deepStrictEqual([error.operation, error.reason._tag], ["invoices.cancel", "OutcomeUnknown"])
          const posts = (yield* account.requests).filter((request) => request.endsWith("/cancel"))
          assert.strictEqual(posts.length, 1)
        }))
    }
  }
})
