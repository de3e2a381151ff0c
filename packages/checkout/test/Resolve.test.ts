/**
 * What the program cannot settle a person does, and it is written down who did.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Decision from "@gatefold/checkout/Decision"
import { InvoiceId } from "@gatefold/core/Identifiers"
import { Fault } from "@gatefold/core/Simulator"
import { Effect } from "effect"
import { databases } from "./support/Databases.ts"
import * as Processes from "./support/Processes.ts"
import * as Shop from "./support/Shop.ts"

type Providers = Shop.Providers

/** An attempt of unknown outcome at Ecca, whose look-ups work again. */
const unknownAt = Effect.fnUntraced(function*(
  { ecca }: Providers,
  open: Effect.Effect<unknown, unknown>,
  effect: "none" | "applied"
) {
  yield* ecca.arm(Fault.Reset({ effect }), { operation: "invoices.create" })
  yield* ecca.arm(Fault.Reset({ effect: "none" }), { operation: "invoices.get", times: "always" })
  yield* Effect.flip(Processes.once(open))
  yield* ecca.disarm
})

describe.each(databases)("a person's decision on $name", ({ make }) => {
  it.effect("adopts an invoice after reading it, and only one that fits", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const other = yield* checkout.open(Shop.order("order-2"))
      const stranger = yield* Shop.start(providers, yield* make)
      const theirs = yield* stranger.checkout.open(Shop.order("theirs"))
      const cheap = yield* stranger.checkout.open(
        Shop.order("cheap", { price: { amount: "900.00", currency: "UAH" } })
      )
      yield* unknownAt(providers, checkout.open(Shop.order("order-1")), "applied")
      const mine = (yield* providers.ecca.books).find(({ reference }) => reference === "order-1")?.id ?? ""
      const adopt = (id: string) =>
        checkout.resolve("order-1", 1, new Decision.Adopt({ invoice: InvoiceId.make(id) }), "ada")
      for (const [wrong, why] of [[other, "belongs to order"], [cheap, "price"], [theirs, "reference"]] as const) {
        const error = yield* Effect.flip(adopt(Processes.invoiceOf(wrong)))
        assert.strictEqual(error._tag, "InvalidTransition")
        assert.include(error.message, why)
      }
      assert.strictEqual((yield* Effect.flip(adopt("1b671a64-40d5-491e-99b0-da01ff1f3341")))._tag, "GatewayError")
      assert.strictEqual((yield* checkout.get("order-1")).current?.state, "unknown")
      const adopted = yield* adopt(mine)
      assert.strictEqual(adopted.current?.state, "done")
      assert.strictEqual(adopted.current?.invoice?.id, mine)
      assert.deepStrictEqual(adopted.needsReview, [])
      const facts = (yield* checkout.history("order-1")).filter(({ source }) => source === "person")
      assert.deepStrictEqual(facts.map(({ kind, note }) => [kind, note]), [
        ["resolved", "adopted by ada"],
        ["observed", undefined]
      ])
      assert.strictEqual((yield* Effect.flip(adopt(mine)))._tag, "InvalidTransition")
    }))

  it.effect("abandons an unknown, and what turns up of it later is told", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const { kinds } = yield* Processes.listen(checkout)
      yield* unknownAt(providers, checkout.open(Shop.order("order-1")), "applied")
      const abandon = checkout.resolve("order-1", 1, new Decision.Abandon(), "ada")
      assert.strictEqual((yield* abandon).current?.state, "abandoned")
      assert.strictEqual((yield* Effect.flip(abandon))._tag, "InvalidTransition")
      const next = yield* checkout.open(Shop.order("order-1"))
      assert.strictEqual(next.current?.providerReference, "order-1.2")
      const first = (yield* providers.ecca.books).find(({ reference }) => reference === "order-1")?.id ?? ""
      yield* providers.ecca.pay(first)
      const late = yield* Processes.refreshed(checkout, "order-1")
      assert.isFalse(late.isCovered)
      assert.deepStrictEqual(late.refundDue.map(({ number }) => number), [1])
      assert.includeMembers((yield* kinds(4)).at(-1) ?? [], ["paidAfterCancel", "refundDue"])
      const facts = (yield* checkout.history("order-1")).filter(({ source }) => source === "person")
      assert.deepStrictEqual(facts.map(({ kind, note }) => [kind, note]), [["resolved", "abandoned by ada"]])
    }))

  it.effect("settles what was wrong, until something new is", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecryptopay } = providers
      const { checkout } = yield* Shop.start(providers, yield* make, { chosen: "ecryptopay" })
      const opened = yield* checkout.open(Shop.pesos("order-1"))
      const settle = checkout.resolve("order-1", 1, new Decision.Settle({ note: "sent back" }), "ada")
      assert.strictEqual((yield* Effect.flip(settle))._tag, "InvalidTransition", "nothing is wrong with it")
      yield* checkout.cancel("order-1")
      yield* ecryptopay.pay(Processes.invoiceOf(opened))
      assert.strictEqual((yield* Processes.refreshed(checkout, "order-1")).refundDue.length, 1)
      const settled = yield* settle
      assert.isDefined(settled.current?.settledAt)
      assert.deepStrictEqual([...settled.needsReview, ...settled.refundDue], [])
      assert.deepStrictEqual((yield* Processes.refreshed(checkout, "order-1")).needsReview, [])
      assert.strictEqual((yield* checkout.history("order-1")).at(-1)?.note, "ada: sent back")
      yield* ecryptopay.reverse(Processes.invoiceOf(opened))
      const reversed = yield* Processes.refreshed(checkout, "order-1")
      assert.deepStrictEqual(reversed.needsReview.map(({ number }) => number), [1])
    }))

  it.effect("settles an unknown, until opening it again fails for another reason", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { ecca } = providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      const { changes } = yield* Processes.listen(checkout)
      const told = Effect.sync(() =>
        changes.filter(({ order }) => order.reference === "order-1").map(({ kinds }) => kinds)
      )
      yield* unknownAt(providers, checkout.open(Shop.order("order-1")), "none")
      assert.deepStrictEqual((yield* checkout.get("order-1")).reviews, [{ attempt: 1, why: ["unknown"] }])
      yield* checkout.resolve("order-1", 1, new Decision.Settle({ note: "the customer was told" }), "ada")
      assert.deepStrictEqual((yield* checkout.get("order-1")).reviews, [])
      const cheap = yield* checkout.open(Shop.order("order-2", { price: { amount: "1.00", currency: "UAH" } }))
      const [answer] = yield* Processes.answers(ecca, Processes.invoiceOf(cheap))
      const invoice = {
        ...answer,
        invoice_id: "1b671a64-40d5-491e-99b0-da01ff1f3341",
        external_id: "order-1",
        payment_link: `${ecca.url}/pay/1`
      }
      const headers = { "content-type": "application/json" }
      const body = JSON.stringify(invoice)
      yield* ecca.arm(Fault.Answer({ effect: "none", status: 200, headers, body }), { operation: "invoices.create" })
      const error = yield* Effect.flip(Processes.once(checkout.open(Shop.order("order-1"))))
      assert.strictEqual(error._tag, "OpenUnknown")
      const order = yield* checkout.get("order-1")
      assert.strictEqual(order.current?.failure?.reason._tag, "IntegrityMismatch")
      assert.deepStrictEqual(order.reviews, [{ attempt: 1, why: ["unknown"] }])
      yield* Processes.until(Effect.map(told, ({ length }) => length >= 3))
      assert.deepStrictEqual(yield* told, [["needsReview"], ["updated"], ["needsReview"]])
    }))

  it.effect("is refused where it does not fit, and where nobody stands for it", () =>
    Effect.gen(function*() {
      const providers = yield* Shop.providers
      const { checkout } = yield* Shop.start(providers, yield* make)
      yield* checkout.open(Shop.order("order-1"))
      const abandon = (reference: string, attempt: number, who: string) =>
        Effect.flip(checkout.resolve(reference, attempt, new Decision.Abandon(), who))
      assert.strictEqual((yield* abandon("nobody", 1, "ada"))._tag, "UnknownReference")
      const refused = [
        yield* abandon("order-1", 2, "ada"),
        yield* abandon("order-1", 1, "ada"),
        yield* abandon("order-1", 1, " ")
      ]
      assert.deepStrictEqual(refused.map(({ _tag }) => _tag), Array.from(refused, () => "InvalidTransition"))
      assert.deepStrictEqual(refused.map(({ message }) => message), [
        "order order-1: there is no attempt 2",
        "order order-1: attempt 1 is done and cannot be abandoned",
        "order order-1: say who decides"
      ])
      assert.strictEqual((yield* checkout.get("order-1")).current?.state, "done")
    }))
})
