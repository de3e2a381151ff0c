/**
 * What can be set about a store at a BTCPay Server, in code or by environment variables.
 */
import type { CommonOptions } from "@gatefold/core/Provider"
import { SecureUrl } from "@gatefold/core/SecureUrl"
import * as Settings from "@gatefold/core/Settings"
import * as Config from "effect/Config"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

export interface BtcpayOptions extends CommonOptions {
  /** The server, which every merchant hosts or rents. `BTCPAY_BASE_URL` */
  readonly baseUrl: string
  /** `BTCPAY_STORE_ID` */
  readonly storeId: string
  /** A key that may create and view invoices, and view payouts. `BTCPAY_API_KEY` */
  readonly apiKey: Redacted.Redacted
  /** How webhooks are proven; a body states no amount, so none is believed alone. `BTCPAY_WEBHOOK_PROOF` */
  readonly webhookProof?: "signature+readback" | "readback" | undefined
  /** The current secret first, then older ones. `BTCPAY_WEBHOOK_SECRETS`; needed unless the proof is `readback`. */
  readonly webhookSecrets?: readonly [Redacted.Redacted, ...ReadonlyArray<Redacted.Redacted>] | undefined
  /** How many invoices webhooks may make us read in a minute. `BTCPAY_READ_BACKS_PER_MINUTE` @default 600 */
  readonly readBacksPerMinute?: number | undefined
  /** For a rate limiter, a circuit breaker or a proxy. It must not repeat requests. */
  readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
}

const StoreId = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9]{1,100}$/u, { message: "Expected letters and digits" })
)

const proof = Settings.choice("BTCPAY_WEBHOOK_PROOF", ["signature+readback", "readback"], "signature+readback")

/** How they are read. */
export const settings: Settings.Settings<BtcpayOptions> = {
  account: Settings.text("BTCPAY_ACCOUNT"),
  baseUrl: Config.schema(SecureUrl, "BTCPAY_BASE_URL"),
  storeId: Config.schema(StoreId, "BTCPAY_STORE_ID"),
  apiKey: Settings.secret("BTCPAY_API_KEY"),
  webhookProof: proof,
  // a proof that is wrong is reported by itself, and must not hide what is wrong with the secrets
  webhookSecrets: Config.orElse(proof, () => Config.succeed("signature+readback")).pipe(
    Config.flatMap((mode): Config.Config<BtcpayOptions["webhookSecrets"]> =>
      mode === "readback" ? Config.succeed(undefined) : Settings.secrets("BTCPAY_WEBHOOK_SECRETS")
    )
  ),
  readBacksPerMinute: Settings.count("BTCPAY_READ_BACKS_PER_MINUTE")
}

/** What their types cannot say. */
export const check = (options: Partial<BtcpayOptions>): ReadonlyArray<Settings.Problem> => {
  const { apiKey, baseUrl, readBacksPerMinute, storeId, webhookProof, webhookSecrets = [] } = options
  return [
    ...Settings.checkUrl("BTCPAY_BASE_URL", baseUrl),
    ...storeId === undefined || Schema.is(StoreId)(storeId)
      ? []
      : [Settings.wrong("BTCPAY_STORE_ID", "letters and digits")],
    ...Settings.checkSecret("BTCPAY_API_KEY", apiKey),
    ...webhookSecrets.flatMap((secret) => Settings.checkSecret("BTCPAY_WEBHOOK_SECRETS", secret)),
    ...webhookProof === "readback" ? [] : Settings.needed("BTCPAY_WEBHOOK_SECRETS", webhookSecrets[0]),
    ...Settings.checkCount("BTCPAY_READ_BACKS_PER_MINUTE", readBacksPerMinute)
  ]
}
