/**
 * A provider as small as can be: it makes and shows things. It stands on real sockets and can be spoilt by faults.
 */
import { NodeHttpClient } from "@effect/platform-node"
import * as GatewayError from "@gatefold/core/GatewayError"
import { AccountId, ProviderId } from "@gatefold/core/Identifiers"
import * as Operation from "@gatefold/core/Operation"
import * as ProviderClient from "@gatefold/core/ProviderClient"
import type { Envelope, Refusal } from "@gatefold/core/Refusal"
import * as Wire from "@gatefold/core/Wire"
import { Answer, MovableClock, SimulatedServer } from "@gatefold/simulator"
import { Effect, Predicate, Redacted, Schema } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"

/** Both transports that applications use on Node. */
export const transports = [
  { transport: "undici", layer: NodeHttpClient.layerUndici },
  { transport: "fetch", layer: FetchHttpClient.layer }
] as const

export const apiKey = "sk_tiny_51f0c3"

export const Thing = Schema.Struct({ id: Schema.String, price: Wire.Amount })

const findOut = "look at the list of things"

/** What the provider can do, with each way of making its write safe. */
export const operations = {
  read: Operation.read("things.get", { maxBody: 4_096 }),
  none: small(Operation.write("things.create", { safety: "none", findOut })),
  reference: small(Operation.write("things.create", { safety: "reference", findOut })),
  key: small(Operation.write("things.create", { safety: "key", keyHeader: "idempotency-key", findOut }))
}

function small(operation: Operation.Operation): Operation.Operation {
  return { ...operation, maxBody: 4_096 }
}

export type Kind = keyof typeof operations

export const kinds: ReadonlyArray<Kind> = ["read", "none", "reference", "key"]

/** The provider's documented error form: `{"error":{"code":"...","request_id":"..."}}`. */
export const readEnvelope = (json: unknown): Envelope | undefined => {
  if (!Predicate.hasProperty(json, "error") || !Predicate.hasProperty(json.error, "code")) return undefined
  const { code } = json.error
  if (!Predicate.isString(code)) return undefined
  const requestId = Predicate.hasProperty(json.error, "request_id") ? json.error.request_id : undefined
  return { code, requestId: Predicate.isString(requestId) ? requestId : undefined }
}

const reasonOf = ({ code, detail, retryAfter }: Refusal): GatewayError.Reason | undefined => {
  switch (code) {
    case "MAINTENANCE":
      return new GatewayError.Unavailable({
        evidence: "maintenance",
        ...detail,
        ...(retryAfter === undefined ? {} : { retryAfter })
      })
    case "NO_SUCH_THING":
      return new GatewayError.NotFound(detail)
    case "DECLINED":
      return new GatewayError.Declined(detail)
    case "CUSTOMER_LIMIT":
      return new GatewayError.RateLimited({ scope: "customer", ...detail })
    default:
      return undefined
  }
}

/** The body of an error in the documented form. */
export const errorBody = (code: string, requestId = "req-1"): string =>
  JSON.stringify({ error: { code, request_id: requestId, message: "prose" } })

/** Starts the provider. `things` is what it has on its books. */
export const start = Effect.gen(function*() {
  const clock = yield* MovableClock.make
  const things: Array<string> = []
  const server = yield* SimulatedServer.make({
    now: clock.now,
    notFound: Answer.json({ error: { code: "NO_SUCH_PATH" } }, 404),
    unavailable: { status: 503, headers: { "content-type": "application/json" }, body: errorBody("MAINTENANCE") },
    routes: [
      {
        method: "POST",
        path: "/v1/things",
        operations: ["things.create"],
        handle: ({ body }) =>
          Effect.sync(() => {
            things.push(body)
            return Answer.json({ id: `thing-${things.length}`, price: "12.30" }, 201)
          })
      },
      {
        method: "GET",
        path: "/v1/things/:id",
        operations: ["things.get"],
        handle: ({ params }) => Effect.succeed(Answer.json({ id: params["id"], price: "12.30" }))
      }
    ]
  })
  return { server, things, baseUrl: `${server.url}/v1` }
})

/** A client of the provider, with how often it gave a request to the transport. */
export const connect = Effect.fnUntraced(function*(baseUrl: string, overrides: Partial<ProviderClient.Options> = {}) {
  const tries = { count: 0 }
  const client = yield* ProviderClient.make({
    provider: ProviderId.make("tiny"),
    account: AccountId.make("main"),
    baseUrl,
    authorize: Effect.succeed({ headers: { "x-api-key": Redacted.make(apiKey) } }),
    secrets: [Redacted.make(apiKey)],
    readEnvelope,
    reasonOf,
    transformClient: HttpClient.tapRequest(() => Effect.sync(() => void tries.count++)),
    ...overrides
  })
  return { client, tries, call: (kind: Kind) => client.call(operations[kind], requests[kind], Thing) }
})

const create: ProviderClient.Request = { method: "POST", path: "/things", body: { price: "12.30" } }

const requests: Readonly<Record<Kind, ProviderClient.Request>> = {
  read: { method: "GET", path: "/things/one" },
  none: create,
  reference: create,
  key: { ...create, headers: { "idempotency-key": "k-1" } }
}
