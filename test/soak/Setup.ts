/**
 * What the shop is started with.
 */
import type { CheckoutOptions } from "@gatefold/checkout/CheckoutOptions"
import { type RetryPolicy, standard } from "@gatefold/core/RetryPolicy"
import type * as Database from "./Database.ts"

export interface Setup {
  /** The variables of both accounts and the switch. */
  readonly settings: Readonly<Record<string, string>>
  readonly database: Database.Location
  readonly port: number
  /** The file that changes are written to. */
  readonly deliveries: string
  readonly seed: string
  readonly options: Partial<CheckoutOptions>
  readonly retries: RetryPolicy
}

/** Patience is scaled down to lives of less than a second; the order of the times stays as it is in production. */
export const options: Partial<CheckoutOptions> = {
  callsWithin: "1500 millis",
  takeOverAfter: "500 millis",
  lookEvery: "500 millis",
  pollInterval: "100 millis",
  handlerTimeout: "1 second",
  readsPerMinute: 100_000
}

export const retries: RetryPolicy = {
  ...standard,
  base: "20 millis",
  cap: "200 millis",
  tries: 3,
  within: "1500 millis",
  attemptTimeout: "400 millis"
}

export const write = (setup: Setup): string => JSON.stringify(setup)

/** Reads what this program itself has written. */
export const read: (text: string) => Setup = JSON.parse
