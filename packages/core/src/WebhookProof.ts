/**
 * The settings of an account that say how its webhooks are proven, and with which secrets.
 */
import * as Config from "effect/Config"
import type * as Redacted from "effect/Redacted"
import * as Settings from "./Settings.ts"
import type { Mode } from "./WebhookEvent.ts"
import type { Proving } from "./Webhooks.ts"
import type { Scheme } from "./WebhookSignature.ts"

/** The current secret first, then older ones. */
export type Secrets = readonly [Redacted.Redacted, ...ReadonlyArray<Redacted.Redacted>]

/** The part of an adapter's options; `M` are the modes that may be chosen. */
export interface Options<M extends Mode = Mode> {
  /** How webhooks are proven. `…_WEBHOOK_PROOF` @default "signature+readback" */
  readonly webhookProof?: M | undefined
  /** The current secret first, then older ones. `…_WEBHOOK_SECRETS`; needed unless the proof is `readback`. */
  readonly webhookSecrets?: Secrets | undefined
}

/** What is not said is proven in both ways. */
const standard = "signature+readback"

type Standard = typeof standard

/** How they are read, by variables that begin with `prefix`. `others` may be chosen beside the default. */
export const settings = <const M extends Mode = never>(prefix: string, others: ReadonlyArray<M> = []) => {
  const proof = Settings.choice<M | Standard>(`${prefix}_WEBHOOK_PROOF`, [standard, ...others], standard)
  return {
    webhookProof: proof,
    // a proof that is wrong is reported by itself, and must not hide what is wrong with the secrets
    webhookSecrets: Config.orElse(proof, () => Config.succeed<Mode>(standard)).pipe(
      Config.flatMap((mode): Config.Config<Secrets | undefined> =>
        mode === "readback" ? Config.succeed(undefined) : Settings.secrets(`${prefix}_WEBHOOK_SECRETS`)
      )
    )
  }
}

/** What is wrong with them. For an adapter's `check`. */
export const check = (
  prefix: string,
  { webhookProof = standard, webhookSecrets: secrets }: Options
): ReadonlyArray<Settings.Problem> => {
  const variable = `${prefix}_WEBHOOK_SECRETS`
  return [
    ...(secrets ?? []).flatMap((secret) => Settings.checkSecret(variable, secret)),
    ...webhookProof === "readback" ? [] : Settings.needed(variable, secrets?.[0])
  ]
}

/** How the webhooks of an account with these options are proven, if `check` finds nothing wrong. */
export const proving = (
  { webhookProof: mode = standard, webhookSecrets: secrets }: Options,
  scheme: Scheme
): Proving => mode === "readback" || secrets === undefined ? { mode: "readback" } : { mode, scheme, secrets }
