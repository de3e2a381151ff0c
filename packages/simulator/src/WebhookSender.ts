/**
 * How a simulated provider posts its webhooks.
 */
import type * as RawWebhook from "@gatefold/core/RawWebhook"
import type { Delivery } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"

/** How long a receiver may take to answer. Ecca documents 15 s [WH]. */
export const answerWithin = "15 seconds"

/**
 * Posts the exact bytes to a receiver on this machine and tells how it answered. Whatever goes wrong on the way is "no
 * answer", as it is to a provider.
 */
export const send = (url: string, webhook: RawWebhook.RawWebhook): Effect.Effect<Delivery> =>
  Effect.tryPromise((signal) =>
    fetch(url, {
      method: webhook.method,
      headers: { ...webhook.headers },
      body: Uint8Array.from(webhook.body),
      redirect: "manual",
      signal
    }).then(async (response) => {
      await response.arrayBuffer()
      return { status: response.status }
    })
  ).pipe(
    Effect.timeout(answerWithin),
    Effect.orElseSucceed(() => ({ status: undefined }))
  )
