/**
 * What the world outside the shop has seen: what customers were shown, what was done at the providers, and which webhooks
 * the shop has said to have.
 */
import type * as Order from "@gatefold/checkout/Order"
import type { AccountId } from "@gatefold/core/Identifiers"

/** An instruction to pay that a customer was shown. */
export interface Shown {
  readonly reference: string
  readonly attempt: number
  readonly account: AccountId
  readonly invoice: string
  /** What a customer could pay by; a renewed QR code is still the same. */
  readonly instruction: string
}

/** A webhook that was answered with 2xx. */
export interface Acknowledged {
  readonly account: string
  /** SHA-256 of its body. */
  readonly digest: string
}

export interface Evidence {
  /** Every order that was acknowledged. */
  readonly orders: Set<string>
  readonly shown: Array<Shown>
  readonly acknowledged: Array<Acknowledged>
  /** Invoices that were adjusted or reversed at the provider, and attempts that the shop has canceled. */
  readonly adjusted: Set<string>
  readonly reversed: Set<string>
  readonly canceled: Set<string>
  /** What was seen to be wrong at the moment that it happened. */
  readonly lost: Array<string>
  readonly double: Array<string>
}

export const make = (): Evidence => ({
  orders: new Set(),
  shown: [],
  acknowledged: [],
  adjusted: new Set(),
  reversed: new Set(),
  canceled: new Set(),
  lost: [],
  double: []
})

/** Names an attempt. */
export const key = (reference: string, attempt: number): string => `${reference}/${attempt}`

/** What an order's page shows its customer, if it shows anything. */
export const shownOf = (reference: string, attempt: Order.Attempt | undefined): Shown | undefined => {
  const checkout = attempt?.invoice?.checkout
  if (attempt?.invoice === undefined || checkout === undefined) return undefined
  const { account, invoice: { id }, number } = attempt
  return {
    reference,
    attempt: number,
    account,
    invoice: id,
    instruction: checkout._tag === "Redirect" ? checkout.url : id
  }
}
