/**
 * Every operation of every service, called with ordinary arguments.
 */
import * as Capability from "@gatefold/core/Capability"
import { InvoiceId, PaymentId, WithdrawalId } from "@gatefold/core/Identifiers"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Adapter, World } from "../World.ts"

/** @internal What a call came to, whatever that is. */
export type Call = Effect.Effect<unknown, unknown>

/** @internal What the calls are about. */
export interface Objects {
  readonly invoice: string
  readonly reference: string
  readonly payment: string
  readonly withdrawal: string
  readonly webhook: RawWebhook.RawWebhook
}

/** @internal Looks like an id of many providers, and is that of nothing. */
export const nobody = "00000000-0000-4000-8000-000000000000"

/** @internal What calls are about where there is nothing. */
export const nothing: Objects = {
  invoice: nobody,
  reference: nobody,
  payment: nobody,
  withdrawal: nobody,
  webhook: RawWebhook.make({ headers: {}, body: "{}" })
}

/** @internal With what the names begin of those who order in these calls: people, whom no log or span may name. */
export const customer = "somebody-7f3a9c1e"

/** @internal An order of a person whom nobody else is. */
export const ordered = (order: World["order"]) => {
  const asked = order()
  return { ...asked, customer: `${customer}-${asked.reference}` }
}

/** @internal One call of each operation that there is, by its path; also of those that the adapter lacks. */
export const calls = (adapter: Adapter, order: World["order"], objects: Objects): Readonly<Record<string, Call>> => {
  const invoice = InvoiceId.make(objects.invoice)
  const payment = PaymentId.make(objects.payment)
  const { catalog, invoices, payments, webhookDeliveries, webhookEvents, withdrawals } = adapter
  const every: { readonly [Path in Capability.Path]: Call } = {
    "invoices.create": Effect.suspend(() => invoices.create(ordered(order))),
    "invoices.get": invoices.get({ id: invoice }),
    "invoices.getByReference": invoices.get({ reference: objects.reference }),
    "invoices.list": Stream.runCollect(invoices.list()),
    "invoices.cancel": invoices.cancel(invoice),
    "payments.create": Effect.suspend(() => payments.create({ price: order().price })),
    "payments.get": payments.get(payment),
    "payments.list": Stream.runCollect(payments.list()),
    "payments.watch": Stream.runHead(payments.watch(payment)),
    "withdrawals.get": withdrawals.get(WithdrawalId.make(objects.withdrawal)),
    "withdrawals.list": Stream.runCollect(withdrawals.list()),
    "webhookEvents.admit": webhookEvents.admit(objects.webhook),
    "webhookEvents.resolve": Effect.flatMap(webhookEvents.admit(objects.webhook), webhookEvents.resolve),
    "webhookEvents.receive": webhookEvents.receive(objects.webhook),
    "webhookEvents.diagnose": webhookEvents.diagnose(objects.webhook),
    "webhookDeliveries.history": webhookDeliveries.history(invoice),
    "webhookDeliveries.resend": webhookDeliveries.resend(invoice),
    "catalog.paymentMethods": catalog.paymentMethods(),
    "catalog.currencies": catalog.currencies
  }
  return every
}

/** @internal The calls of what the adapter has. */
export const declared = (
  adapter: Adapter,
  order: World["order"],
  objects: Objects
): ReadonlyArray<readonly [path: string, call: Call]> =>
  Object.entries(calls(adapter, order, objects)).filter(([path]) => adapter.gateway.capabilities.has(path))

/** @internal Every operation and aspect that there is. */
export const everyPath: ReadonlyArray<string> = Object.entries(Capability.services).flatMap((
  [service, { aspects, operations }]
) => [...Object.keys(operations), ...aspects].map((operation) => `${service}.${operation}`))
