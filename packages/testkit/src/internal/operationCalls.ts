/**
 * Every operation as a call with data on both sides: the input as JSON, the result as the JSON that its model encodes to.
 */
import { AcceptedCurrency } from "@gatefold/core/AcceptedCurrency"
import type * as Capability from "@gatefold/core/Capability"
import type { GatewayError } from "@gatefold/core/GatewayError"
import { InvoiceId, PaymentId, WithdrawalId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Payment from "@gatefold/core/Payment"
import { PaymentMethod } from "@gatefold/core/PaymentMethod"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import { Resent, WebhookDelivery } from "@gatefold/core/WebhookDelivery"
import { Admitted, Snapshot } from "@gatefold/core/WebhookEvent"
import type { WebhookRejected } from "@gatefold/core/WebhookRejected"
import * as Withdrawal from "@gatefold/core/Withdrawal"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Adapter } from "../World.ts"
import { Whole } from "./wholeNumber.ts"

/** @internal What a call can fail with. */
export type Refused = GatewayError | WebhookRejected

/** @internal A call whose input was read; it gives the encoded model. */
export type Ready = (adapter: Adapter) => Effect.Effect<unknown, Refused | Schema.SchemaError>

/** @internal Reads the input of an operation. */
export type Reader = (input: unknown) => Effect.Effect<Ready, Schema.SchemaError>

const call = <Input extends Schema.Decoder<unknown>, Output extends Schema.Encoder<unknown>>(
  input: Input,
  output: Output,
  run: (adapter: Adapter, input: Input["Type"]) => Effect.Effect<Output["Type"], Refused>
): Reader => {
  const decode = Schema.decodeUnknownEffect(input, { onExcessProperty: "error", errors: "all" })
  const encode = Schema.encodeEffect(output)
  return (given) => Effect.map(decode(given), (read) => (adapter) => Effect.flatMap(run(adapter, read), encode))
}

const money = Schema.Struct({ amount: Schema.String, currency: Schema.String })

const newInvoice = Schema.Struct({
  reference: Schema.String,
  price: money,
  customer: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  payWith: Schema.optionalKey(Schema.String),
  successUrl: Schema.optionalKey(Schema.String),
  failureUrl: Schema.optionalKey(Schema.String),
  webhookUrl: Schema.optionalKey(Schema.String)
})

/** How many items of a stream are taken, where that is not all. */
const first = { first: Schema.optionalKey(Whole) }
const pageSize = Schema.optionalKey(Whole)
const order = Schema.optionalKey(Schema.Literals(["newest first", "oldest first"]))

const invoiceFilter = Schema.Struct({
  ...first,
  status: Schema.optionalKey(Invoice.Status),
  currency: Schema.optionalKey(Schema.String),
  order,
  pageSize
})

const paymentFilter = Schema.Struct({ ...first, status: Schema.optionalKey(Payment.Status), pageSize })

const withdrawalFilter = Schema.Struct({ ...first, status: Schema.optionalKey(Withdrawal.Status), order, pageSize })

const collect = <A>(
  stream: Stream.Stream<A, GatewayError>,
  count: number | undefined
): Effect.Effect<ReadonlyArray<A>, GatewayError> =>
  Stream.runCollect(count === undefined ? stream : Stream.take(stream, count))

const invoiceId = Schema.Struct({ id: InvoiceId })
const paymentId = Schema.Struct({ id: PaymentId })

const webhook = Schema.Struct({
  method: Schema.optionalKey(Schema.String),
  path: Schema.optionalKey(Schema.String),
  headers: Schema.Record(Schema.String, Schema.String),
  body: Schema.String
})

/** @internal Every operation and aspect that there is. */
export const calls: { readonly [Path in Capability.Path]: Reader } = {
  "invoices.create": call(newInvoice, Invoice.Invoice, ({ invoices }, input) => invoices.create(input)),
  "invoices.get": call(invoiceId, Invoice.Invoice, ({ invoices }, input) => invoices.get(input)),
  "invoices.getByReference": call(
    Schema.Struct({ reference: Schema.String }),
    Invoice.Invoice,
    ({ invoices }, input) => invoices.get(input)
  ),
  "invoices.list": call(
    invoiceFilter,
    Schema.Array(Invoice.Invoice),
    ({ invoices }, { first, ...filter }) => collect(invoices.list(filter), first)
  ),
  "invoices.cancel": call(invoiceId, Invoice.Invoice, ({ invoices }, { id }) => invoices.cancel(id)),
  "payments.create": call(
    Schema.Struct({ price: money, payWith: Schema.optionalKey(Schema.String) }),
    Payment.Payment,
    ({ payments }, input) => payments.create(input)
  ),
  "payments.get": call(paymentId, Payment.Payment, ({ payments }, { id }) => payments.get(id)),
  "payments.list": call(
    paymentFilter,
    Schema.Array(Payment.Payment),
    ({ payments }, { first, ...filter }) => collect(payments.list(filter), first)
  ),
  "payments.watch": call(
    Schema.Struct({ ...first, id: PaymentId }),
    Schema.Array(Payment.Payment),
    ({ payments }, { first, id }) => collect(payments.watch(id), first)
  ),
  "withdrawals.get": call(
    Schema.Struct({ id: WithdrawalId }),
    Withdrawal.Withdrawal,
    ({ withdrawals }, { id }) => withdrawals.get(id)
  ),
  "withdrawals.list": call(
    withdrawalFilter,
    Schema.Array(Withdrawal.Withdrawal),
    ({ withdrawals }, { first, ...filter }) => collect(withdrawals.list(filter), first)
  ),
  "webhookEvents.admit": call(
    webhook,
    Admitted,
    ({ webhookEvents }, input) => webhookEvents.admit(RawWebhook.make(input))
  ),
  "webhookEvents.resolve": call(
    webhook,
    Snapshot,
    ({ webhookEvents }, input) =>
      webhookEvents.admit(RawWebhook.make(input)).pipe(
        Effect.flatMap((admitted) => webhookEvents.resolve(admitted)),
        Effect.map(({ snapshot }) => snapshot)
      )
  ),
  "webhookEvents.receive": call(
    webhook,
    Snapshot,
    ({ webhookEvents }, input) => Effect.map(webhookEvents.receive(RawWebhook.make(input)), ({ snapshot }) => snapshot)
  ),
  "webhookEvents.diagnose": call(
    webhook,
    Schema.Array(Schema.String),
    ({ webhookEvents }, input) => webhookEvents.diagnose(RawWebhook.make(input))
  ),
  "webhookDeliveries.history": call(
    invoiceId,
    Schema.Array(WebhookDelivery),
    ({ webhookDeliveries }, { id }) => webhookDeliveries.history(id)
  ),
  "webhookDeliveries.resend": call(
    invoiceId,
    Resent,
    ({ webhookDeliveries }, { id }) => webhookDeliveries.resend(id)
  ),
  "catalog.paymentMethods": call(
    Schema.Struct({ currency: Schema.optionalKey(Schema.String) }),
    Schema.Array(PaymentMethod),
    ({ catalog }, { currency }) => catalog.paymentMethods(currency)
  ),
  "catalog.currencies": call(Schema.Struct({}), Schema.Array(AcceptedCurrency), ({ catalog }) => catalog.currencies)
}
