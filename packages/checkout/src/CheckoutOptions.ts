/**
 * What can be chosen about a checkout. Times are how long things take, not moments: `"15 seconds"`, or milliseconds.
 */
import type * as Duration from "effect/Duration"

export interface CheckoutOptions {
  /**
   * Orders of several shops in one database are kept apart by it. An account is the same for all stores: its references,
   * its budget of reads and its pause. @default "main"
   */
  readonly store: string
  /**
   * Where this application receives webhooks, such as `https://shop.example`: a new invoice then names
   * `/webhooks/{account}` below it, so that its webhooks find their account also after a switch.
   */
  readonly webhooksAt?: string | undefined
  /** How long an open invoice is asked about, since its expiry if its provider tells one. @default "7 days" */
  readonly staleAfter: Duration.Input
  /** How long an ended invoice is asked about: late money, adjustments and reversals. @default "3 days" */
  readonly watchEnded: Duration.Input
  /**
   * How many reads of one account the sweeps may do in each minute of the clock, all processes together: an invoice or a
   * list. An adapter may need two requests for an invoice that has ended. At least 1. @default 60
   */
  readonly readsPerMinute: number
  /**
   * How often an open invoice is asked about at first: less and less often as it gets older, and rarely after its end. What
   * could not be asked is asked again after as long. @default "15 seconds"
   */
  readonly lookEvery: Duration.Input
  /**
   * How long the calls to a provider for one attempt may take together: tries and look-ups. No less than the time for one
   * try, which is 10 seconds unless `RetryPolicy.Current` says something else. @default "30 seconds"
   */
  readonly callsWithin: Duration.Input
  /**
   * How long after the time that its work may take a process counts as gone, so that another takes the work over: the
   * longest pause that a process or its machine may make, and the most by which their clocks may differ.
   * @default "30 seconds"
   */
  readonly takeOverAfter: Duration.Input
  /** How long a handler may take for one change. @default "30 seconds" */
  readonly handlerTimeout: Duration.Input
  /** How often a change is tried before its invoice is parked as a dead letter: at least once. @default 20 */
  readonly deliveryTries: number
  /**
   * Whether this process asks providers by itself. Without it only webhooks make it look: what is not signed is a hint,
   * so that a provider is asked all the same. @default true
   */
  readonly polls: boolean
  /** How often each process looks for work that no signal told it of. @default "1 second" */
  readonly pollInterval: Duration.Input
  /**
   * How often this process sweeps by itself, where that is to be another time: rarely where something else calls `sweep`,
   * as `CheckoutCluster` does on one of the processes. @default the `pollInterval`
   */
  readonly sweepInterval?: Duration.Input | undefined
}

/** What a shop says about its checkout. What is absent or `undefined` is as in `standard`. */
export type Choices = { readonly [Option in keyof CheckoutOptions]?: CheckoutOptions[Option] | undefined }

/** What holds unless something else is said. */
export const standard: CheckoutOptions = {
  store: "main",
  staleAfter: "7 days",
  watchEnded: "3 days",
  readsPerMinute: 60,
  lookEvery: "15 seconds",
  callsWithin: "30 seconds",
  takeOverAfter: "30 seconds",
  handlerTimeout: "30 seconds",
  deliveryTries: 20,
  polls: true,
  pollInterval: "1 second"
}
