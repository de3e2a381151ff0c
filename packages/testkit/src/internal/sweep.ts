/**
 * Every call of an adapter, in good weather and in bad, with everything watched that comes of it.
 */
import type { RawWebhook } from "@gatefold/core/RawWebhook"
import { make as rawWebhook } from "@gatefold/core/RawWebhook"
import { Fault } from "@gatefold/core/Simulator"
import * as Observer from "@gatefold/simulator/Observer"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import type { Adapter, Transport, World } from "../World.ts"
import { type Call, declared, nobody, type Objects, ordered } from "./everyCall.ts"
import { once } from "./once.ts"
import { looks } from "./secrets.ts"

const transports: ReadonlyArray<Transport> = ["undici", "fetch"]

/** An answer that arrives is the same over each transport. */
const isOfTransport = ({ _tag }: Fault): boolean => _tag !== "Answer"

/** @internal An invoice that is paid, with what else calls can be about. */
export const objects = Effect.fnUntraced(function*({ adapter, order, simulator }: World) {
  const has = (path: string) => adapter.gateway.capabilities.has(path)
  const asked = ordered(order)
  const invoice = has("invoices.create") ? (yield* adapter.invoices.create(asked)).id : undefined
  if (invoice !== undefined) yield* simulator.pay(invoice)
  const withdrawal = yield* Effect.result(simulator.withdraw({ amount: "150.00" }))
  const payment = has("payments.list") ? yield* Stream.runHead(adapter.payments.list()) : undefined
  const found: Objects = {
    invoice: invoice ?? nobody,
    reference: asked.reference,
    payment: payment?._tag === "Some" ? payment.value.id : nobody,
    withdrawal: Result.isSuccess(withdrawal) ? withdrawal.success : nobody,
    webhook: invoice !== undefined && has("webhookEvents.receive") ? yield* simulator.webhook(invoice) : unproven
  }
  return found
})

/** @internal What stands in the webhook that nobody sent. */
export const marker = "only-in-a-webhook-5d21b7"

/** @internal A webhook that nobody sent. */
export const unproven: RawWebhook = rawWebhook({ headers: {}, body: JSON.stringify({ note: marker }) })

/** @internal A call, or `undefined` for one that only time would end. */
export const inNoTime = (call: Call): Call =>
  once(Effect.raceFirst(call, TestClock.withLive(Effect.sleep("150 millis"))))

/** @internal Ways in which an answer goes wrong that take no time, among them those that repeat a secret. */
export const faults = (secrets: ReadonlyArray<string>): ReadonlyArray<Fault> => [
  Fault.Reset({ effect: "none" }),
  Fault.ErrorPage({ effect: "none" }),
  Fault.Truncated(),
  Fault.RateLimited({ retryAfter: secrets[0] ?? "" }),
  Fault.Redirect({ to: `http://127.0.0.1:9/${encodeURIComponent(secrets[0] ?? "")}` }),
  ...secrets.flatMap((secret, at) => [echo(400 + at % 4, secret), echo(200, secret)]),
  Fault.Answer({ effect: "none", status: 500, body: `<h1>${secrets.join(" ")}</h1>` })
]

/** An answer that has a secret wherever providers put their words. */
const echo = (status: number, secret: string): Fault => {
  const said = { code: secret, type: secret, message: secret, details: { key: secret }, request_id: secret }
  const body = JSON.stringify({
    ...said,
    error: said,
    error_description: secret,
    id: secret,
    status: secret,
    data: said
  })
  return Fault.Answer({ effect: "none", status, body })
}

/** @internal What came of the calls, and what an application's tools saw meanwhile. */
export interface Sweep {
  readonly observer: Observer.Observer
  readonly exits: ReadonlyArray<Exit.Exit<unknown, unknown>>
  readonly metrics: ReadonlyArray<Metric.Metric.Snapshot>
}

/** @internal Makes every call that is declared: in good weather, and under each fault. */
export const sweep = Effect.fnUntraced(function*(world: World, faults: ReadonlyArray<Fault>) {
  const observer = Observer.make()
  const exits: Array<Exit.Exit<unknown, unknown>> = []
  const about = yield* objects(world)
  const callAll = Effect.fnUntraced(function*(adapter: Adapter) {
    for (const [, call] of declared(adapter, world.order, about)) {
      exits.push(yield* Effect.exit(observer.watch(inNoTime(call))))
    }
    if (adapter.gateway.capabilities.has("webhookEvents.receive")) {
      exits.push(yield* Effect.exit(observer.watch(inNoTime(adapter.webhookEvents.receive(unproven)))))
    }
  })
  for (const [index, transport] of transports.entries()) {
    const adapter = yield* observer.watch(world.connect({ transport }))
    yield* callAll(adapter)
    for (const fault of index === 0 ? faults : faults.filter(isOfTransport)) {
      yield* world.simulator.arm(fault, { times: "always" })
      yield* callAll(adapter)
      yield* world.simulator.disarm
    }
  }
  const swept: Sweep = { observer, exits, metrics: yield* observer.watch(Metric.snapshot) }
  return swept
})

/** @internal Every failure, in every way in which one may look at it. */
export const errorsOf = ({ exits }: Sweep): string =>
  exits.flatMap((exit) =>
    Exit.isFailure(exit)
      ? [Cause.pretty(exit.cause), ...exit.cause.reasons.map((one) => looks("error" in one ? one.error : one))]
      : []
  ).join("\n")

/** @internal Every result, in every way in which one may look at it. */
export const resultsOf = ({ exits }: Sweep): string =>
  exits.flatMap((exit) => Exit.isSuccess(exit) ? [looks(exit.value)] : []).join("\n")

/** @internal All that spans tell, but the failure with which one ended. */
export const spansOf = ({ observer }: Sweep): string =>
  observer.spans.map(({ attributes, events, links, name }) => `${name} ${Observer.look([attributes, events, links])}`)
    .join("\n")

/** @internal All that was logged. */
export const logsOf = ({ observer }: Sweep): string => observer.logs.map(({ everything }) => everything).join("\n")
