/**
 * What can be set about a store at a BTCPay Server, in code or by environment variables.
 */
import type { CommonOptions } from "@gatefold/core/Provider"
import * as Settings from "@gatefold/core/Settings"
import * as WebhookProof from "@gatefold/core/WebhookProof"
import type * as Redacted from "effect/Redacted"

/** A body states no amount, so that no signature is believed alone. */
export interface BtcpayOptions extends CommonOptions, WebhookProof.Options<"signature+readback" | "readback"> {
  /** The server, which every merchant hosts or rents. `BTCPAY_BASE_URL` */
  readonly baseUrl: string
  /** `BTCPAY_STORE_ID` */
  readonly storeId: string
  /** A key that may create and view invoices, and view payouts. `BTCPAY_API_KEY` */
  readonly apiKey: Redacted.Redacted
}

const storeId: Settings.Form = {
  expected: "letters and digits",
  test: (text) => /^[A-Za-z0-9]{1,100}$/u.test(text)
}

/** How they are read. */
export const settings: Settings.Settings<BtcpayOptions> = {
  baseUrl: Settings.baseUrl("BTCPAY_BASE_URL"),
  storeId: Settings.requiredText("BTCPAY_STORE_ID", storeId),
  apiKey: Settings.secret("BTCPAY_API_KEY"),
  ...WebhookProof.settings("BTCPAY", ["readback"])
}

/** What their types cannot say. */
export const check = (options: Partial<BtcpayOptions>): ReadonlyArray<Settings.Problem> => [
  ...Settings.checkUrl("BTCPAY_BASE_URL", options.baseUrl),
  ...Settings.checkText("BTCPAY_STORE_ID", options.storeId, storeId),
  ...Settings.checkSecret("BTCPAY_API_KEY", options.apiKey),
  ...WebhookProof.check("BTCPAY", options)
]
