/**
 * The provider's webhooks: an unsigned POST of the payment to the account's one URL.
 */
import * as RawWebhook from "@gatefold/core/RawWebhook"
import { type Delivery, type Mangle, SimulatorError } from "@gatefold/core/Simulator"
import * as WebhookSender from "@gatefold/simulator/WebhookSender"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import * as Json from "./Json.ts"
import type { Payment } from "./Payment.ts"
import * as State from "./State.ts"
import type { Timer } from "./Timer.ts"
import type { Wire } from "./Wire.ts"

/** `auto`: each change of state is posted, in the background. `manual`: only what `deliver` is asked to send. */
export type WebhookMode = "auto" | "manual"

export interface Webhooks {
  /** Where they go from now on. */
  readonly register: (url: string | undefined) => Effect.Effect<void>
  /** Takes note of a changed payment, and posts it in `auto` mode. */
  readonly announce: (payment: Payment) => Effect.Effect<void>
  /** Writes the newest webhook about a payment, and what is left of its retries, out again. */
  readonly restate: (payment: Payment) => Effect.Effect<void>
  /** The newest webhook about a payment; what one would say now, if its state never changed. */
  readonly newest: (payment: Payment) => Effect.Effect<RawWebhook.RawWebhook>
  /** Posts the newest webhook and waits for the answer. */
  readonly deliver: (payment: Payment, mangle: Mangle) => Effect.Effect<Delivery, SimulatorError>
  /** A webhook that says "paid" of this id; nothing else in it is true either. */
  readonly forge: (id: string) => Effect.Effect<RawWebhook.RawWebhook>
  /** A webhook that is about no payment. */
  readonly unknownEvent: Effect.Effect<RawWebhook.RawWebhook>
  /** Posts the retries that are due by now. */
  readonly retryDue: Effect.Effect<void>
  /** Waits until no webhook is under way. */
  readonly quiet: Effect.Effect<void>
}

export interface Options {
  readonly mode: WebhookMode
  /** The pauses before the second and later tries, each after the try before it was due. */
  readonly retryAfterMillis: ReadonlyArray<number>
  readonly wire: Wire
  /** Epoch milliseconds. */
  readonly now: Effect.Effect<number>
  readonly timer: Timer
}

interface Try {
  readonly body: string
  readonly failures: number
  readonly dueAt: number
}

export const make = (
  { mode, now, retryAfterMillis, timer, wire }: Options
): Effect.Effect<Webhooks, never, Scope.Scope> =>
  Effect.gen(function*() {
    const underWay = yield* FiberSet.make<void>()
    const newestBodies = new Map<bigint, string>()
    let target: string | undefined
    let waiting: ReadonlyArray<Try> = []

    const raw = (body: string): RawWebhook.RawWebhook =>
      RawWebhook.make({
        path: pathOf(target),
        headers: { "content-type": "application/json", "user-agent": "ecryptopay-simulator" },
        body
      })

    const post = (one: Try): Effect.Effect<void> =>
      Effect.suspend(() => target === undefined ? Effect.void : sendTo(target, one))

    const sendTo = (url: string, one: Try): Effect.Effect<void> =>
      Effect.gen(function*() {
        const { status } = yield* WebhookSender.send(url, raw(one.body))
        const pause = retryAfterMillis[one.failures]
        if (isAccepted(status) || pause === undefined) return
        waiting = [...waiting, { ...one, failures: one.failures + 1, dueAt: one.dueAt + pause }]
        yield* retryDue
        yield* timer(retryDue, pause)
      })

    const start = (one: Try): Effect.Effect<void> => Effect.asVoid(FiberSet.run(underWay, post(one)))

    const retryDue: Effect.Effect<void> = Effect.flatMap(now, (millis) =>
      Effect.suspend(() => {
        const due = waiting.filter(({ dueAt }) => dueAt <= millis)
        waiting = waiting.filter(({ dueAt }) => dueAt > millis)
        return Effect.forEach(due, start, { discard: true })
      }))

    const newest = (payment: Payment): Effect.Effect<RawWebhook.RawWebhook> =>
      Effect.sync(() => raw(newestBodies.get(payment.id) ?? Json.write(wire.listed(payment))))

    return {
      register: (url) =>
        Effect.sync(() => {
          target = url
        }),
      announce: (payment) =>
        Effect.flatMap(now, (dueAt) => {
          const body = Json.write(wire.listed(payment))
          newestBodies.set(payment.id, body)
          return mode === "auto" ? start({ body, failures: 0, dueAt }) : Effect.void
        }),
      restate: (payment) =>
        Effect.sync(() => {
          const former = newestBodies.get(payment.id)
          if (former === undefined) return
          const body = Json.write(wire.listed(payment))
          newestBodies.set(payment.id, body)
          waiting = waiting.map((one) => one.body === former ? { ...one, body } : one)
        }),
      newest,
      deliver: Effect.fnUntraced(function*(payment, mangle) {
        const url = target
        if (url === undefined) return yield* noTarget
        return yield* WebhookSender.send(url, mangle(yield* newest(payment)))
      }),
      forge: (id) => Effect.sync(() => raw(forgedBody(id))),
      unknownEvent: Effect.sync(() => raw(unknownBody)),
      retryDue,
      quiet: FiberSet.awaitEmpty(underWay)
    }
  })

const isAccepted = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300

const pathOf = (url: string | undefined): string => {
  if (url === undefined || !URL.canParse(url)) return "/"
  const { pathname, search } = new URL(url)
  return pathname + search
}

const noTarget = new SimulatorError({ reason: "InvalidTransition", message: "No webhook URL is registered." })

/** The provider documents webhooks about payments only; this is about none, and every name in it is invented. */
const unknownBody = Json.write({
  aviso: "ventana_de_mantenimiento_9",
  desde: "2026-12-01T06:00:00.000Z",
  hasta: "2026-12-01T06:30:00.000Z"
})

const forgedBody = (id: string): string =>
  Json.write({
    id: /^\d+$/u.test(id) ? BigInt(id) : id,
    currency: "btc",
    amount: "999999.99",
    created_at: "2026-01-01T00:00:00.000Z",
    updated_at: "2026-01-01T00:00:01.000Z",
    state: State.word("paid"),
    currency_amount: "0.84219812"
  })
