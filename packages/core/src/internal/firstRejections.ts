/**
 * Tells a merchant whose first webhooks are all rejected what to look at. Otherwise an endpoint that was set up wrongly
 * looks like one that is under attack.
 */
import * as Effect from "effect/Effect"
import type { RawWebhook } from "../RawWebhook.ts"
import type { Service } from "../WebhookEvents.ts"
import type { WebhookRejected, Why } from "../WebhookRejected.ts"

/** @internal */
export interface FirstRejections {
  /** A webhook was admitted, so the endpoint works. */
  readonly admitted: Effect.Effect<void>
  readonly rejected: (rejection: WebhookRejected, webhook: RawWebhook) => Effect.Effect<void>
}

/** After how many rejections in a row, with nothing ever admitted, it is said. */
const enough = 10

/** @internal `diagnose` is asked about each of the first ten: some of them may be a stranger's. */
export const make = (account: string, diagnose: Service["diagnose"]): FirstRejections => {
  const whys = new Set<Why>()
  const schemes = new Set<string>()
  let count = 0
  let isOver = false
  return {
    admitted: Effect.sync(() => {
      isOver = true
    }),
    rejected: Effect.fnUntraced(function*({ why }, webhook) {
      if (isOver || count >= enough) return
      const number = ++count
      whys.add(why)
      if (isAboutSigning(why)) { for (const scheme of yield* diagnose(webhook)) schemes.add(scheme) }
      if (number < enough || isOver) return
      isOver = true
      yield* Effect.logWarning(advice(account, [...whys], [...schemes]))
    })
  }
}

const isAboutSigning = (why: Why): boolean =>
  why === "MissingSignature" || why === "MalformedSignature" || why === "InvalidSignature"

const advice = (account: string, whys: ReadonlyArray<Why>, schemes: ReadonlyArray<string>): string =>
  [
    `${account}: the first ${enough} webhooks were all rejected and none was ever accepted (${whys.join(", ")}).`,
    ...whys.some(isAboutSigning)
      ? ["Check the account's webhook secrets and its signing scheme against the provider's dashboard.", fits(schemes)]
      : [],
    ...whys.includes("StaleTimestamp") ? ["Check this machine's clock, and how old a signature may be."] : [],
    ...whys.includes("InvalidPayload") ? ["Check that it is this provider that posts to this account's address."] : []
  ].join(" ")

const fits = (schemes: ReadonlyArray<string>): string =>
  schemes.length === 0
    ? "No known scheme fits any of the secrets, so begin with the secrets."
    : `One of the secrets fits with: ${schemes.join("; ")}.`
