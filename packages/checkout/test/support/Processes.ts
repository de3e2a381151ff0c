/**
 * Processes of a shop that can be killed, and what tests ask of them.
 */
import type { Change } from "@gatefold/checkout/Change"
import type { Checkout } from "@gatefold/checkout/Checkout"
import { Order } from "@gatefold/checkout/Order"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault, type Simulator } from "@gatefold/core/Simulator"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { Clock, Duration, Effect, Exit, Schema, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Database } from "./Databases.ts"
import * as Shop from "./Shop.ts"

type Service = Checkout["Service"]

/** Providers that both take pesos. */
export const inPesos = Effect.gen(function*() {
  return {
    ecca: yield* EccaSimulator.make({
      webhooks: "manual",
      currencies: [{ code: "MXN", name: "Mexican Peso", symbol: "$", decimal: 2, rate: "18.40" }],
      defaultUrls: {
        callback: "https://shop.example/hook",
        success: "https://shop.example/ok",
        fail: "https://shop.example/no"
      }
    }),
    ecryptopay: yield* EcryptopaySimulator.make({ webhooks: "manual" })
  }
})

/** Starts a process that `kill` ends at once, whatever it is doing. */
export const start = Effect.fnUntraced(function*(
  providers: Shop.Providers,
  database: Pick<Database, "client">,
  setup?: Shop.Setup
) {
  const scope = yield* Scope.make()
  yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
  const process = yield* Scope.provide(Shop.start(providers, database, setup), scope)
  return { ...process, kill: Scope.close(scope, Exit.void) }
})

/** One try of each call, so that nothing waits between tries. */
export const once = Effect.provideService(RetryPolicy.Current, RetryPolicy.once)

/** Waits in real time, for a few seconds at most, until it holds. */
export const until = Effect.fnUntraced(function*<E, R>(holds: Effect.Effect<boolean, E, R>) {
  for (let looks = 0; looks < 300; looks++) {
    if (yield* holds) return
    yield* TestClock.withLive(Effect.sleep("10 millis"))
  }
  return yield* Effect.die("it did not come to hold")
})

/** Lets callers that wait for another process look again, for as long as it runs. */
export const timePasses = Effect.forever(
  Effect.andThen(TestClock.adjust("100 millis"), TestClock.withLive(Effect.sleep("5 millis")))
)

/** Waits until the provider got this many requests of an operation. */
export const untilAsked = (simulator: Simulator, operation: string, times = 1) =>
  until(Effect.map(asked(simulator, operation), (requests) => requests.length >= times))

/** The requests of an operation that reached the provider. */
export const asked = (simulator: Simulator, operation: string) =>
  Effect.map(simulator.requests, (all) => all.filter(({ operations }) => operations.includes(operation)))

/** What Ecca answers for an invoice of this reference, as a create would be answered. */
export const answers = (ecca: Simulator, reference: string) =>
  Effect.promise(async () => {
    const url = `${ecca.settings.ECCA_BASE_URL}/invoices/${reference}`
    const response = await fetch(url, { headers: { "x-api-key": ecca.settings.ECCA_API_KEY ?? "" } })
    const { data } = JSON.parse(await response.text())
    return [data]
  })

/** What Ecca answers for an invoice of this reference, as it would answer a create. */
export const answer = (ecca: Simulator, reference: string) =>
  Effect.promise(async () => {
    const url = `${ecca.settings.ECCA_BASE_URL}/invoices/${reference}`
    const response = await fetch(url, { headers: { "x-api-key": ecca.settings.ECCA_API_KEY ?? "" } })
    const { data } = JSON.parse(await response.text())
    return JSON.stringify({ ...data, payment_link: `${ecca.url}/pay/${data.invoice_id}` })
  })

/** What Ecca answers where it has no such invoice, or not any more. */
export const unknownInvoice = Fault.Answer({
  effect: "none",
  status: 404,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({
    success: false,
    error: { code: "INVOICE_NOT_FOUND", message: "Invoice not found" },
    request_id: "r-1"
  })
})

export const creates = (simulator: Simulator) => asked(simulator, "invoices.create")

/** Runs an effect as on a machine whose clock is ahead. */
export const ahead = (duration: Duration.Input) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.clockWith((clock) =>
    Effect.provideService(effect, Clock.Clock, {
      ...clock,
      sleep: (wait) => clock.sleep(wait),
      currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + Duration.toMillis(duration),
      currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + Duration.toMillis(duration))
    })
  )

/** The id of the invoice of an order's attempt. */
export const invoiceOf = ({ attempts }: Order, number = attempts.length) =>
  attempts.find((attempt) => attempt.number === number)?.invoice?.id ?? "no invoice"

/** All of an order, for comparison. */
export const text = (order: Order) => JSON.stringify(Schema.encodeSync(Schema.toCodecJson(Order))(order))

/** What the order becomes when its providers are asked for all that they have. */
export const refreshed = Effect.fnUntraced(function*(checkout: Service, reference: string) {
  const { attempts } = yield* checkout.get(reference)
  for (const account of new Set(attempts.map(({ account }) => account))) {
    yield* Stream.runDrain(checkout.reconcile(account))
  }
  return yield* checkout.get(reference)
})

/** Takes every change from now on; `of` waits for a number of them and gives their kinds, oldest first. */
export const listen = Effect.fnUntraced(function*(checkout: Service) {
  const changes: Array<Change> = []
  yield* checkout.changes((change) => Effect.sync(() => changes.push(change)))
  return {
    changes,
    /** The kinds that the application was told, once there are as many changes. */
    kinds: (count: number) =>
      Effect.as(
        until(Effect.sync(() => changes.length >= count)),
        changes
      ).pipe(Effect.map((all) => all.map(({ attempt, kinds }) => [attempt, ...kinds])))
  }
})
