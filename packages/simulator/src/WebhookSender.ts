/**
 * How a simulated provider posts its webhooks.
 */
import type * as RawWebhook from "@gatefold/core/RawWebhook"
import type { Delivery } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"

/** How long a receiver may take to answer. Ecca documents 15 s [WH]. */
export const answerWithin = "15 seconds"

/** All that came back for one webhook; `error` says why there is no status. */
export interface Exchange {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly error: string | undefined
}

/**
 * Posts the exact bytes to a receiver on this machine and tells how it answered. Whatever goes wrong on the way is "no
 * answer", as it is to a provider.
 */
export const send = (url: string, webhook: RawWebhook.RawWebhook): Effect.Effect<Delivery> =>
  Effect.map(exchange(url, webhook), ({ status }) => ({ status }))

/** Does what `send` does, and tells everything that came back. */
export const exchange = (url: string, webhook: RawWebhook.RawWebhook): Effect.Effect<Exchange> =>
  Effect.tryPromise({
    try: (signal) => post(url, webhook, signal),
    catch: explain
  }).pipe(
    Effect.timeoutOrElse({
      duration: answerWithin,
      orElse: () => Effect.fail(`no answer within ${answerWithin}`)
    }),
    Effect.catch((error) => Effect.succeed(unanswered(error)))
  )

/** What is known when no answer came. */
export const unanswered = (error: string): Exchange => ({ status: undefined, headers: {}, body: "", error })

const post = async (url: string, webhook: RawWebhook.RawWebhook, signal: AbortSignal): Promise<Exchange> => {
  const response = await fetch(url, {
    method: webhook.method,
    headers: { ...webhook.headers },
    body: Uint8Array.from(webhook.body),
    redirect: "manual",
    signal
  })
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
    error: undefined
  }
}

/** `fetch` says "fetch failed" and keeps the reason in the cause. */
const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown error"
  return error.cause instanceof Error ? error.cause.message : error.message
}
