/**
 * Branded ids, so that one kind cannot be passed for another.
 */
import * as Schema from "effect/Schema"

const token = (brand: RegExp) => Schema.String.check(Schema.isPattern(brand))

/** A payment company's API, such as `ecca`. Also the first part of its settings' names. */
export const ProviderId = token(/^[a-z][a-z0-9-]{0,31}$/u).pipe(Schema.brand("ProviderId"))
export type ProviderId = typeof ProviderId.Type

/** One configured set of credentials at a provider. It is a setting of the application, never derived from a key. */
export const AccountId = token(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u).pipe(Schema.brand("AccountId"))
export type AccountId = typeof AccountId.Type

/** A provider's own id of an object: short, printable, without spaces. */
const providerObject = token(/^[\x21-\x7e]{1,200}$/u)

/** A provider's id of an invoice. */
export const InvoiceId = providerObject.pipe(Schema.brand("InvoiceId"))
export type InvoiceId = typeof InvoiceId.Type

/** A provider's id of a payment. */
export const PaymentId = providerObject.pipe(Schema.brand("PaymentId"))
export type PaymentId = typeof PaymentId.Type

/** A provider's id of a withdrawal. */
export const WithdrawalId = providerObject.pipe(Schema.brand("WithdrawalId"))
export type WithdrawalId = typeof WithdrawalId.Type

/**
 * The merchant's own id of what is paid, as it is known to the provider: letters, digits and `._~-`, 1 to 120 of them,
 * so that it stands in any path and query as it is.
 */
export const Reference = token(/^[A-Za-z0-9_-][A-Za-z0-9._~-]{0,119}$/u).pipe(Schema.brand("Reference"))
export type Reference = typeof Reference.Type
