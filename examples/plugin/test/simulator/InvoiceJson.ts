/**
 * An invoice as the API shows it.
 */
import * as BigDecimal from "effect/BigDecimal"
import * as Decimal from "./Decimal.ts"
import * as Invoice from "./Invoice.ts"

/** The payment method of the store. */
export const paymentMethodId = "BTC-CHAIN"

/** The server's times: whole seconds since 1970. */
export const unixSeconds = (millis: number): number => Math.floor(millis / 1000)

export const invoice = (one: Invoice.Invoice, storeId: string, origin: string) => ({
  id: one.id,
  storeId,
  amount: Decimal.format(one.amount, one.amount.scale),
  paidAmount: Decimal.format(Invoice.worthPaid(one), one.amount.scale),
  currency: one.currency,
  type: "Standard",
  checkoutLink: `${origin}/i/${one.id}`,
  createdTime: unixSeconds(one.createdAt),
  expirationTime: unixSeconds(one.expiresAt),
  monitoringExpiration: unixSeconds(one.monitoredUntil),
  status: Invoice.word(one),
  additionalStatus: Invoice.exceptionWord(one),
  availableStatusesForManualMarking: markable(one),
  archived: false,
  metadata: one.metadata,
  checkout: {
    speedPolicy: "MediumSpeed",
    paymentMethods: [paymentMethodId],
    defaultPaymentMethod: paymentMethodId,
    lazyPaymentMethods: false,
    expirationMinutes: one.expirationMinutes,
    monitoringMinutes: one.monitoringMinutes,
    paymentTolerance: 0,
    redirectURL: one.redirectUrl ?? null,
    redirectAutomatically: false,
    defaultLanguage: null
  },
  receipt: { enabled: null, showQR: null, showPayments: null }
})

const markable = ({ status }: Invoice.Invoice): ReadonlyArray<Invoice.Status> => {
  switch (status) {
    case "New":
    case "Processing":
    case "Expired":
      return ["Settled", "Invalid"]
    case "Settled":
      return ["Invalid"]
    case "Invalid":
      return ["Settled"]
  }
}

export const paymentMethods = (one: Invoice.Invoice) => {
  const amount = Invoice.coins(one)
  const paid = Invoice.coinsPaid(one)
  const due = BigDecimal.subtract(amount, paid)
  return [{
    paymentMethodId,
    currency: "BTC",
    destination: one.address,
    paymentLink: `bitcoin:${one.address}?amount=${bitcoin(BigDecimal.max(due, Decimal.zero))}`,
    rate: Decimal.format(one.rate, one.rate.scale),
    paymentMethodPaid: bitcoin(paid),
    totalPaid: bitcoin(paid),
    due: bitcoin(due),
    amount: bitcoin(amount),
    paymentMethodFee: "0",
    payments: one.payments.map((each) => payment(one, each)),
    activated: true,
    additionalData: {}
  }]
}

export const payment = ({ address }: Invoice.Invoice, { coins, id, receivedAt, status }: Invoice.Payment) => ({
  id: `${id}-0`,
  receivedDate: unixSeconds(receivedAt),
  value: bitcoin(coins),
  fee: "0",
  status,
  destination: address
})

const bitcoin = (amount: Decimal.Decimal): string => Decimal.format(amount, Decimal.satoshi)
