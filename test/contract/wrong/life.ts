import { Invoice, Invoices, Money, Payments } from "@gatefold/core"
import type { Subject } from "@gatefold/testkit/Subject"
import { DateTime, Effect, Result, Stream } from "effect"
import { subject as btcpay } from "../../../examples/plugin/test/contract.ts"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { withService, type Wrong } from "../Wrong.ts"
import { corrections } from "./corrections.ts"
import { rereading } from "./rereading.ts"
import { rewriting } from "./rewriting.ts"

const price = Result.getOrThrow(Money.fromInput(ecca.order.price))

const withSettings = (subject: Subject, settings: Readonly<Record<string, string>>): Subject => ({
  ...subject,
  settings: { ...subject.settings, ...settings }
})

const creating = (spoil: (create: Invoices.Service["create"]) => Invoices.Service["create"]): Subject =>
  withService(ecca, Invoices.Invoices, (right) => ({ ...right, create: spoil(right.create) }))

const watching = (spoil: (watch: Payments.Service["watch"]) => Payments.Service["watch"]): Subject =>
  withService(ecryptopay, Payments.Payments, (right) => ({ ...right, watch: spoil(right.watch) }))

export const life: ReadonlyArray<Wrong> = [
  {
    name: "asks the customer for the price without its thousands",
    caughtBy: "new-invoice-is-as-asked",
    subject: creating((create) => (order) => create({ ...order, price: { amount: "1.50", currency: price.currency } }))
  },
  {
    name: "takes what it has just made for paid",
    caughtBy: "new-invoice-is-as-asked",
    subject: creating((create) => (order) =>
      Effect.map(create(order), (invoice) => Invoice.make({ ...invoice, status: "paid", coverage: "full" }))
    )
  },
  {
    name: "does not say where the customer can pay",
    caughtBy: "open-invoice-can-be-checked-out",
    subject: creating((create) => (order) =>
      Effect.map(create(order), (invoice) => Invoice.make({ ...invoice, checkout: undefined }))
    )
  },
  {
    name: "takes a payment that has begun for one that is paid",
    caughtBy: "payment-in-full-covers",
    subject: rereading(
      ecca,
      ({ payments, status }) => status === "open" && payments.length > 0 ? { status: "paid", coverage: "full" } : {}
    )
  },
  {
    name: "says of paid invoices that they are paid in part",
    caughtBy: "payment-in-full-covers",
    subject: rereading(ecca, ({ status }) => status === "paid" ? { coverage: "partial" } : {})
  },
  {
    name: "takes the moment of a read for the time of the payment",
    caughtBy: "paid-at-is-when-it-was-paid",
    found: /by a read an hour later/u,
    subject: withService(ecca, Invoices.Invoices, (right) => ({
      ...right,
      get: (lookup) =>
        Effect.zipWith(
          right.get(lookup),
          DateTime.now,
          (invoice, now) => invoice.status === "paid" ? Invoice.make({ ...invoice, paidAt: now }) : invoice
        )
    }))
  },
  {
    name: "takes the opening of an invoice for the time of its payment",
    caughtBy: "paid-at-is-when-it-was-paid",
    found: /when it was paid should be/u,
    subject: rereading(ecca, ({ createdAt, status }) => status === "paid" ? { paidAt: createdAt } : {})
  },
  {
    name: "takes a part of the price for all of it",
    caughtBy: "payment-in-part-does-not-cover",
    found: /paid in part should not cover/u,
    subject: rereading(ecryptopay, ({ coverage }) => coverage === "partial" ? { status: "paid", coverage: "full" } : {})
  },
  {
    name: "overlooks that too much was paid",
    caughtBy: "payment-of-more-is-overpaid",
    subject: rereading(ecryptopay, ({ coverage }) => coverage === "over" ? { coverage: "full" } : {})
  },
  {
    name: "ignores money that comes late",
    caughtBy: "late-payment-is-seen",
    found: /paid after it expired/u,
    subject: withSettings(ecryptopay, {
      ECRYPTOPAY_LATE_STATES: "",
      ECRYPTOPAY_EXPIRED_STATES: "se_fue_el_tren,tarde_pero_seguro"
    })
  },
  {
    name: "goes on missing the rest of a payment when it came late",
    caughtBy: "late-rest-of-a-payment-is-seen",
    subject: withSettings(ecryptopay, {
      ECRYPTOPAY_LATE_OVERPAID_STATES: "",
      ECRYPTOPAY_UNDERPAID_STATES: "falta_un_poco,tarde_y_de_mas"
    })
  },
  {
    name: "leaves expired invoices open",
    caughtBy: "time-ends-an-open-invoice",
    subject: rereading(ecca, ({ status }) => status === "expired" ? { status: "open" } : {})
  },
  {
    name: "takes a failed payment for one that goes on",
    caughtBy: "failed-payment-is-not-paid",
    subject: rereading(ecca, ({ status }) => status === "failed" ? { status: "processing" } : {})
  },
  {
    name: "takes an invoice that was given up for an open one",
    caughtBy: "customers-cancel-is-seen",
    subject: rereading(ecca, ({ status }) => status === "canceled" ? { status: "open" } : {})
  },
  {
    name: "says that it canceled, and did not ask the provider to",
    caughtBy: "cancel-ends-the-invoice",
    variant: "with a cancel body",
    subject: withService(ecca, Invoices.Invoices, (right) => ({
      ...right,
      cancel: (id) => Effect.map(right.get({ id }), (invoice) => Invoice.make({ ...invoice, status: "canceled" }))
    }))
  },
  {
    name: "does not know one of the provider's words",
    caughtBy: "documented-words-are-understood",
    subject: withSettings(ecryptopay, { ECRYPTOPAY_CANCELED_STATES: "" })
  },
  {
    name: "takes a word that it does not know for paid",
    caughtBy: "unheard-of-word-is-neither-success-nor-failure",
    found: /should be unknown or open, and is paid/u,
    subject: rereading(ecca, ({ status }) => status === "unknown" ? { status: "paid", coverage: "full" } : {})
  },
  {
    name: "takes a word that it does not know for a failure",
    caughtBy: "unheard-of-word-is-neither-success-nor-failure",
    found: /should be unknown or open, and is failed/u,
    subject: rereading(ecryptopay, ({ status }) => status === "unknown" ? { status: "failed" } : {})
  },
  {
    name: "forgets a word that it does not know",
    caughtBy: "unheard-of-word-is-neither-success-nor-failure",
    found: /in `unrecognized`/u,
    subject: rereading(ecca, () => ({ unrecognized: [] }))
  },
  {
    name: "ignores a word beside the state that it does not know",
    caughtBy: "unheard-of-word-beside-the-state-decides-nothing",
    found: /whose additionalStatus nobody documents should be unknown or open, and is paid/u,
    subject: rewriting(
      btcpay,
      (text) => text.replaceAll(/(?<="additionalStatus":")(?!None|Paid|Marked|Invalid)[^"]*/gu, "None")
    )
  },
  {
    name: "forgot a word of the field beside the state",
    caughtBy: "documented-words-beside-the-state-are-known",
    found: /where additionalStatus is "PaidLate"/u,
    subject: rewriting(btcpay, (text) => text.replaceAll("\"PaidLate\"", "\"TooLate\""))
  },
  {
    name: "renews no quote of a payment that is watched",
    caughtBy: "watch-renews-the-quote-in-time",
    subject: watching((watch) => (id) => Stream.concat(Stream.take(watch(id), 1), Stream.never))
  },
  {
    name: "leaves a quote on the page whose time is over",
    caughtBy: "watch-hides-a-quote-that-is-over",
    subject: watching((watch) => (id) =>
      Stream.filter(watch(id), ({ quote, status }) => quote !== undefined || status === "paid")
    )
  },
  {
    name: "watches a paid payment for ever",
    caughtBy: "watch-ends-when-the-payment-does",
    subject: watching((watch) => (id) => Stream.concat(watch(id), Stream.never))
  },
  ...corrections
]
