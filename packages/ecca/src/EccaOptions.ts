/**
 * What can be set about an Ecca account, in code or by environment variables.
 */
import * as Currency from "@gatefold/core/Currency"
import type { InvoiceId } from "@gatefold/core/Identifiers"
import type { CommonOptions } from "@gatefold/core/Provider"
import * as Settings from "@gatefold/core/Settings"
import type { Mode } from "@gatefold/core/WebhookEvent"
import * as Config from "effect/Config"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** The provider's host and version, as its guides print it [INTRO]. */
export const productionUrl = "https://api.ecca-ex.com/api/v1"

type Secrets = readonly [Redacted.Redacted, ...ReadonlyArray<Redacted.Redacted>]

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

export interface EccaOptions extends CommonOptions {
  /** `ECCA_API_KEY` */
  readonly apiKey: Redacted.Redacted
  /** `ECCA_BASE_URL` @default productionUrl */
  readonly baseUrl?: string | undefined
  /** How webhooks are proven. `ECCA_WEBHOOK_PROOF` @default "signature+readback" */
  readonly webhookProof?: Mode | undefined
  /** The current secret first, then older ones. `ECCA_WEBHOOK_SECRETS`; needed unless the proof is `readback`. */
  readonly webhookSecrets?: Secrets | undefined
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
  /** Whether the application knows an invoice; asked before a webhook makes us read it. */
  readonly owns?: ((id: InvoiceId) => Effect.Effect<boolean>) | undefined
  /** For a rate limiter, a circuit breaker or a proxy. It must not repeat requests. */
  readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
}

const proofs = ["signature+readback", "signature", "readback"] as const

const proof = Settings.choice("ECCA_WEBHOOK_PROOF", proofs, "signature+readback")

const optional = (variable: string): Config.Config<string | undefined> =>
  Config.String(variable).pipe(Config.withDefault(undefined))

/** @internal */
export const settings: Settings.Settings<EccaOptions> = {
  account: optional("ECCA_ACCOUNT"),
  apiKey: Settings.secret("ECCA_API_KEY"),
  baseUrl: Settings.baseUrl("ECCA_BASE_URL", productionUrl),
  webhookProof: proof,
  webhookSecrets: proof.pipe(
    Config.flatMap((mode): Config.Config<Secrets | undefined> =>
      mode === "readback" ? Config.succeed(undefined) : Settings.secrets("ECCA_WEBHOOK_SECRETS")
    )
  ),
  webhookSignedText: optional("ECCA_WEBHOOK_SIGNED_TEXT"),
  webhookEncoding: Settings.choice("ECCA_WEBHOOK_ENCODING", ["hex", "base64"], "hex"),
  webhookPrefix: optional("ECCA_WEBHOOK_PREFIX"),
  webhookAlgorithm: Settings.choice("ECCA_WEBHOOK_ALGORITHM", ["sha256", "sha384", "sha512"], "sha256"),
  webhookTolerance: Config.Duration("ECCA_WEBHOOK_TOLERANCE").pipe(Config.withDefault(undefined)),
  payloadFields: Config.all({
    status: optional("ECCA_WEBHOOK_STATUS_FIELD"),
    amount: optional("ECCA_WEBHOOK_AMOUNT_FIELD"),
    currency: optional("ECCA_WEBHOOK_CURRENCY_FIELD"),
    adjustedAmount: optional("ECCA_WEBHOOK_ADJUSTED_AMOUNT_FIELD")
  }),
  webhookUrl: optional("ECCA_WEBHOOK_URL"),
  withdrawalCurrency: optional("ECCA_WITHDRAWAL_CURRENCY"),
  cancelBody: Config.schema(Schema.fromJsonString(Schema.Json), "ECCA_CANCEL_BODY").pipe(Config.withDefault(undefined))
}

const wrong = (variable: string, expected: string) =>
  new Settings.Problem({ variable, issue: `is wrong: Expected ${expected}` })

/** Without these fields a signature proves a payload that cannot be read. */
const missing = (variable: string, value: string | undefined) =>
  value === undefined ? [new Settings.Problem({ variable, issue: "is missing" })] : []

/** @internal What the types of the options cannot say. */
export const check = (options: EccaOptions): ReadonlyArray<Settings.Problem> => {
  const mode = options.webhookProof ?? "signature+readback"
  const secrets = options.webhookSecrets ?? []
  const { amount, currency, status } = options.payloadFields ?? {}
  return [
    ...Settings.checkSecret("ECCA_API_KEY", options.apiKey),
    ...secrets.flatMap((secret) => Settings.checkSecret("ECCA_WEBHOOK_SECRETS", secret)),
    ...mode === "readback" ? [] : missing("ECCA_WEBHOOK_SECRETS", secrets.length === 0 ? undefined : "present"),
    ...mode === "signature"
      ? [
        ...missing("ECCA_WEBHOOK_STATUS_FIELD", status),
        ...missing("ECCA_WEBHOOK_AMOUNT_FIELD", amount),
        ...missing("ECCA_WEBHOOK_CURRENCY_FIELD", currency)
      ]
      : [],
    ...(options.webhookSignedText ?? "{body}").includes("{body}")
      ? []
      : [wrong("ECCA_WEBHOOK_SIGNED_TEXT", "a text with {body} in it")],
    ...Settings.checkUrl("ECCA_BASE_URL", options.baseUrl ?? productionUrl),
    ...options.webhookUrl === undefined ? [] : Settings.checkUrl("ECCA_WEBHOOK_URL", options.webhookUrl),
    ...Currency.parse(options.withdrawalCurrency ?? "USDT") === undefined
      ? [wrong("ECCA_WITHDRAWAL_CURRENCY", "a currency such as USDT or USDT@TRON")]
      : []
  ]
}
