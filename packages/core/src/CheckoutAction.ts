/**
 * What the customer has to do to pay.
 */
import * as Schema from "effect/Schema"
import * as Currency from "./Currency.ts"
import * as Quote from "./Quote.ts"
import { SecureUrl } from "./SecureUrl.ts"

/** Send the customer's browser to the provider's hosted page. */
export class Redirect extends Schema.TaggedClass<Redirect>("@gatefold/core/CheckoutAction/Redirect")("Redirect", {
  url: SecureUrl
}) {}

/** Show the image of a QR code with the amount due, and neither after the quote has run out. */
export class ScanQr extends Schema.TaggedClass<ScanQr>("@gatefold/core/CheckoutAction/ScanQr")("ScanQr", {
  image: SecureUrl,
  quote: Quote.Quote
}) {}

/** Show an address to send the amount due to. */
export class SendTo extends Schema.TaggedClass<SendTo>("@gatefold/core/CheckoutAction/SendTo")("SendTo", {
  address: Schema.NonEmptyString,
  memo: Schema.optionalKey(Schema.String),
  network: Schema.optionalKey(Currency.Network),
  quote: Schema.optionalKey(Quote.Quote)
}) {}

/** One of the ways to check out. */
export const CheckoutAction = Schema.Union([Redirect, ScanQr, SendTo])
export type CheckoutAction = typeof CheckoutAction.Type
