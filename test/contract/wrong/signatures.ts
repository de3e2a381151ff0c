import { RawWebhook } from "@gatefold/core"
import { Effect, Redacted, Result } from "effect"
import * as ConfigProvider from "effect/ConfigProvider"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import type { Wrong } from "../Wrong.ts"
import { eccaChecking, eccaWith, told, unchecked, webhooksOf, withText } from "./proving.ts"

const signatureOf = (webhook: RawWebhook.RawWebhook): string => webhook.header("x-signature") ?? ""

/** Every secret that was ever configured. */
const everSeen = new Set<string>()

/** Ecca that proves by the signature alone, within another time. */
const within = (tolerance: string) => {
  const variant = ecca.variants?.["proof by signature"]
  const settings = { ...variant?.settings, ECCA_WEBHOOK_TOLERANCE: tolerance }
  return { ...ecca, variants: { ...ecca.variants, "proof by signature": { ...variant, settings } } }
}

const anySecret = ConfigProvider.fromEnvRecord({ ECCA_WEBHOOK_SECRETS: "0" })

const configuredAnyhow = Effect.flatMap(
  ConfigProvider.ConfigProvider,
  (settings) =>
    Effect.provideService(
      ecca.provider.configured,
      ConfigProvider.ConfigProvider,
      ConfigProvider.orElse(anySecret, settings)
    )
)

export const signatures: ReadonlyArray<Wrong> = [
  {
    name: "finds every signature right",
    caughtBy: "webhook-of-wrong-secret-is-rejected",
    found: /signed with a wrong secret, should be rejected/u,
    subject: webhooksOf(ecca, ({ admit }) => ({
      admit: (webhook) => Effect.catch(admit(webhook), () => unchecked(webhook))
    }))
  },
  {
    name: "takes a webhook without a signature for one that needs none",
    caughtBy: "webhook-without-proper-signature-is-rejected",
    subject: webhooksOf(ecca, ({ admit }) => ({
      admit: (webhook) => signatureOf(webhook) === "" ? unchecked(webhook) : admit(webhook)
    }))
  },
  {
    name: "dies of a signature of another length",
    caughtBy: "webhook-without-proper-signature-is-rejected",
    found: /must have the same length/u,
    subject: webhooksOf(ecca, ({ admit }) => ({
      admit: (webhook) =>
        signatureOf(webhook).length === 64 ? admit(webhook) : Effect.die(new RangeError("must have the same length"))
    }))
  },
  {
    name: "compares only the beginning of a signature",
    caughtBy: "webhook-signature-is-compared-whole",
    found: /right in its first half/u,
    subject: eccaChecking(({ admit }, sign) => (webhook) =>
      Effect.flatMap(sign(webhook), (right) => {
        const beginning = right["x-signature"]?.slice(0, 16) ?? ""
        return signatureOf(webhook).startsWith(beginning)
          ? admit(RawWebhook.make({ ...webhook, headers: { ...webhook.headers, ...right } }))
          : admit(webhook)
      })
    )
  },
  {
    name: "takes two signatures for more than one",
    caughtBy: "webhook-of-two-signatures-is-not-half-believed",
    subject: webhooksOf(ecca, ({ admit }) => ({
      admit: (webhook) => signatureOf(webhook).split(", ").length === 2 ? unchecked(webhook) : admit(webhook)
    }))
  },
  {
    name: "takes the line feed at the end of a body away before it checks the signature",
    caughtBy: "webhook-of-altered-body-is-rejected",
    subject: webhooksOf(ecca, ({ admit }) => ({
      admit: (webhook) => admit(withText(webhook, (text) => text.replace(/\n$/u, "")))
    }))
  },
  {
    name: "compares a signature with that of JSON which it wrote out again",
    caughtBy: "webhook-of-rewritten-body-is-rejected",
    subject: webhooksOf(ecca, ({ admit }) => ({
      admit: (webhook) => admit(withText(webhook, () => JSON.stringify(told(webhook))))
    }))
  },
  {
    name: "reads bodies as text with line ends of one kind",
    caughtBy: "webhook-of-spaced-body-is-accepted",
    subject: webhooksOf(ecca, ({ admit }) => ({
      admit: (webhook) => admit(withText(webhook, (text) => text.replaceAll("\r\n", "\n")))
    }))
  },
  {
    name: "believes webhooks that were signed long ago",
    caughtBy: "webhook-of-another-time-is-rejected",
    variant: "proof by signature",
    subject: within("3650 days")
  },
  {
    name: "believes webhooks that were signed a second too long ago",
    caughtBy: "webhook-of-another-time-is-rejected",
    found: /signed 301000 ms ago should be rejected/u,
    variant: "proof by signature",
    subject: within("301 seconds")
  },
  {
    name: "rejects webhooks that are as old as they may be",
    caughtBy: "webhook-of-another-time-is-rejected",
    found: /signed 300000 ms ago should become an event/u,
    variant: "proof by signature",
    subject: within("299 seconds")
  },
  {
    name: "knows only the first of its secrets",
    caughtBy: "webhook-secrets-can-be-rotated",
    subject: eccaWith((options) => {
      const [first] = options.webhookSecrets ?? []
      return first === undefined ? options : { ...options, webhookSecrets: [first] }
    })
  },
  {
    name: "goes on believing a secret that was taken out",
    caughtBy: "webhook-secrets-can-be-rotated",
    found: /a secret that was taken out should be rejected/u,
    subject: eccaWith((options) => {
      const [first, ...others] = options.webhookSecrets ?? []
      if (first === undefined) return options
      const before = [...everSeen].map((secret) => Redacted.make(secret))
      for (const secret of [first, ...others]) everSeen.add(Redacted.value(secret))
      return { ...options, webhookSecrets: [first, ...others, ...before] }
    })
  },
  {
    name: "starts without a webhook secret",
    caughtBy: "empty-webhook-secret-is-refused",
    subject: {
      ...ecca,
      provider: {
        ...ecca.provider,
        configured: Effect.filterOrElse(ecca.provider.configured, Result.isSuccess, () => configuredAnyhow)
      }
    }
  }
]
