/**
 * The body of a webhook.
 */
import * as Ids from "./Ids.ts"
import type { Invoice } from "./Invoice.ts"
import * as InvoiceJson from "./InvoiceJson.ts"
import type { News } from "./News.ts"

/** One delivery of one event. */
export interface Delivery {
  readonly deliveryId: string
  /** The first delivery of the event: this one, unless it repeats it. */
  readonly originalDeliveryId: string
  readonly at: number
}

export const first = (at: number): Delivery => {
  const deliveryId = Ids.make()
  return { deliveryId, originalDeliveryId: deliveryId, at }
}

export const again = ({ originalDeliveryId }: Delivery, at: number): Delivery => ({
  deliveryId: Ids.make(),
  originalDeliveryId,
  at
})

/** The members of every webhook of a store. */
export const envelope = (delivery: Delivery, storeId: string, webhookId: string) => ({
  deliveryId: delivery.deliveryId,
  webhookId,
  originalDeliveryId: delivery.originalDeliveryId,
  isRedelivery: delivery.deliveryId !== delivery.originalDeliveryId,
  timestamp: InvoiceJson.unixSeconds(delivery.at),
  storeId
})

/** What a webhook about an invoice says beside its envelope. */
export const content = (invoice: Invoice, news: News) => ({
  ...details(invoice, news),
  type: news.type,
  invoiceId: invoice.id,
  metadata: invoice.metadata
})

const details = (invoice: Invoice, news: News) => {
  switch (news.type) {
    case "InvoiceCreated":
      return {}
    case "InvoiceReceivedPayment":
    case "InvoicePaymentSettled":
      return {
        afterExpiration: news.payment.afterExpiration,
        paymentMethodId: InvoiceJson.paymentMethodId,
        payment: InvoiceJson.payment(invoice, news.payment)
      }
    case "InvoiceProcessing":
      return { overPaid: news.overPaid }
    case "InvoiceSettled":
      return { manuallyMarked: news.manuallyMarked, overPaid: news.overPaid }
    case "InvoiceExpired":
      return { partiallyPaid: news.partiallyPaid }
    case "InvoiceInvalid":
      return { manuallyMarked: news.manuallyMarked }
  }
}
