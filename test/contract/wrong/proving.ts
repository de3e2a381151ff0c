/**
 * Ecca and ecryptopay with webhooks that are proven in another way.
 */
import {
  Identifiers,
  Invoices,
  RawWebhook,
  WebhookEvent,
  WebhookEvents,
  WebhookProof,
  Webhooks,
  WebhookSignature
} from "@gatefold/core"
import * as Ecca from "@gatefold/ecca/Ecca"
import type { EccaOptions } from "@gatefold/ecca/EccaOptions"
import * as EccaWebhook from "@gatefold/ecca/EccaWebhook"
import * as EcryptopayWebhook from "@gatefold/ecryptopay/EcryptopayWebhook"
import type { Subject } from "@gatefold/testkit/Subject"
import { Context, DateTime, Effect, Layer, Result } from "effect"
import * as Btcpay from "../../../examples/plugin/src/Btcpay.ts"
import * as mapping from "../../../examples/plugin/src/mapping.ts"
import { subject as btcpay } from "../../../examples/plugin/test/contract.ts"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { withService } from "../Wrong.ts"

type Service = WebhookEvents.Service
type Changed = Partial<Pick<Service, "admit" | "resolve">>

/** Another `admit` or `resolve`, and with it another `receive`. */
const respoken = (right: Service, changed: Changed): Service => {
  const { admit, resolve } = { ...right, ...changed }
  return {
    ...right,
    admit,
    resolve,
    receive: (webhook) => Effect.flatMap(Effect.suspend(() => admit(webhook)), resolve)
  }
}

/** An adapter whose webhooks are admitted or resolved in another way. */
export const webhooksOf = (
  subject: Subject,
  change: (right: Service, invoices: Invoices.Service) => Changed
): Subject =>
  withService(
    subject,
    WebhookEvents.WebhookEvents,
    (right, services) => respoken(right, change(right, Context.get(services, Invoices.Invoices)))
  )

/** Ecca with other options than its settings say. */
export const eccaWith = (change: (options: EccaOptions) => EccaOptions): Subject => ({
  ...ecca,
  provider: {
    ...ecca.provider,
    configured: Effect.map(Ecca.provider.read, Result.map((options) => Ecca.provider.layerAll(change(options))))
  }
})

/** The headers that sign a webhook rightly. */
export type Sign = (webhook: RawWebhook.RawWebhook) => Effect.Effect<Readonly<Record<string, string>>>

/** Ecca that looks at signatures by itself. */
export const eccaChecking = (admit: (right: Service, sign: Sign) => Service["admit"]): Subject => ({
  ...ecca,
  provider: {
    ...ecca.provider,
    configured: Effect.map(
      Ecca.provider.read,
      Result.map((options) =>
        Layer.effectContext(Effect.gen(function*() {
          const services = yield* Layer.build(Ecca.provider.layerAll(options))
          const signer = yield* WebhookSignature.make(EccaWebhook.scheme(options), options.webhookSecrets ?? [])
          const sign: Sign = (webhook) => signer.sign(webhook.body, webhook.header("x-signature-timestamp") ?? "")
          const right = Context.get(services, WebhookEvents.WebhookEvents)
          return Context.add(
            services,
            WebhookEvents.WebhookEvents,
            respoken(right, { admit: admit(right, sign) })
          )
        }))
      )
    )
  }
})

/** ecryptopay that finds out about its webhooks in another way. */
export const ecryptopayReading = (
  change: (invoices: Invoices.Service) => Partial<Webhooks.Options> & {
    readonly changed?: (right: Service) => Changed
  }
): Subject => ({
  ...ecryptopay,
  provider: {
    ...ecryptopay.provider,
    configured: Effect.map(
      ecryptopay.provider.configured,
      Result.map((layer) =>
        Layer.effectContext(Effect.gen(function*() {
          const services = yield* Layer.build(layer)
          const invoices = Context.get(services, Invoices.Invoices)
          const { changed, ...options } = change(invoices)
          const right = yield* Webhooks.make({
            provider: ecryptopay.provider.id,
            account: ecryptopay.provider.account,
            proving: { mode: "readback" },
            readClaim: EcryptopayWebhook.readClaim,
            observe: (id) => invoices.get({ id }),
            ...options
          })
          return Context.add(services, WebhookEvents.WebhookEvents, respoken(right, changed?.(right) ?? {}))
        }))
      )
    )
  }
})

type ReadClaim = Webhooks.Options["readClaim"]

const btcpayScheme: WebhookSignature.Scheme = {
  algorithm: "sha256",
  signedText: "{body}",
  encoding: "hex",
  prefix: "sha256=",
  signatureHeader: "btcpay-sig"
}

/** BTCPay that reads another claim in its webhooks. */
export const btcpayClaiming = (change: (right: ReadClaim, storeId: string) => ReadClaim): Subject => ({
  ...btcpay,
  provider: {
    ...btcpay.provider,
    configured: Effect.map(
      Btcpay.provider.read,
      Result.map((options) =>
        Layer.effectContext(Effect.gen(function*() {
          const services = yield* Layer.build(Btcpay.provider.layerAll(options))
          const invoices = Context.get(services, Invoices.Invoices)
          const webhooks = yield* Webhooks.make({
            provider: btcpay.provider.id,
            account: btcpay.provider.account,
            proving: WebhookProof.proving(options, btcpayScheme),
            readClaim: change(mapping.claim(options.storeId), options.storeId),
            observe: (id) => invoices.get({ id })
          })
          return Context.add(services, WebhookEvents.WebhookEvents, webhooks)
        }))
      )
    )
  }
})

/** The body as it is read by somebody who expects it to be well made. */
export const told = (webhook: RawWebhook.RawWebhook): Readonly<Record<string, string>> =>
  JSON.parse(new TextDecoder().decode(webhook.body))

/** An admission that nothing was checked for. */
export const unchecked = (webhook: RawWebhook.RawWebhook): Effect.Effect<WebhookEvent.Admitted> =>
  Effect.map(DateTime.now, (receivedAt) =>
    new WebhookEvent.Admitted({
      provider: ecca.provider.id,
      account: ecca.provider.account,
      invoice: Identifiers.InvoiceId.make(told(webhook)["order_id"] ?? ""),
      proof: new WebhookEvent.Proof({ mode: "signature+readback", secret: 0 }),
      receivedAt
    }))

/** The same webhook with another body. */
export const withText = (
  webhook: RawWebhook.RawWebhook,
  change: (text: string) => string
): RawWebhook.RawWebhook => RawWebhook.make({ ...webhook, body: change(new TextDecoder().decode(webhook.body)) })
