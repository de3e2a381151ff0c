import { Currency, Invoice, Invoices, Money, type NewInvoice } from "@gatefold/core"
import type { Subject } from "@gatefold/testkit/Subject"
import { BigDecimal, Effect } from "effect"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { withService, type Wrong } from "../Wrong.ts"

const textOf = ({ price }: NewInvoice.NewInvoice): string =>
  price instanceof Money.Money ? Money.format(price) : price.amount

const currencyOf = ({ price }: NewInvoice.NewInvoice): string =>
  Currency.parse(price.currency)?.toString() ?? "no currency"

/** The same adapter that makes something else of the amounts of orders. */
const asking = (subject: Subject, spoil: (amount: string) => string): Subject =>
  withService(subject, Invoices.Invoices, (invoices) => ({
    ...invoices,
    create: (order) =>
      invoices.create({ ...order, price: { amount: spoil(textOf(order)), currency: currencyOf(order) } })
  }))

/** The same adapter that makes something else of the prices that it is told. */
const telling = (subject: Subject, spoil: (price: Money.Money) => Money.Money): Subject => {
  const retold = (invoice: Invoice.Invoice) => Invoice.make({ ...invoice, prices: invoice.prices.map(spoil) })
  return withService(subject, Invoices.Invoices, (invoices) => ({
    ...invoices,
    create: (order) => Effect.map(invoices.create(order), retold),
    get: (lookup) => Effect.map(invoices.get(lookup), retold)
  }))
}

/** Through a float and back. */
const floating = (price: Money.Money): Money.Money =>
  Money.makeUnsafe(String(Number(Money.format(price))), price.currency)

const rounded = (price: Money.Money): Money.Money =>
  new Money.Money({ amount: BigDecimal.round(price.amount, { scale: 0 }), currency: price.currency })

/** Gives what the provider made where that is not what was asked. */
const unsuspecting = (subject: Subject): Subject =>
  withService(subject, Invoices.Invoices, (invoices) => ({
    ...invoices,
    create: (order) =>
      Effect.catchReason(invoices.create(order), "GatewayError", "IntegrityMismatch", (reason, error) =>
        reason.invoice === undefined ? Effect.fail(error) : Effect.succeed(reason.invoice))
  }))

export const money: ReadonlyArray<Wrong> = [
  {
    name: "drops trailing digits of what it asks for",
    caughtBy: "price-is-exact",
    subject: asking(ecca, (amount) => amount.replace(/\.\d+$/u, ""))
  },
  {
    name: "rounds the prices that it reads",
    caughtBy: "price-is-exact",
    subject: telling(ecryptopay, rounded)
  },
  {
    name: "asks for float money",
    caughtBy: "awkward-price-is-exact",
    subject: asking(ecca, (amount) => Number(amount).toFixed(2))
  },
  {
    name: "counts cents in floats",
    caughtBy: "awkward-price-is-exact",
    subject: asking(ecryptopay, (amount) => (Math.trunc(Number(amount) * 100) / 100).toFixed(2))
  },
  {
    name: "reads float money",
    caughtBy: "awkward-price-is-exact",
    subject: telling(ecca, floating)
  },
  {
    name: "hands out invoices that are not what they say once they are stored",
    caughtBy: "price-survives-storage",
    subject: withService(ecca, Invoices.Invoices, (invoices) => ({
      ...invoices,
      get: (lookup) =>
        Effect.map(invoices.get(lookup), (invoice) => {
          const stored = Invoice.make(invoice)
          return Object.defineProperty(stored, "prices", { value: stored.prices.map(rounded), enumerable: true })
        })
    }))
  },
  {
    name: "takes what the customer pays with fees for the price",
    caughtBy: "paid-covers-its-price-alone",
    subject: withService(ecca, Invoices.Invoices, (invoices) => ({
      ...invoices,
      get: (lookup) =>
        Effect.map(invoices.get(lookup), (invoice) => {
          const due = invoice.payments[0]?.due
          return due === undefined ? invoice : Invoice.make({ ...invoice, prices: [due] })
        })
    }))
  },
  {
    name: "covers another price than was asked",
    caughtBy: "paid-covers-its-price-alone",
    subject: asking(ecryptopay, (amount) => amount.replace(/\d$/u, "0"))
  },
  {
    name: "takes whatever price the provider made of an order",
    caughtBy: "other-price-is-integrity-mismatch",
    subject: unsuspecting(ecca)
  },
  {
    name: "takes whatever price the payment has",
    caughtBy: "other-price-is-integrity-mismatch",
    subject: unsuspecting(ecryptopay)
  },
  {
    name: "reads `1e3` as a thousand",
    caughtBy: "no-amount-is-refused",
    subject: asking(ecca, (amount) => /^\de\d$/iu.test(amount) ? Number(amount).toFixed(2) : amount)
  },
  {
    name: "asks a provider for nothing at all",
    caughtBy: "no-amount-is-refused",
    subject: asking(ecryptopay, (amount) => amount === "" ? "1.00" : amount)
  },
  {
    name: "rounds silently",
    caughtBy: "excess-decimals-are-refused",
    subject: asking(ecca, (amount) => /^\d+\.\d{3,}$/u.test(amount) ? Number(amount).toFixed(2) : amount)
  },
  {
    name: "cuts off the digits that its provider does not take",
    caughtBy: "excess-decimals-are-refused",
    subject: asking(ecryptopay, (amount) => amount.replace(/(\.\d\d)\d+$/u, "$1"))
  },
  {
    name: "collects the figures of any currency in its own",
    caughtBy: "other-currency-is-refused",
    subject: withService(ecryptopay, Invoices.Invoices, (invoices) => ({
      ...invoices,
      create: (order) => {
        const code = currencyOf(order)
        const currency = /^[A-Z]{3}$/u.test(code) ? "MXN" : code
        return invoices.create({ ...order, price: { amount: textOf(order), currency } })
      }
    }))
  },
  {
    name: "asks the provider about currencies that there are not",
    caughtBy: "other-currency-is-refused",
    subject: withService(ecca, Invoices.Invoices, (invoices) => ({
      ...invoices,
      create: (order) =>
        Effect.andThen(Effect.ignore(invoices.get({ reference: order.reference })), invoices.create(order))
    }))
  }
]
