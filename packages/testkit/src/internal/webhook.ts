/**
 * Webhooks as a case makes them, and what an adapter makes of them.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import * as RawWebhook from "@gatefold/core/RawWebhook"
import type { Simulator } from "@gatefold/core/Simulator"
import type { WebhookEvent } from "@gatefold/core/WebhookEvent"
import type { WebhookRejected } from "@gatefold/core/WebhookRejected"
import * as Effect from "effect/Effect"
import { show, Violation } from "../Violation.ts"
import type { Adapter, World } from "../World.ts"

/** @internal What came of a webhook. */
export type Taken =
  | { readonly _tag: "Event"; readonly event: WebhookEvent }
  | { readonly _tag: "Rejected"; readonly rejected: WebhookRejected }
  | { readonly _tag: "Failed"; readonly error: GatewayError }

const received = (event: WebhookEvent): Taken => ({ _tag: "Event", event })
const refused = (rejected: WebhookRejected): Effect.Effect<Taken> => Effect.succeed({ _tag: "Rejected", rejected })
const failed = (error: GatewayError): Effect.Effect<Taken> => Effect.succeed({ _tag: "Failed", error })

/** @internal Hands a webhook to the adapter. Whatever it is, it may not make the adapter die. */
export const take = (
  { webhookEvents }: Adapter,
  what: string,
  webhook: RawWebhook.RawWebhook
): Effect.Effect<Taken, Violation> =>
  Effect.suspend(() => webhookEvents.receive(webhook)).pipe(
    Effect.map(received),
    Effect.catchTags({ WebhookRejected: refused, GatewayError: failed }),
    Effect.catchDefect((defect) =>
      Effect.fail(
        new Violation({ message: `${what} should get a typed answer, and made the adapter die: ${show(defect)}` })
      )
    )
  )

const describe = (taken: Taken): string => {
  switch (taken._tag) {
    case "Event":
      return `was believed: an event about ${taken.event.invoice.id}, ${taken.event.invoice.status}`
    case "Rejected":
      return `was rejected with ${taken.rejected.why}, HTTP ${taken.rejected.httpStatus} (${taken.rejected.detail})`
    case "Failed":
      return `failed with ${taken.error.reason._tag} (${taken.error.reason.message})`
  }
}

const wrong = (what: string, expected: string, taken: Taken) =>
  new Violation({ message: `${what} should ${expected}, and ${describe(taken)}` })

/** @internal It has to be believed; gives the event. */
export const believed = (adapter: Adapter, what: string, webhook: RawWebhook.RawWebhook) =>
  Effect.flatMap(
    take(adapter, what, webhook),
    (taken) => taken._tag === "Event" ? Effect.succeed(taken.event) : Effect.fail(wrong(what, "become an event", taken))
  )

/** @internal It has to be rejected, with a status that tells its sender so. */
export const rejected = (adapter: Adapter, what: string, webhook: RawWebhook.RawWebhook) =>
  Effect.flatMap(
    take(adapter, what, webhook),
    (taken) =>
      taken._tag === "Rejected" && taken.rejected.httpStatus >= 400 && taken.rejected.httpStatus < 500
        ? Effect.succeed(taken.rejected)
        : Effect.fail(wrong(what, "be rejected with a 4xx", taken))
  )

/** @internal It has to be dropped, with a status that ends its sender's retries. */
export const acknowledged = (adapter: Adapter, what: string, webhook: RawWebhook.RawWebhook) =>
  Effect.flatMap(
    take(adapter, what, webhook),
    (taken) =>
      taken._tag === "Rejected" && isSuccess(taken.rejected.httpStatus)
        ? Effect.succeed(taken.rejected)
        : Effect.fail(wrong(what, "be dropped and acknowledged with a 2xx", taken))
  )

/** @internal It has to become no event, in whatever typed way. */
export const notBelieved = (adapter: Adapter, what: string, webhook: RawWebhook.RawWebhook) =>
  Effect.filterOrFail(
    take(adapter, what, webhook),
    (taken) => taken._tag !== "Event",
    (taken) => wrong(what, "not be believed", taken)
  )

/** @internal The provider could not be asked: neither an event nor a rejection. */
export const postponed = (adapter: Adapter, what: string, webhook: RawWebhook.RawWebhook) =>
  Effect.flatMap(take(adapter, what, webhook), (taken) =>
    taken._tag === "Failed" && taken.error.isRetryable
      ? Effect.succeed(taken.error)
      : Effect.fail(wrong(what, "fail with a `GatewayError` that can be retried", taken)))

/** @internal */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** @internal */
export const isSigned = ({ webhooks }: World): boolean => webhooks !== undefined && webhooks.proof !== "readback"

/** @internal */
export const isReadBack = ({ webhooks }: World): boolean => webhooks !== undefined && webhooks.proof !== "signature"

/** @internal */
export const unlessSigned = (world: World) => isSigned(world) ? undefined : "its webhooks are not proven by a signature"

/** @internal */
export const unlessReadBack = (world: World) =>
  isReadBack(world) ? undefined : "it believes what is signed, and reads nothing back"

/** @internal */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** @internal */
export const text = (webhook: RawWebhook.RawWebhook): string => new TextDecoder().decode(webhook.body)

/** @internal The same request with another body. */
export const withBody = (
  webhook: Pick<RawWebhook.RawWebhook, "method" | "path" | "headers">,
  body: Uint8Array | string
): RawWebhook.RawWebhook => RawWebhook.make({ ...webhook, body })

/** @internal A request with this body that only its body can be rejected for: signed, where webhooks are. */
export const authentic = (world: World, webhook: RawWebhook.RawWebhook, body: Uint8Array) =>
  isSigned(world) ? world.simulator.sign(body) : Effect.succeed(withBody(webhook, body))

/** @internal An invoice that a customer was asked to pay. */
export const opened = ({ adapter, order }: World) => adapter.invoices.create(order())

/** @internal An invoice that is paid, with the webhook that says so. */
export const paid = Effect.fnUntraced(function*(world: World) {
  const { id } = yield* opened(world)
  yield* world.simulator.pay(id)
  return { id, webhook: yield* world.simulator.webhook(id) }
})

/** @internal The names of the headers that hold the signature: those that another body changes. */
export const signatureHeaders = Effect.fnUntraced(function*({ sign }: Simulator) {
  const once = (yield* sign(bytes("{}"))).headers
  const again = (yield* sign(bytes("{}"))).headers
  const other = (yield* sign(bytes("[]"))).headers
  const differing = Object.keys(once).filter((name) => once[name] !== other[name])
  const determined = differing.filter((name) => once[name] === again[name])
  if (differing.length === 0) {
    return yield* new Violation({ message: "the simulator's `sign` gives every body the same headers" })
  }
  // what differs each time may be an id of the delivery, unless nothing else depends on the body
  return determined.length > 0 ? determined : differing
})

/** @internal The same request with another signature; `undefined` takes the header away. */
export const withSignature = (
  webhook: RawWebhook.RawWebhook,
  names: ReadonlyArray<string>,
  change: (signature: string) => string | undefined
): RawWebhook.RawWebhook =>
  RawWebhook.make({
    ...webhook,
    headers: Object.fromEntries(
      Object.entries(webhook.headers).flatMap(([name, value]) => {
        const changed = names.includes(name) ? change(value) : value
        return changed === undefined ? [] : [[name, changed]]
      })
    )
  })

/** @internal Another text of the same alphabet, length and beginning. */
export const altered = (value: string): string => {
  const middle = Math.floor(value.length / 2)
  return value.slice(0, middle) + value.slice(middle).replaceAll(/[a-z0-9]/giu, (one) => one === "a" ? "b" : "a")
}

/** Each character's follower among those of its kind: hexadecimal stays hexadecimal. */
const followers = ["0123456789", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEF", "GHIJKLMNOPQRSTUVWXYZ"]

/** @internal An id of the same form that no object has: each letter and each digit is another one. */
export const strangerTo = (id: string): string =>
  id.replaceAll(/[0-9a-z]/giu, (one) => {
    const kind = followers.find((each) => each.includes(one)) ?? one
    return kind.charAt((kind.indexOf(one) + 1) % kind.length)
  })
