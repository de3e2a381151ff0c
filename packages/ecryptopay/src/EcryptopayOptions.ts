/**
 * What can be set about an ecryptopay account, in code or by environment variables.
 */
import * as Currency from "@gatefold/core/Currency"
import type { CommonOptions } from "@gatefold/core/Provider"
import * as Settings from "@gatefold/core/Settings"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"

/** The provider's host and version, as its page prints it. */
export const productionUrl = "https://ecryptopay.com/api/v1"

/** How long a quote holds: the documented 25 seconds. */
export const quoteLasts = Duration.seconds(25)

/**
 * What the provider's `state` words mean. None is documented, so every list is empty until the merchant fills it; a word
 * that is in no list is never taken for paid.
 */
export interface States {
  readonly open: ReadonlyArray<string>
  readonly processing: ReadonlyArray<string>
  /** Something was received, and less than what is due. */
  readonly underpaid: ReadonlyArray<string>
  readonly paid: ReadonlyArray<string>
  readonly overpaid: ReadonlyArray<string>
  /** Paid in full after it expired. */
  readonly late: ReadonlyArray<string>
  readonly lateOverpaid: ReadonlyArray<string>
  readonly failed: ReadonlyArray<string>
  readonly expired: ReadonlyArray<string>
  readonly canceled: ReadonlyArray<string>
  /** Paid, and taken back. */
  readonly reversed: ReadonlyArray<string>
}

export interface EcryptopayOptions extends CommonOptions {
  /** The dashboard's account. `ECRYPTOPAY_EMAIL` */
  readonly email: Redacted.Redacted
  /** `ECRYPTOPAY_PASSWORD` */
  readonly password: Redacted.Redacted
  /** From the dashboard's API settings. `ECRYPTOPAY_CLIENT_ID` */
  readonly clientId: Redacted.Redacted
  /** `ECRYPTOPAY_CLIENT_SECRET` */
  readonly clientSecret: Redacted.Redacted
  /** `ECRYPTOPAY_BASE_URL` @default productionUrl */
  readonly baseUrl?: string | undefined
  /** The asset that customers pay in unless a payment says otherwise. `ECRYPTOPAY_PAY_WITH` @default "BTC" */
  readonly payWith?: string | undefined
  /** `ECRYPTOPAY_PAID_STATES` and so on, words separated by commas @default none */
  readonly states?: Partial<States> | undefined
  /** How long a quote holds from when it was asked for. `ECRYPTOPAY_QUOTE_LASTS` @default quoteLasts */
  readonly quoteLasts?: Duration.Duration | undefined
}

/** @internal */
export const settings: Settings.Settings<EcryptopayOptions> = {
  email: Settings.password("ECRYPTOPAY_EMAIL"),
  password: Settings.password("ECRYPTOPAY_PASSWORD"),
  clientId: Settings.password("ECRYPTOPAY_CLIENT_ID"),
  clientSecret: Settings.password("ECRYPTOPAY_CLIENT_SECRET"),
  baseUrl: Settings.baseUrl("ECRYPTOPAY_BASE_URL", productionUrl),
  payWith: Settings.text("ECRYPTOPAY_PAY_WITH"),
  quoteLasts: Config.Duration("ECRYPTOPAY_QUOTE_LASTS").pipe(Config.withDefault(undefined)),
  states: Config.all({
    open: Settings.words("ECRYPTOPAY_OPEN_STATES"),
    processing: Settings.words("ECRYPTOPAY_PROCESSING_STATES"),
    underpaid: Settings.words("ECRYPTOPAY_UNDERPAID_STATES"),
    paid: Settings.words("ECRYPTOPAY_PAID_STATES"),
    overpaid: Settings.words("ECRYPTOPAY_OVERPAID_STATES"),
    late: Settings.words("ECRYPTOPAY_LATE_STATES"),
    lateOverpaid: Settings.words("ECRYPTOPAY_LATE_OVERPAID_STATES"),
    failed: Settings.words("ECRYPTOPAY_FAILED_STATES"),
    expired: Settings.words("ECRYPTOPAY_EXPIRED_STATES"),
    canceled: Settings.words("ECRYPTOPAY_CANCELED_STATES"),
    reversed: Settings.words("ECRYPTOPAY_REVERSED_STATES")
  })
}

const isAsset = (text: string): boolean => !text.includes("@") && Currency.parse(text) !== undefined

/** @internal What the types of the options cannot say. */
export const check = (options: Partial<EcryptopayOptions>): ReadonlyArray<Settings.Problem> => {
  const words = Object.values(options.states ?? {}).flat()
  const lasts = options.quoteLasts ?? quoteLasts
  return [
    ...Settings.checkPassword("ECRYPTOPAY_EMAIL", options.email),
    ...Settings.checkPassword("ECRYPTOPAY_PASSWORD", options.password),
    ...Settings.checkPassword("ECRYPTOPAY_CLIENT_ID", options.clientId),
    ...Settings.checkPassword("ECRYPTOPAY_CLIENT_SECRET", options.clientSecret),
    ...Settings.checkUrl("ECRYPTOPAY_BASE_URL", options.baseUrl),
    ...new Set(words).size < words.length ? [Settings.wrong("ECRYPTOPAY_*_STATES", "each word in one list only")] : [],
    ...isAsset(options.payWith ?? "BTC")
      ? []
      : [Settings.wrong("ECRYPTOPAY_PAY_WITH", "an asset such as BTC, without a network")],
    ...Duration.isGreaterThan(lasts, quoteLasts) || !Duration.isGreaterThan(lasts, Duration.zero)
      ? [Settings.wrong("ECRYPTOPAY_QUOTE_LASTS", "more than nothing and at most the documented 25 seconds")]
      : []
  ]
}
