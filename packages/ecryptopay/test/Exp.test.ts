import { it } from "@effect/vitest"
import { Invoice, Payment } from "@gatefold/core"
import { PaymentId } from "@gatefold/core/Identifiers"
import { Effect, Schema, Stream } from "effect"
import * as Fixture from "./support/Fixture.ts"
import { open } from "./support/Shop.ts"
it.effect("x", () => Effect.gen(function*() {
  const { payments, invoices, simulator } = yield* open({ states: Fixture.states })
  yield* simulator.arm(Fixture.answer("token"), { operation: "token" })
  yield* simulator.arm(Fixture.answer("created", 201), { operation: "payments.create" })
  yield* simulator.arm(Fixture.answer("payment"), { operation: "payments.get" })
  yield* simulator.arm(Fixture.answer("list"), { operation: "payments.list", times: 2 })
  const show = (x: unknown) => Effect.sync(() => console.log(JSON.stringify(x, null, 1)))
  yield* show(Schema.encodeSync(Invoice.Invoice)(yield* invoices.create({ reference: "a", price: { amount: "250", currency: "MXN" } })))
  yield* show(Schema.encodeSync(Payment.Payment)(yield* payments.get(PaymentId.make("48213"))))
  yield* show((yield* Stream.runCollect(payments.list())).map((_) => Schema.encodeSync(Payment.Payment)(_)))
}))
