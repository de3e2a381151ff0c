import { Invoice, Invoices, Money, Withdrawal, Withdrawals } from "@gatefold/core"
import type { Subject } from "@gatefold/testkit/Subject"
import { BigDecimal, Effect, Predicate } from "effect"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { withService, type Wrong } from "../Wrong.ts"
import { rewriting } from "./rewriting.ts"

/** The same adapter that takes one object of its answers for another, if they have one like it. */
const reading = (
  subject: Subject,
  isOne: (object: object) => boolean,
  other: (object: Readonly<Record<string, unknown>>) => unknown
): Subject =>
  rewriting(subject, (text) => {
    const one = (_key: string, value: unknown): unknown =>
      Predicate.isObject(value) && isOne(value) ? other({ ...value }) : value
    return text.trim() === "" ? text : JSON.stringify(JSON.parse(text, one))
  })

const isWithdrawal = Predicate.hasProperty("withdraw_uuid")

const withdrawing = (
  change: (withdrawal: Withdrawal.Withdrawal) => Withdrawal.Withdrawal
): Subject =>
  withService(ecca, Withdrawals.Withdrawals, (right) => ({
    ...right,
    get: (id) => Effect.map(right.get(id), change)
  }))

/** What people call fields; a plain object has more keys than are written here. */
const names: Readonly<Record<string, string>> = { network_fee: " fee ", address: "wallet" }

const named = (json: unknown): ReadonlyArray<string> =>
  Predicate.isObject(json)
    ? Object.entries(json).flatMap(([key, value]) => [names[key]?.trim() ?? key, ...named(value)])
    : []

/** The same adapter that looks at each answer once more when it has been read. */
const naming = (): Subject => {
  let last: unknown
  const noting = rewriting(ecca, (text) => {
    last = JSON.parse(text)
    return text
  })
  return withService(noting, Withdrawals.Withdrawals, (right) => ({
    ...right,
    get: (id) => Effect.tap(right.get(id), () => Effect.sync(() => named(last)))
  }))
}

export const answers: ReadonlyArray<Wrong> = [
  {
    name: "takes the fee of a withdrawal for what arrives",
    caughtBy: "golden-models",
    subject: withdrawing(({ fee, net, ...others }) => Withdrawal.make({ ...others, fee: net, net: fee }))
  },
  {
    name: "takes what the customer pays for the price",
    caughtBy: "golden-models",
    subject: rewriting(
      ecca,
      (text) =>
        text.replace(/"amount":"[^"]*"(.*"amount_fiat":("[^"]*"))/su, (_, rest, paid) => `"amount":${paid}${rest}`)
    )
  },
  {
    name: "reports a refusal of the provider as another one",
    caughtBy: "golden-models",
    subject: rewriting(ecca, (text) => text.replace("MERCHANT_BLOCKED", "INVOICE_NOT_FOUND"))
  },
  {
    name: "refuses an answer with a field that it does not know",
    caughtBy: "unknown-fields-are-tolerated",
    found: /it should still be/u,
    subject: reading(ecca, (object) => "rate" in object && Object.keys(object).length !== 5, () => null)
  },
  {
    name: "writes `undefined` where the provider says nothing",
    caughtBy: "spoilt-fields-are-typed",
    subject: reading(ecca, isWithdrawal, (object) => ({ ...object, address: String(object["address"]) }))
  },
  {
    name: "takes an amount that is missing for nothing",
    caughtBy: "spoilt-fields-are-typed",
    found: /an amount of 0/u,
    subject: reading(
      ecca,
      isWithdrawal,
      (object) => ({ ...object, network_fee: Number(object["network_fee"] ?? 0).toFixed(2) })
    )
  },
  {
    name: "ends in a defect where an optional field is missing",
    caughtBy: "spoilt-fields-are-typed",
    found: /it ended in a defect/u,
    subject: withdrawing((right) => {
      if (right.transaction === undefined) throw new TypeError("cannot read properties of undefined")
      return right
    })
  },
  {
    name: "takes an invoice without a status for paid",
    caughtBy: "missing-status-is-not-paid",
    found: /it should not be paid/u,
    subject: reading(
      ecca,
      Predicate.hasProperty("invoice_id"),
      (object) => "amount" in object ? { ...object, status: object["status"] || "success" } : object
    )
  },
  {
    name: "takes a state that is no text for the last one that it knows",
    caughtBy: "missing-status-is-not-paid",
    found: /it should not be paid/u,
    subject: reading(
      ecryptopay,
      Predicate.hasProperty("currency_amount"),
      (object) => typeof object["state"] === "string" ? object : { ...object, state: "cobrado_bien" }
    )
  },
  {
    name: "reads answers with `JSON.parse`",
    caughtBy: "answered-amounts-are-exact",
    found: /9007199254740994/u,
    subject: rewriting(ecca, (text) => text.trim() === "" ? text : JSON.stringify(JSON.parse(text)))
  },
  {
    name: "cuts prices to one decimal",
    caughtBy: "answered-amounts-are-exact",
    subject: withService(ecryptopay, Invoices.Invoices, (right) => ({
      ...right,
      get: (lookup) =>
        Effect.map(right.get(lookup), (invoice) =>
          Invoice.make({
            ...invoice,
            prices: invoice.prices.map(({ amount, currency }) =>
              new Money.Money({ amount: BigDecimal.round(amount, { scale: 1, mode: "to-zero" }), currency })
            )
          }))
    }))
  },
  {
    name: "takes the keys of every object of JavaScript for fields that it knows",
    caughtBy: "odd-json-is-no-defect",
    subject: naming()
  }
]
