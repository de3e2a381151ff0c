/**
 * What can be set about an account at Template Pay, in code or by environment variables.
 */
import type { CommonOptions } from "@gatefold/core/Provider"
import * as Settings from "@gatefold/core/Settings"
import type * as Redacted from "effect/Redacted"

/** Beside what every adapter's options may hold. */
export interface TemplateOptions extends CommonOptions {
  /** `TEMPLATE_API_KEY` */
  readonly apiKey: Redacted.Redacted
  /** The current secret first, then older ones. `TEMPLATE_WEBHOOK_SECRETS` */
  readonly webhookSecrets: readonly [Redacted.Redacted, ...ReadonlyArray<Redacted.Redacted>]
  /** `TEMPLATE_BASE_URL` @default the production host */
  readonly baseUrl?: string | undefined
}

// invented: where Template Pay is
export const productionUrl = "https://api.template.example"

/** How they are read. */
export const settings: Settings.Settings<TemplateOptions> = {
  apiKey: Settings.secret("TEMPLATE_API_KEY"),
  webhookSecrets: Settings.secrets("TEMPLATE_WEBHOOK_SECRETS"),
  baseUrl: Settings.baseUrl("TEMPLATE_BASE_URL", productionUrl)
}

/** What their types cannot say. */
export const check = (options: Partial<TemplateOptions>): ReadonlyArray<Settings.Problem> => {
  const { apiKey, baseUrl, webhookSecrets = [] } = options
  return [
    ...Settings.checkSecret("TEMPLATE_API_KEY", apiKey),
    ...webhookSecrets.flatMap((secret) => Settings.checkSecret("TEMPLATE_WEBHOOK_SECRETS", secret)),
    ...Settings.checkUrl("TEMPLATE_BASE_URL", baseUrl)
  ]
}
