import { Invoice, Invoices, Money } from "@gatefold/core"
import type { Subject } from "@gatefold/testkit/Subject"
import { BigDecimal, Effect, Result } from "effect"
import { HttpBody, HttpClient, HttpClientRequest } from "effect/http"
import { subject as btcpay } from "../../../examples/plugin/test/contract.ts"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { withService, withTransport, type Wrong } from "../Wrong.ts"

/** The same adapter that asks for other prices, and tells those that were asked for. */
const converting = (
  subject: Subject,
  there: (price: Money.Money) => Money.Money,
  back: (price: Money.Money, asked: Money.Money) => Money.Money
): Subject =>
  withService(subject, Invoices.Invoices, (right) => {
    const asked = new Map<string, Money.Money>()
    const told = (invoice: Invoice.Invoice) => {
      const price = asked.get(invoice.id)
      return price === undefined
        ? invoice
        : Invoice.make({ ...invoice, prices: invoice.prices.map((one) => back(one, price)) })
    }
    return {
      ...right,
      get: (lookup) => Effect.map(right.get(lookup), told),
      create: (order) => {
        const price = Result.getOrUndefined(Money.fromInput(order.price))
        if (price === undefined) return right.create(order)
        return Effect.map(right.create({ ...order, price: there(price) }), (invoice) => {
          asked.set(invoice.id, price)
          return told(invoice)
        })
      }
    }
  })

const hundred = BigDecimal.fromStringUnsafe("100")

const isYen = ({ currency }: Money.Money): boolean => currency.code === "JPY"

const inOwn = (subject: Subject, own: string): Subject =>
  converting(
    subject,
    ({ amount }) => Money.makeUnsafe(BigDecimal.format(amount), own),
    ({ amount }, { currency }) => Money.fromBigDecimal(amount, currency)
  )

/** Sends the amounts of bitcoins through a float. */
const floatingBitcoins = withTransport(
  btcpay,
  HttpClient.mapRequest((request) => {
    const sent = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
    if (!sent.includes("\"BTC\"")) return request
    const body = sent.replace(/"amount":"([^"]*)"/u, (_, amount) => `"amount":"${Number(amount).toFixed(8)}"`)
    return HttpClientRequest.setBody(request, HttpBody.text(body, "application/json"))
  })
)

export const currencies: ReadonlyArray<Wrong> = [
  {
    name: "counts hundredths of yen, which have none, and reads them so",
    caughtBy: "price-is-exact",
    found: /should be exactly \d+ JPY, and is \d+00 JPY/u,
    subject: converting(
      btcpay,
      (price) =>
        isYen(price) ? Money.fromBigDecimal(BigDecimal.multiply(price.amount, hundred), price.currency) : price,
      (price, asked) => isYen(price) ? asked : price
    )
  },
  {
    name: "collects euros whatever is asked for, and tells what was",
    caughtBy: "price-is-exact",
    found: /should be exactly .* USD, and is .* EUR/u,
    subject: inOwn(btcpay, "EUR")
  },
  {
    name: "collects hryvnias whatever is asked for, and tells what was",
    caughtBy: "price-is-exact",
    found: /should be exactly .* KZT, and is .* UAH/u,
    subject: inOwn(ecca, "UAH")
  },
  {
    name: "sends bitcoins as floats",
    caughtBy: "amount-is-sent-in-full",
    found: /BTC should be sent, and this is/u,
    subject: floatingBitcoins
  }
]
