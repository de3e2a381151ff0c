/**
 * C. A read is of what was asked for.
 */
import type { Path } from "@gatefold/core/Capability"
import type { GatewayError } from "@gatefold/core/GatewayError"
import { InvoiceId, PaymentId, WithdrawalId } from "@gatefold/core/Identifiers"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Case from "../../Case.ts"
import { unless, unlessEqual, Violation } from "../../Violation.ts"
import type { Adapter, World } from "../../World.ts"
import { once } from "../once.ts"
import { keepAnswering } from "../repeated.ts"

interface Kind {
  readonly noun: "invoice" | "payment" | "withdrawal"
  readonly path: Path
  readonly needs: ReadonlyArray<Path>
  readonly unless?: (world: World) => string | undefined
  /** Puts one on the books, in another state than the others if asked. */
  readonly add: (world: World, isOver?: boolean) => Effect.Effect<string, unknown>
  readonly read: (
    adapter: Adapter,
    id: string
  ) => Effect.Effect<{ readonly id: string; readonly status: string }, GatewayError>
}

const addInvoice = Effect.fnUntraced(function*({ adapter, order, simulator }: World, isOver?: boolean) {
  const { id } = yield* adapter.invoices.create(order())
  if (isOver === true) yield* simulator.pay(id)
  return id
})

/** A payment of its own, or that of an invoice. */
const addPayment = Effect.fnUntraced(function*(world: World, isOver?: boolean) {
  const { adapter, order, simulator } = world
  if (adapter.gateway.capabilities.has("payments.create")) {
    const { id } = yield* adapter.payments.create({ price: order().price })
    if (isOver === true) yield* simulator.pay(id)
    return id
  }
  const invoice = yield* addInvoice(world)
  yield* simulator.begin(invoice)
  if (isOver === true) yield* simulator.pay(invoice)
  const [payment] = (yield* adapter.invoices.get({ id: invoice })).payments
  if (payment === undefined) return yield* new Violation({ message: "an invoice that is being paid has no payment" })
  return payment.id
})

const kinds: ReadonlyArray<Kind> = [
  {
    noun: "invoice",
    path: "invoices.get",
    needs: ["invoices.create", "invoices.get"],
    add: addInvoice,
    read: ({ invoices }, id) => invoices.get({ id: InvoiceId.make(id) })
  },
  {
    noun: "payment",
    path: "payments.get",
    needs: ["payments.get"],
    unless: ({ adapter: { gateway: { capabilities } } }) =>
      capabilities.has("payments.create") || capabilities.has("invoices.create") && capabilities.has("invoices.get")
        ? undefined
        : "it makes no payment that could be read",
    add: addPayment,
    read: ({ payments }, id) => payments.get(PaymentId.make(id))
  },
  {
    noun: "withdrawal",
    path: "withdrawals.get",
    needs: ["withdrawals.get"],
    add: ({ simulator }, isOver) =>
      simulator.withdraw({
        amount: isOver === true ? "150.00" : "75.00",
        ...isOver === true ? { status: "succeeded" } : {}
      }),
    read: ({ withdrawals }, id) => withdrawals.get(WithdrawalId.make(id))
  }
]

const facts = ({ id, status }: { readonly id: string; readonly status: string }) => ({ id: String(id), status })

const ofKind = ({ add, needs, noun, path, read, ...rest }: Kind) =>
  Case.group("C", [
    {
      ...rest,
      id: `${noun}-read-is-of-what-was-asked`,
      name: `what the provider says of another ${noun} than was asked for is an \`IntegrityMismatch\``,
      why: "A cache or a proxy that mixes answers up would have one customer's order delivered for another's payment.",
      look: "Compare the id in each answer with the one that was asked for, and fail with `IntegrityMismatch`.",
      isCritical: true,
      needs,
      run: Effect.fnUntraced(function*(world) {
        const { connect, simulator } = world
        const known = yield* add(world)
        const signedIn = Effect.tap(connect(), (adapter) => read(adapter, known))
        const [first, second, last] = [yield* signedIn, yield* signedIn, yield* signedIn]
        const [one, other] = [yield* add(world, true), yield* add(world)]
        const right = facts(yield* read(yield* signedIn, other))
        yield* keepAnswering(simulator, read(first, one), read(second, one))
        const before = (yield* simulator.requests).length
        const result = yield* Effect.result(once(read(last, other)))
        const sent = (yield* simulator.requests).slice(before)
        const what = `a read of the ${noun} ${other}, answered with ${one}`
        if (Result.isSuccess(result)) {
          // it may know better, or have asked for a list that has both
          const isItself = sent.every(({ operations }) => !operations.includes(path))
          yield* unless(isItself, `${what}, should fail with IntegrityMismatch, and gave ${result.success.id}`)
          return yield* unlessEqual(`what ${what}, gives`, facts(result.success), right)
        }
        // what reads it by way of another object may only not find it
        if (sent.length !== 1 || sent[0]?.operations.includes(path) !== true) return
        const { reason } = result.failure
        yield* unless(
          reason._tag === "IntegrityMismatch",
          `${what}, should fail with IntegrityMismatch, and failed with ${reason._tag} (${reason.message})`
        )
      })
    }
  ])

/** @internal */
export const reads = kinds.flatMap(ofKind)
