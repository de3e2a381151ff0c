import * as Gateway from "@gatefold/core/Gateway"
import { GatewayError, InvalidResponse } from "@gatefold/core/GatewayError"
import { InvoiceId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import { Invoices } from "@gatefold/core/Invoices"
import { Payments } from "@gatefold/core/Payments"
import * as Settings from "@gatefold/core/Settings"
import * as Ecca from "@gatefold/ecca/Ecca"
import type { Subject } from "@gatefold/testkit/Subject"
import { Config, Context, Effect, Option, Redacted, Result, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { subject as template } from "../../../packages/testkit/template/test/contract.ts"
import { withService, withServices, withTransport, type Wrong } from "../Wrong.ts"

const withGateway = (subject: Subject, spoil: (gateway: Gateway.Service) => Gateway.Service): Subject =>
  withServices(
    subject,
    (services) => Context.add(services, Gateway.Gateway, spoil(Context.get(services, Gateway.Gateway)))
  )

const withConfigured = (
  subject: Subject,
  spoil: (configured: Subject["provider"]["configured"]) => Subject["provider"]["configured"]
): Subject => ({ ...subject, provider: { ...subject.provider, configured: spoil(subject.provider.configured) } })

const withProblems = (
  subject: Subject,
  spoil: (problems: ReadonlyArray<Settings.Problem>) => ReadonlyArray<Settings.Problem>
): Subject => withConfigured(subject, Effect.map(Result.mapError(spoil)))

/** What it connects as where its settings are wrong in this one. */
const withFallback = (variable: string, apiKey: string, proof: "readback" | "signature+readback"): Subject =>
  withConfigured(
    ecca,
    Effect.map((reading) =>
      Result.isFailure(reading) && reading.failure.every((problem) => problem.variable === variable)
        ? Result.succeed(
          Ecca.provider.layerAll({
            apiKey: Redacted.make(apiKey),
            webhookSecrets: [Redacted.make("fallback")],
            webhookProof: proof
          })
        )
        : reading
    )
  )

/** The generated package with the first key that was seen for a base URL. */
const keepingKeys = (): Subject => {
  const keys = new Map<string, string>()
  return withTransport(
    template,
    HttpClient.mapRequest((request) => {
      const { origin } = new URL(request.url)
      const key = keys.get(origin) ?? request.headers["authorization"] ?? ""
      keys.set(origin, key)
      return HttpClientRequest.setHeader(request, "authorization", key)
    })
  )
}

const sharingCredentials = (): Subject => {
  let first: Effect.Success<Subject["provider"]["configured"]> | undefined
  return withConfigured(ecca, Effect.map((reading) => first ??= reading))
}

export const identity: ReadonlyArray<Wrong> = [
  {
    name: "has no name for people",
    caughtBy: "provider-is-named",
    subject: { ...ecca, provider: { ...ecca.provider, name: " " } }
  },
  {
    name: "takes a currency that it cannot spell",
    caughtBy: "currencies-are-known",
    subject: { ...ecryptopay, provider: { ...ecryptopay.provider, currencies: ["mxn"] } }
  },
  {
    name: "offers another currency than can be ordered",
    caughtBy: "currencies-are-known",
    subject: withGateway(ecryptopay, (gateway) => ({ ...gateway, currencies: Effect.succeed([]) }))
  },
  {
    name: "calls native what it builds itself",
    caughtBy: "capabilities-are-as-declared",
    subject: withGateway(ecryptopay, (gateway) => ({
      ...gateway,
      capabilities: new Map(gateway.capabilities).set("invoices.create", "native")
    }))
  },
  {
    name: "swallows a cancel that it cannot do",
    caughtBy: "absent-is-unsupported",
    subject: withService(ecryptopay, Invoices, (service) => ({
      ...service,
      cancel: (id) =>
        Effect.succeed(
          Invoice.make({
            provider: ecryptopay.provider.id,
            account: ecryptopay.provider.account,
            id,
            status: "canceled"
          })
        )
    }))
  },
  {
    name: "crashes where it is asked for what it lacks",
    caughtBy: "absent-is-unsupported",
    found: /not implemented/u,
    subject: withService(
      ecryptopay,
      Invoices,
      (service) => ({ ...service, cancel: () => Effect.die("not implemented") })
    )
  },
  {
    name: "asks the provider before it says that it cannot do it",
    caughtBy: "absent-sends-nothing",
    subject: withService(ecca, Payments, (service) => ({
      ...service,
      create: (payment) => Effect.andThen(Stream.runDrain(service.list()), service.create(payment))
    }))
  },
  {
    name: "does not say why it lacks withdrawals",
    caughtBy: "absence-is-explained",
    subject: { ...ecryptopay, absent: { ...ecryptopay.absent, withdrawals: "" } }
  },
  {
    name: "says that it lacks what it has",
    caughtBy: "absence-is-explained",
    subject: { ...ecca, absent: { ...ecca.absent, catalog: "There is none." } }
  },
  {
    name: "does not say how the outcome of a create is found out",
    caughtBy: "writes-say-how-to-find-out",
    subject: withGateway(ecca, (gateway) => ({
      ...gateway,
      operations: new Map([...gateway.operations].map(([path, operation]) => [path, { ...operation, findOut: "" }]))
    }))
  },
  {
    name: "declares a create as a read",
    caughtBy: "writes-say-how-to-find-out",
    subject: withGateway(ecryptopay, (gateway) => ({
      ...gateway,
      operations: new Map([...gateway.operations].map(([path, operation]) => [path, { ...operation, kind: "read" }]))
    }))
  },
  {
    name: "takes the merchant's reference for the invoice's id",
    caughtBy: "created-invoice-reads-back",
    found: /IntegrityMismatch: asked for id order-/u,
    subject: withService(ecca, Invoices, (service) => ({
      ...service,
      create: (asked) =>
        Effect.map(
          service.create(asked),
          (invoice) => Invoice.make({ ...invoice, id: InvoiceId.make(asked.reference) })
        )
    }))
  },
  {
    name: "takes a 404 for an answer that it does not understand",
    caughtBy: "unknown-invoice-is-not-found",
    subject: withService(ecca, Invoices, (service) => ({
      ...service,
      get: (lookup) =>
        Effect.mapError(service.get(lookup), (error) =>
          error.reason._tag !== "NotFound" ? error : new GatewayError({
            ...error,
            reason: new InvalidResponse({ path: "status", issue: "404" })
          }))
    }))
  },
  {
    name: "names another variable than the one that is missing",
    caughtBy: "setting-missing-is-named",
    subject: withProblems(
      ecca,
      (problems) => problems.map(({ issue }) => new Settings.Problem({ issue, variable: "API_KEY" }))
    )
  },
  {
    name: "reports the first problem with its settings only",
    caughtBy: "settings-missing-are-all-named",
    subject: withProblems(ecryptopay, (problems) => problems.slice(0, 1))
  },
  {
    name: "accepts an empty API key",
    caughtBy: "setting-blank-is-refused",
    subject: withFallback("ECCA_API_KEY", "none", "signature+readback")
  },
  {
    name: "accepts an empty webhook secret",
    caughtBy: "setting-blank-is-refused",
    subject: withFallback("ECCA_WEBHOOK_SECRETS", "ecca-simulator-key", "readback")
  },
  {
    name: "quotes the value of a setting that is wrong",
    caughtBy: "settings-error-hides-values",
    found: /the error about ECCA_API_KEY shows a secret/u,
    subject: withConfigured(
      ecca,
      (configured) =>
        Effect.flatMap(
          configured,
          (reading) =>
            Effect.map(Effect.option(Config.String("ECCA_API_KEY")), (value) =>
              Result.mapError(reading, (problems) =>
                problems.map(({ variable }) =>
                  new Settings.Problem({
                    variable,
                    issue: `is wrong: ${
                      Option.getOrElse(value, () => "")
                    }`
                  })
                )))
        )
    )
  },
  {
    name: "signs in for every account with the credentials of the first",
    caughtBy: "accounts-keep-credentials-apart",
    found: /carries the credentials of another account|only one of two accounts/u,
    subject: sharingCredentials()
  },
  {
    name: "keeps keys in a variable of its module, by base URL",
    caughtBy: "accounts-keep-credentials-apart",
    found: /carries the credentials of another account/u,
    subject: keepingKeys(),
    right: template
  },
  {
    name: "waives a case that there is not",
    caughtBy: "waivers-name-cases",
    found: /waivers of no case/u,
    subject: { ...ecca, waived: { "cals-have-spans": "Not yet." } }
  },
  {
    name: "waives a case without a reason",
    caughtBy: "waivers-name-cases",
    found: /without a reason/u,
    subject: { ...ecca, waived: { "calls-have-spans": " " } }
  }
]
