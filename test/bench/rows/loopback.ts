/**
 * Calls in a second to a server on this machine, in a process of its own that does next to nothing: one after another,
 * and 50 in flight. Beside ours stand code written by hand with Node's `fetch`, and Stripe's own library, which makes its
 * equivalent call to the same server.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { InvoiceId } from "@gatefold/core/Identifiers"
import { Invoices } from "@gatefold/core/Invoices"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import Stripe from "stripe"
import * as Child from "../Child.ts"
import * as Documents from "../Documents.ts"
import * as Figure from "../Figure.ts"
import * as HandWritten from "../peers/HandWritten.ts"
import * as Race from "../Race.ts"
import type { Row, Size } from "../Row.ts"

const key = "a-key-of-the-benchmark"

type Call = "create" | "get"

/** Somebody who makes the two calls. */
type Caller = Readonly<Record<Call, () => Promise<unknown>>>

const origin = (port: number) => `http://127.0.0.1:${port}/ecca`

const ours = (port: number, transport: Layer.Layer<HttpClient.HttpClient>) => {
  const ecca = Ecca.layer({
    apiKey: Redacted.make(key),
    webhookSecrets: [Redacted.make("a-secret-of-the-benchmark")],
    baseUrl: origin(port)
  })
  const caller = Effect.map(Invoices, (invoices): Caller => ({
    create: () => Effect.runPromise(invoices.create(Documents.newInvoice)),
    get: () => Effect.runPromise(invoices.get({ id: InvoiceId.make(Documents.id) }))
  }))
  return Effect.flatMap(Layer.build(Layer.provide(ecca, transport)), (context) => Effect.provide(caller, context))
}

const handWritten = (port: number): Caller => {
  const calls = HandWritten.make(fetch, origin(port), key)
  return { create: () => calls.create(Documents.flatInvoice), get: () => calls.get(Documents.id) }
}

const stripes = (port: number): Caller => {
  const { paymentIntents } = new Stripe("sk_test_1", {
    host: "127.0.0.1",
    port,
    protocol: "http",
    telemetry: false,
    maxNetworkRetries: 0
  })
  return {
    create: () => paymentIntents.create(Documents.newPaymentIntent),
    get: () => paymentIntents.retrieve(Documents.paymentIntentId)
  }
}

const inFlight = (call: () => Promise<unknown>, callsIn: number): Race.Contender => ({
  callsIn,
  run: callsIn === 1 ? call : () => Promise.all(Array.from({ length: callsIn }, call))
})

interface Callers {
  readonly undici: Caller
  readonly fetch: Caller
  readonly handWritten: Caller
  readonly stripe: Caller
}

const raced = Effect.fnUntraced(
  function*(callers: Callers, call: Call, lanes: number, size: Pick<Size, "millis" | "rounds" | "warmUp">) {
    const contender = (caller: Caller) => inFlight(caller[call], lanes)
    const median = yield* Race.run(
      {
        undici: contender(callers.undici),
        fetch: contender(callers.fetch),
        handWritten: contender(callers.handWritten),
        stripe: contender(callers.stripe)
      },
      size
    )
    const rate = (name: keyof Callers) => Race.rate(median(name))
    const measured = (transport: "undici" | "fetch") => ({
      name: `Ecca ${call} over loopback with ${transport}, ${lanes} in flight`,
      unit: "calls/s",
      ours: rate(transport)
    })
    return [
      Figure.beside(measured("undici"), ["fetch + zod", rate("handWritten")], [">=", 0.9]),
      Figure.beside(measured("undici"), ["stripe", rate("stripe")], [">=", 1]),
      Figure.beside(measured("fetch"), ["fetch + zod", rate("handWritten")])
    ]
  }
)

export const row: Row = {
  measure: Effect.fnUntraced(function*({ isQuick, millis, rounds, warmUp }) {
    const size = isQuick ? { rounds, millis: 100, warmUp: 300 } : { rounds, millis, warmUp }
    const { said } = yield* Child.start({ path: "rows/loopback.server.ts" })
    const port = Number(said)
    const callers = {
      undici: yield* ours(port, NodeHttpClient.layerUndici),
      fetch: yield* ours(port, FetchHttpClient.layer),
      handWritten: handWritten(port),
      stripe: stripes(port)
    }
    return [
      ...yield* raced(callers, "get", 1, size),
      ...yield* raced(callers, "get", 50, size),
      ...yield* raced(callers, "create", 1, size)
    ]
  })
}
