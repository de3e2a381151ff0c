/**
 * What can be chosen about a checkout. Times are how long things take, not moments.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"

export interface CheckoutOptions {
  /** Orders of several shops in one database are kept apart by it. @default "main" */
  readonly store: string
  /**
   * Where this application receives webhooks, such as `https://shop.example`: a new invoice then names
   * `/webhooks/{account}` below it, so that its webhooks find their account also after a switch.
   */
  readonly webhooksAt?: string | undefined
  /** How long an open invoice whose provider tells no expiry is asked about. @default "7 days" */
  readonly staleAfter: Duration.Input
  /** How long an ended invoice is asked about: late money, adjustments and reversals. @default "3 days" */
  readonly watchEnded: Duration.Input
  /** How many invoices of one account the sweeps may read in a minute, all processes together. @default 60 */
  readonly readsPerMinute: number
  /** How long a handler may take for one change. @default "30 seconds" */
  readonly handlerTimeout: Duration.Input
  /** How often a change is tried before its invoice is parked as a dead letter. @default 20 */
  readonly deliveryTries: number
  /** Whether this process asks providers by itself; without it only webhooks tell what happened. @default true */
  readonly polls: boolean
  /** How often each process looks for work that no signal told it of. @default "1 second" */
  readonly pollInterval: Duration.Input
}

/** What holds unless something else is said. */
export const standard: CheckoutOptions = {
  store: "main",
  staleAfter: "7 days",
  watchEnded: "3 days",
  readsPerMinute: 60,
  handlerTimeout: "30 seconds",
  deliveryTries: 20,
  polls: true,
  pollInterval: "1 second"
}

/** The options in force. */
export const Current: Context.Reference<CheckoutOptions> = Context.Reference("@gatefold/checkout/CheckoutOptions", {
  defaultValue: () => standard
})
