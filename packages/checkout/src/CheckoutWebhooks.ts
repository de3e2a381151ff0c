/**
 * Where a checkout receives webhooks over HTTP: `/webhooks/{account}`, answered with 200 only after `Checkout.receive`
 * has succeeded, so that what was acknowledged is stored. While the database is away the answer is 503, and the provider
 * sends the webhook again.
 *
 * Everything else is as in `@gatefold/core/WebhookReceiver`: the sizes, the times, what is refused, and that a receiver
 * has to be mounted before any body parser.
 */
import type { Accounts } from "@gatefold/core/Accounts"
import * as WebhookReceiver from "@gatefold/core/WebhookReceiver"
import * as Effect from "effect/Effect"
import type * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import { Checkout } from "./Checkout.ts"
import type { InsideTransaction, StorageFailed } from "./CheckoutError.ts"

const taking: Effect.Effect<WebhookReceiver.Taking<InsideTransaction | StorageFailed, never>, never, Checkout> = Effect
  .map(
    Checkout,
    ({ receive }) => ({ take: receive })
  )

/** Adds `/webhooks/{account}` to an `HttpRouter`. */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter | Accounts | Checkout> = Layer.unwrap(
  Effect.map(taking, WebhookReceiver.layer)
)

/**
 * A handler of the web platform's requests. The path has to end in `/webhooks/{account}`; everything before that is the
 * application's own.
 */
export const toWebHandler: Effect.Effect<
  (request: Request) => Promise<Response>,
  never,
  Accounts | Checkout
> = Effect.flatMap(taking, WebhookReceiver.toWebHandler)

/** A handler for Node's `(request, response)`, which is also Express's. The path has to end in `/webhooks/{account}`. */
export const toNodeHandler: Effect.Effect<
  (request: WebhookReceiver.NodeRequest, response: WebhookReceiver.NodeResponse) => Promise<void>,
  never,
  Accounts | Checkout
> = Effect.flatMap(taking, WebhookReceiver.toNodeHandler)
