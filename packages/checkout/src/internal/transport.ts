/**
 * What carries calls to providers where the application has not chosen.
 */
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"

/**
 * @internal undici, told to give up a connection sooner than a call gives up: a host that is down is then known not to have
 * got the request. Without the package there is `fetch`, which cannot be told.
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.unwrap(
  Effect.match(Effect.tryPromise(() => import("@effect/platform-node/NodeHttpClient")), {
    onFailure: () => FetchHttpClient.layer,
    onSuccess: ({ layerUndiciOptions }) => layerUndiciOptions({ connect: { timeout: 3000 } })
  })
)
