/**
 * The options with every default filled in.
 */
import * as Duration from "effect/Duration"
import * as Catalog from "./Catalog.ts"
import type { DefaultUrls, Options, Signing } from "./Options.ts"

export interface Settings {
  readonly apiKey: string
  readonly webhookSecrets: readonly [string, ...ReadonlyArray<string>]
  readonly signing: Signing
  readonly defaultUrls: DefaultUrls
  /** Milliseconds. */
  readonly ttl: number
  readonly unpaidLimit: number
  readonly settlementFee: string
  readonly catalog: Catalog.Catalog
  readonly createEdition: 1 | 2
  readonly createStatus: 200 | 201
  readonly absentFields: "mixed" | "null" | "omitted"
  readonly emptyInvoiceList: "200" | "404"
  readonly cooldownMetaIn: "details" | "meta"
  readonly automaticWebhooks: boolean
  /** Milliseconds. */
  readonly webhookRetries: ReadonlyArray<number>
  readonly anyWebhookHost: boolean
}

const defaultRetries: ReadonlyArray<Duration.Input> = ["30 seconds", "2 minutes", "10 minutes"]

export const resolve = (options: Options): Settings => ({
  apiKey: options.apiKey ?? "ecca-simulator-key",
  webhookSecrets: options.webhookSecrets ?? ["ecca-simulator-webhook-secret"],
  signing: options.signing ?? {},
  defaultUrls: options.defaultUrls ?? {},
  ttl: millis(options.ttl ?? "20 minutes"),
  unpaidLimit: options.unpaidLimit ?? 10,
  settlementFee: options.settlementFee ?? "2.00",
  catalog: Catalog.make(options.currencies, options.paymentMethods),
  createEdition: options.createEdition ?? 2,
  createStatus: options.createStatus ?? 201,
  absentFields: options.absentFields ?? "mixed",
  emptyInvoiceList: options.emptyInvoiceList ?? "200",
  cooldownMetaIn: options.cooldownMetaIn ?? "meta",
  automaticWebhooks: options.webhooks !== "manual",
  webhookRetries: (options.webhookRetries ?? defaultRetries).map(millis),
  anyWebhookHost: options.webhookHosts === "any"
})

const millis = (duration: Duration.Input): number => Duration.toMillis(Duration.fromInputUnsafe(duration))
