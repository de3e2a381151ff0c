/**
 * Floods of forged webhooks over real HTTP, against a shop with accounts at both simulated providers.
 */
import { NodeHttpClient } from "@effect/platform-node"
import * as Accounts from "@gatefold/core/Accounts"
import * as Gateway from "@gatefold/core/Gateway"
import type { PaymentId } from "@gatefold/core/Identifiers"
import { Invoices } from "@gatefold/core/Invoices"
import { Payments } from "@gatefold/core/Payments"
import type { RecordedRequest, Simulator } from "@gatefold/core/Simulator"
import * as WebhookReceiver from "@gatefold/core/WebhookReceiver"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { ConfigProvider, Context, Deferred, Effect, Layer, Logger, Stream } from "effect"
import { Agent, createServer, request } from "node:http"
import * as Servers from "./Servers.ts"
import type { Extra } from "./Shop.ts"

/** What a flood came to. */
export interface Figures {
  /** How often each status was answered. */
  readonly answers: Readonly<Record<string, number>>
  /** What the provider saw meanwhile, by operation. */
  readonly requests: Readonly<Record<string, number>>
  readonly millis: number
}

/** Ecca proven by reading back alone, so that nothing but the budget stands between a forgery and the provider. */
const proof = { ECCA_WEBHOOK_PROOF: "readback" }

/** Opens a shop with a receiver on `node:http`. */
export const open = Effect.fnUntraced(function*(extra: Extra = Layer.empty) {
  const ecca = yield* EccaSimulator.make({ webhooks: "manual" })
  const ecryptopay = yield* EcryptopaySimulator.make({ webhooks: "manual" })
  const settings = { ...ecca.settings, ...ecryptopay.settings, ...proof, GATEFOLD_PROVIDER: "ecryptopay" }
  const services = yield* Layer.build(
    Gateway.layerConfig({ providers: [Ecca.provider, Ecryptopay.provider] }).pipe(
      Layer.provide(NodeHttpClient.layerUndici),
      Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(settings))),
      Layer.provide(extra)
    )
  )
  const receiver = yield* WebhookReceiver.toNodeHandler({ onEvent: () => Effect.void }).pipe(
    Effect.provideService(Accounts.Accounts, Context.get(services, Accounts.Accounts)),
    Effect.provideService(Logger.CurrentLoggers, new Set([]))
  )
  return {
    ecca,
    ecryptopay,
    origin: yield* Servers.listen(createServer(receiver)),
    create: Context.get(services, Invoices).create,
    /** Opens a page that shows a payment, and tells when it shows it. */
    watch: (id: PaymentId) =>
      Effect.gen(function*() {
        const isShown = yield* Deferred.make<void>()
        yield* Context.get(services, Payments).watch(id).pipe(
          Stream.runForEach(() => Deferred.succeed(isShown, undefined)),
          Effect.forkScoped
        )
        yield* Deferred.await(isShown)
      })
  }
})

export type Shop = Effect.Success<ReturnType<typeof open>>

/** Posts forgeries, 50 at a time, and counts what comes of them. */
export const pour = Effect.fnUntraced(function*(
  simulator: Simulator,
  url: string,
  bodies: ReadonlyArray<string>
) {
  const before = (yield* simulator.requests).length
  const began = performance.now()
  const statuses = yield* Effect.forEach(bodies, (body) => Effect.promise(() => send(url, body)), { concurrency: 50 })
  const millis = Math.round(performance.now() - began)
  const requests = (yield* simulator.requests).slice(before)
  const figures: Figures = { answers: tally(statuses), requests: tally(requests.map(nameOf)), millis }
  return figures
})

const nameOf = ({ method, operations: [name], url }: RecordedRequest): string => name ?? `${method} ${url}`

const tally = (words: ReadonlyArray<string | number>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

const agent = new Agent({ keepAlive: true, maxSockets: 50 })

const send = (url: string, body: string) =>
  new Promise<number>((resolve, reject) => {
    const sending = request(url, { agent, method: "POST", headers: { "content-type": "application/json" } })
    sending.once("response", (response) => {
      response.resume().once("end", () => resolve(response.statusCode ?? 0))
    })
    sending.once("error", reject)
    sending.end(body)
  })
