/**
 * One checkout, on whichever provider the settings choose. This is the program that a shop would copy: it names no
 * provider and imports no adapter.
 */
import * as Catalog from "@gatefold/core/Catalog"
import type { CheckoutAction } from "@gatefold/core/CheckoutAction"
import * as Gateway from "@gatefold/core/Gateway"
import * as Invoice from "@gatefold/core/Invoice"
import { Invoices } from "@gatefold/core/Invoices"
import * as Money from "@gatefold/core/Money"
import { Payments } from "@gatefold/core/Payments"
import { Withdrawals } from "@gatefold/core/Withdrawals"
import { Data, DateTime, Effect, Stream } from "effect"
import * as Customer from "./Customer.ts"
import * as Events from "./Events.ts"
import * as Screen from "./Screen.ts"

/** The order was not paid, or what was paid does not cover it: a person has to look. */
export class NeedsReview extends Data.TaggedError("NeedsReview")<{ readonly message: string }> {}

/** Takes the payment of one order, from asking what the provider can do to reading everything back. */
export const checkout = Effect.fn("checkout")(function*(order: string) {
  const gateway = yield* Gateway.Gateway
  yield* Screen.heading(gateway.name, `${Gateway.switchVariable}=${gateway.account}`)
  yield* showCapabilities(gateway)

  const [currency] = yield* gateway.currencies
  if (currency === undefined) return yield* new NeedsReview({ message: "the account takes no currency" })
  if (yield* Gateway.supports("catalog.currencies")) yield* showCatalog

  const price = yield* Money.make("1500.00", currency)
  const invoices = yield* Invoices
  const opened = yield* invoices.create({
    reference: order,
    price,
    customer: "customer-7",
    description: "Premium subscription",
    webhookUrl: yield* Events.webhookUrl(gateway.account),
    successUrl: "https://shop.example/thanks",
    failureUrl: "https://shop.example/failed"
  })
  yield* Screen.line("invoice", `${order}: ${price}, ${opened.status}`)

  // show what to do for as long as it takes; the webhook ends it
  const event = yield* Effect.raceFirst(
    Events.next(opened.id),
    Effect.andThen(Stream.runForEach(instructions(opened), show), Effect.never)
  )
  yield* Screen.line("webhook", `proven by ${event.snapshot.proof.mode}: ${event.invoice.status}`)

  if (!Invoice.covers(price, event.invoice)) {
    const conditions = Invoice.conditions(event.invoice).join(", ")
    return yield* new NeedsReview({ message: `${order} is ${event.invoice.status} ${conditions}` })
  }
  yield* Screen.line("covered", "yes: the order may be handed over")

  const read = yield* invoices.get({ id: opened.id })
  yield* Screen.line(
    "read back",
    `${read.status}${read.settlement === undefined ? "" : `, settled ${read.settlement.amount}`}`
  )
  const listed = yield* invoices.list().pipe(Stream.take(100), Stream.runCollect)
  yield* Screen.line("list", `${listed.length} invoice${listed.length === 1 ? "" : "s"}`)
  if (yield* Gateway.supports("withdrawals.list")) yield* showWithdrawals
  yield* Screen.success(`${order} paid`)
})

const showCapabilities = Effect.fnUntraced(function*({ capabilities }: Gateway.Service) {
  const services = Map.groupBy([...capabilities.keys()], (path) => path.slice(0, path.indexOf(".")))
  for (const [service, paths] of services) {
    const operations = paths.map((path) => path.slice(service.length + 1)).join(", ")
    yield* Screen.line(service === "invoices" ? "can do" : "", `${service}: ${operations}`)
  }
})

/** What the customer has to do: the hosted page, or a quote that is renewed before it goes stale. */
const instructions = (invoice: Invoice.Invoice): Stream.Stream<CheckoutAction, unknown, Payments> => {
  const [payment] = invoice.payments
  if (invoice.checkout?._tag !== "ScanQr" || payment === undefined) {
    return Stream.fromIterable(present(invoice.checkout))
  }
  return Stream.unwrap(Effect.map(Payments, ({ watch }) => watch(payment.id))).pipe(
    Stream.flatMap(({ checkout }) => Stream.fromIterable(present(checkout)))
  )
}

const present = <A>(value: A | undefined): ReadonlyArray<A> => value === undefined ? [] : [value]

const show = Effect.fnUntraced(function*(action: CheckoutAction) {
  switch (action._tag) {
    case "Redirect":
      yield* Screen.line("customer", `goes to ${action.url}`)
      break
    case "ScanQr":
      yield* Screen.line("customer", `scans ${action.image}`)
      yield* Screen.line("", `and sends ${action.quote.due} before ${DateTime.formatIso(action.quote.until)}`)
      break
    case "SendTo":
      yield* Screen.line("customer", `sends to ${action.address}`)
      break
  }
  yield* Customer.sees(action)
})

const showCatalog = Effect.gen(function*() {
  const catalog = yield* Catalog.Catalog
  for (const { currency, rate } of yield* catalog.currencies) {
    const methods = yield* catalog.paymentMethods(currency)
    const price = rate === undefined
      ? ""
      : `1 ${rate.base} = ${Money.format(Money.fromBigDecimal(rate.value, currency))} `
    yield* Screen.line("takes", `${price}${currency}: ${methods.map(({ name }) => name).join(", ")}`)
  }
})

const showWithdrawals = Effect.gen(function*() {
  const { list } = yield* Withdrawals
  yield* Stream.runForEach(
    Stream.take(list(), 3),
    ({ address, net, status }) => Screen.line("withdrawal", `${net ?? "?"} to ${address ?? "?"}, ${status}`)
  )
})
