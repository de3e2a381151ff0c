/**
 * Whether the application knows the invoice that a webhook is about, asked before anything is read for it.
 *
 * Anybody can post to a webhook's address. With this hook a forged id costs a look into the application's own database
 * and not a request to the provider.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { AccountId, InvoiceId } from "./Identifiers.ts"

/**
 * Tells whether an invoice of an account is the application's own. If it fails, nothing is known: the webhook is answered
 * with 503, and sent again later.
 */
export type Owns = (account: AccountId, invoice: InvoiceId) => Effect.Effect<boolean, unknown>

/**
 * The hook; by default there is none, and every invoice may be ours. Provide it to `Gateway.layerConfig` or to a
 * provider's layer for that layer's accounts, to a receiver for what comes in there, or to a single call: what is
 * nearest to the call is asked.
 *
 * ```ts
 * const owned = Layer.succeed(WebhookOwnership.Current, (account, invoice) => orders.knows(account, invoice))
 * ```
 */
export const Current: Context.Reference<Owns | undefined> = Context.Reference("@gatefold/core/WebhookOwnership", {
  defaultValue: (): Owns | undefined => undefined
})
