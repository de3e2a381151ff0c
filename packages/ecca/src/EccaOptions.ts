/**
 * What can be set about an Ecca account, in code or by environment variables.
 */
import * as Currency from "@gatefold/core/Currency"
import type { CommonOptions } from "@gatefold/core/Provider"
import { isSecure } from "@gatefold/core/SecureUrl"
import * as Settings from "@gatefold/core/Settings"
import * as WebhookProof from "@gatefold/core/WebhookProof"
import * as Config from "effect/Config"
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** The provider's host and version, as its guides print it [INTRO]. */
export const productionUrl = "https://api.ecca-ex.com/api/v1"

/**
 * Where the merchant found these fields in the payload, as paths such as `data.status`: the documentation does not say.
 * `status`, `amount` and `currency` are needed in `signature` mode, `adjustedAmount` to know to what an invoice was adjusted.
 */
export interface PayloadFields {
  readonly status?: string | undefined
  readonly amount?: string | undefined
  readonly currency?: string | undefined
  readonly adjustedAmount?: string | undefined
}

export interface EccaOptions extends CommonOptions, WebhookProof.Options {
  /** `ECCA_API_KEY` */
  readonly apiKey: Redacted.Redacted
  /** `ECCA_BASE_URL` @default productionUrl */
  readonly baseUrl?: string | undefined
  /** What is signed. An assumption. `ECCA_WEBHOOK_SIGNED_TEXT` @default "{timestamp}.{body}" */
  readonly webhookSignedText?: string | undefined
  /** An assumption. `ECCA_WEBHOOK_ENCODING` @default "hex" */
  readonly webhookEncoding?: "hex" | "base64" | undefined
  /** What stands before the signature. An assumption. `ECCA_WEBHOOK_PREFIX` @default none */
  readonly webhookPrefix?: string | undefined
  /** An assumption. `ECCA_WEBHOOK_ALGORITHM` @default "sha256" */
  readonly webhookAlgorithm?: "sha256" | "sha384" | "sha512" | undefined
  /** How old a signature may be in `signature` mode. `ECCA_WEBHOOK_TOLERANCE` @default 5 minutes */
  readonly webhookTolerance?: Duration.Duration | undefined
  /** `ECCA_WEBHOOK_STATUS_FIELD`, `…_AMOUNT_FIELD`, `…_CURRENCY_FIELD`, `…_ADJUSTED_AMOUNT_FIELD` */
  readonly payloadFields?: PayloadFields | undefined
  /** Where webhooks go unless an invoice says otherwise. `ECCA_WEBHOOK_URL` @default what the dashboard says */
  readonly webhookUrl?: string | undefined
  /** The currency of withdrawals, which the API does not name. `ECCA_WITHDRAWAL_CURRENCY` @default "USDT" */
  readonly withdrawalCurrency?: string | undefined
  /**
   * The JSON body of the customer-side cancel call, which is not documented. Without it `Invoices.cancel` is absent.
   * `ECCA_CANCEL_BODY`
   */
  readonly cancelBody?: Schema.Json | undefined
}

/** @internal */
export const settings: Settings.Settings<EccaOptions> = {
  apiKey: Settings.secret("ECCA_API_KEY"),
  baseUrl: Settings.baseUrl("ECCA_BASE_URL", productionUrl),
  ...WebhookProof.settings("ECCA", ["signature", "readback"]),
  webhookSignedText: Settings.text("ECCA_WEBHOOK_SIGNED_TEXT"),
  webhookEncoding: Settings.choice("ECCA_WEBHOOK_ENCODING", ["hex", "base64"], "hex"),
  webhookPrefix: Settings.text("ECCA_WEBHOOK_PREFIX"),
  webhookAlgorithm: Settings.choice("ECCA_WEBHOOK_ALGORITHM", ["sha256", "sha384", "sha512"], "sha256"),
  webhookTolerance: Config.Duration("ECCA_WEBHOOK_TOLERANCE").pipe(Config.withDefault(undefined)),
  payloadFields: Config.all({
    status: Settings.text("ECCA_WEBHOOK_STATUS_FIELD"),
    amount: Settings.text("ECCA_WEBHOOK_AMOUNT_FIELD"),
    currency: Settings.text("ECCA_WEBHOOK_CURRENCY_FIELD"),
    adjustedAmount: Settings.text("ECCA_WEBHOOK_ADJUSTED_AMOUNT_FIELD")
  }),
  webhookUrl: Settings.text("ECCA_WEBHOOK_URL"),
  withdrawalCurrency: Settings.text("ECCA_WITHDRAWAL_CURRENCY"),
  cancelBody: Config.schema(Schema.fromJsonString(Schema.Json), "ECCA_CANCEL_BODY").pipe(Config.withDefault(undefined))
}

const unless = (holds: boolean, variable: string, expected: string): ReadonlyArray<Settings.Problem> =>
  holds ? [] : [Settings.wrong(variable, expected)]

/** @internal What the types of the options cannot say. */
export const check = (options: Partial<EccaOptions>): ReadonlyArray<Settings.Problem> => {
  const { amount, currency, status } = options.payloadFields ?? {}
  const { webhookSignedText = "{body}", webhookUrl, withdrawalCurrency = "USDT" } = options
  return [
    ...Settings.checkSecret("ECCA_API_KEY", options.apiKey),
    ...WebhookProof.check("ECCA", options),
    // without these fields a signature proves a payload that cannot be read
    ...options.webhookProof === "signature"
      ? [
        ...Settings.needed("ECCA_WEBHOOK_STATUS_FIELD", status),
        ...Settings.needed("ECCA_WEBHOOK_AMOUNT_FIELD", amount),
        ...Settings.needed("ECCA_WEBHOOK_CURRENCY_FIELD", currency)
      ]
      : [],
    ...unless(webhookSignedText.includes("{body}"), "ECCA_WEBHOOK_SIGNED_TEXT", "a text with {body} in it"),
    // a time that is not signed can be written anew on any old webhook
    ...unless(
      options.webhookProof !== "signature" || (options.webhookSignedText ?? "{timestamp}").includes("{timestamp}"),
      "ECCA_WEBHOOK_SIGNED_TEXT",
      "a text with {timestamp} in it, by which the age is known"
    ),
    ...Settings.checkUrl("ECCA_BASE_URL", options.baseUrl),
    ...unless(webhookUrl === undefined || isSecure(webhookUrl), "ECCA_WEBHOOK_URL", "an https URL"),
    ...unless(
      Currency.parse(withdrawalCurrency) !== undefined,
      "ECCA_WITHDRAWAL_CURRENCY",
      "a currency such as USDT or USDT@TRON"
    )
  ]
}
