import { Currency, GatewayError, Money, Payments, WebhookDeliveries } from "@gatefold/core"
import type { Subject } from "@gatefold/testkit/Subject"
import { Effect } from "effect"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { withService, type Wrong } from "../Wrong.ts"

type Spoil = <A>(call: Effect.Effect<A, GatewayError.GatewayError>) => Effect.Effect<A, GatewayError.GatewayError>

const paying = (spoil: Spoil): Subject =>
  withService(ecryptopay, Payments.Payments, (right) => ({
    ...right,
    create: (payment) => spoil(right.create(payment))
  }))

const resending = (spoil: Spoil): Subject =>
  withService(ecca, WebhookDeliveries.WebhookDeliveries, (right) => ({
    ...right,
    resend: (invoice) => spoil(right.resend(invoice))
  }))

const unavailable = new GatewayError.Unavailable({ evidence: "no answer" })

/** What is not known becomes something else. */
const renaming = (rename: (reason: GatewayError.OutcomeUnknown) => GatewayError.Reason): Spoil => (call) =>
  Effect.catchReason(
    call,
    "GatewayError",
    "OutcomeUnknown",
    (reason, error) => Effect.fail(new GatewayError.GatewayError({ ...error, reason: rename(reason) }))
  )

/** The same mistakes with any write that nothing keeps from happening twice. */
const mistakes = (noun: string, spoilt: (spoil: Spoil) => Subject): ReadonlyArray<Wrong> => [
  {
    name: `sends a ${noun} again whose outcome is not known`,
    caughtBy: `at-most-one-${noun}`,
    subject: spoilt((call) => Effect.catchReason(call, "GatewayError", "OutcomeUnknown", () => call))
  },
  {
    name: `sends a ${noun} again after a timeout`,
    caughtBy: `at-most-one-${noun}-in-time`,
    subject: spoilt((call) => Effect.timeoutOrElse(call, { duration: "2 seconds", orElse: () => call }))
  },
  {
    name: `answers a ${noun} of unknown outcome as unavailable`,
    caughtBy: `lost-${noun}-is-unknown`,
    subject: spoilt(renaming(() => unavailable))
  },
  {
    name: `answers a ${noun} that timed out as unavailable`,
    caughtBy: `timed-out-${noun}-is-unknown`,
    subject: spoilt(renaming((reason) => reason.trouble === "timeout" ? unavailable : reason))
  },
  {
    name: `takes any 5xx of a ${noun} for a provider that did nothing`,
    caughtBy: `error-page-of-${noun}-is-unknown`,
    subject: spoilt(renaming((reason) => (reason.httpStatus ?? 0) >= 500 ? unavailable : reason))
  },
  {
    name: `takes a ${noun} whose answer it cannot read for failed`,
    caughtBy: `unreadable-${noun}-is-unknown`,
    subject: spoilt(renaming((reason) => reason.answer ?? reason))
  }
]

const textOf = ({ price }: Payments.NewPayment): string =>
  price instanceof Money.Money ? Money.format(price) : price.amount

const codeOf = ({ price }: Payments.NewPayment): string => Currency.parse(price.currency)?.toString() ?? "no currency"

/** The same adapter that makes something else of the prices of payments. */
const pricing = (
  amountOf: (amount: string) => string,
  currencyOf: (code: string) => string = (code) => code
): Subject =>
  withService(ecryptopay, Payments.Payments, (right) => ({
    ...right,
    create: (payment) =>
      right.create({ ...payment, price: { amount: amountOf(textOf(payment)), currency: currencyOf(codeOf(payment)) } })
  }))

const floating = (amount: string): string => /^\d+\.\d\d$/u.test(amount) ? Number(amount).toFixed(2) : amount

export const writes: ReadonlyArray<Wrong> = [
  ...mistakes("payment", paying),
  ...mistakes("resend", resending),
  {
    name: "drops the centavos of payments",
    caughtBy: "payment-price-is-exact",
    found: /on the books of a payment should be exactly/u,
    subject: pricing((amount) => amount.replace(/\.\d+$/u, ""))
  },
  {
    name: "counts the centavos of payments in floats",
    caughtBy: "payment-awkward-price-is-exact",
    found: /on the books of a payment should be exactly/u,
    subject: pricing((amount) => (Math.trunc(Number(amount) * 100) / 100).toFixed(2))
  },
  {
    name: "sends the amounts of payments as floats",
    caughtBy: "payment-amount-is-sent-in-full",
    found: /should be sent, and this is/u,
    subject: pricing(floating)
  },
  {
    name: "reads `1e3` as a payment of a thousand",
    caughtBy: "payment-no-amount-is-refused",
    subject: pricing((amount) => /^\de\d$/iu.test(amount) ? Number(amount).toFixed(2) : amount)
  },
  {
    name: "rounds payments silently",
    caughtBy: "payment-excess-decimals-are-refused",
    subject: pricing((amount) => /^\d+\.\d{3,}$/u.test(amount) ? Number(amount).toFixed(2) : amount)
  },
  {
    name: "collects the figures of a payment in any currency in its own",
    caughtBy: "payment-other-currency-is-refused",
    subject: pricing((amount) => amount, (code) => /^[A-Z]{3}$/u.test(code) ? "MXN" : code)
  }
]
