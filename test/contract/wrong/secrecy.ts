import { GatewayError, InvalidResponse, NotFound } from "@gatefold/core/GatewayError"
import * as Invoice from "@gatefold/core/Invoice"
import { Invoices, type Service } from "@gatefold/core/Invoices"
import { WebhookEvents } from "@gatefold/core/WebhookEvents"
import { Effect, Metric } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { withService, withTransport, type Wrong } from "../Wrong.ts"

/** The simulator's own. */
const key = "ecca-simulator-key"

const calls = Metric.counter("my_calls")

const withGet = (spoil: (get: Service["get"]) => Service["get"]) =>
  withService(ecca, Invoices, (service) => ({ ...service, get: spoil(service.get) }))

export const secrecy: ReadonlyArray<Wrong> = [
  {
    name: "sends its key in the address",
    caughtBy: "secret-in-url",
    subject: withTransport(ecca, HttpClient.mapRequest(HttpClientRequest.setUrlParam("api_key", key)))
  },
  {
    name: "leaks its key in an error",
    caughtBy: "secret-in-error",
    subject: withGet((get) => (lookup) =>
      Effect.mapError(
        get(lookup),
        (error) =>
          new GatewayError({ ...error, reason: new InvalidResponse({ path: "status", issue: `refused for ${key}` }) })
      )
    )
  },
  {
    name: "leaks its key, encoded, in an error",
    caughtBy: "secret-in-error",
    found: /authorization: Basic/u,
    subject: withGet((get) => (lookup) =>
      Effect.mapError(get(lookup), (error) => {
        const issue = `authorization: Basic ${Buffer.from(key).toString("base64")}`
        return new GatewayError({ ...error, reason: new InvalidResponse({ path: "headers", issue }) })
      })
    )
  },
  {
    name: "shows its key to whoever asks for what does not exist",
    caughtBy: "secret-in-refusal",
    subject: withGet((get) => (lookup) =>
      Effect.mapError(
        get(lookup),
        (error) =>
          error.reason._tag === "NotFound" ? new GatewayError({ ...error, reason: new NotFound({ code: key }) }) : error
      )
    )
  },
  {
    name: "leaks its key in a span",
    caughtBy: "secret-in-span",
    subject: withGet((get) => (lookup) => Effect.withSpan(get(lookup), "get", { attributes: { "x-api-key": key } }))
  },
  {
    name: "leaks its key in a log, for debugging",
    caughtBy: "secret-in-log",
    subject: withGet((get) => (lookup) => Effect.andThen(Effect.logTrace("get", { headers: { key } }), get(lookup)))
  },
  {
    name: "leaks its key in a metric",
    caughtBy: "secret-in-metric",
    subject: withGet((get) => (lookup) =>
      Effect.andThen(Metric.update(Metric.withAttributes(calls, { key }), 1), get(lookup))
    )
  },
  {
    name: "leaks its key in a result",
    caughtBy: "secret-in-result",
    subject: withGet((get) => (lookup) =>
      Effect.map(get(lookup), (invoice) => Invoice.make({ ...invoice, providerStatus: `as seen by ${key}` }))
    )
  },
  {
    name: "keeps its key in the open",
    caughtBy: "secret-in-services",
    subject: withService(ecca, Invoices, (service) => ({ ...service, options: { key } }))
  },
  {
    name: "logs who orders",
    caughtBy: "person-in-telemetry",
    subject: withService(ecca, Invoices, (service) => ({
      ...service,
      create: (asked) => Effect.andThen(Effect.logInfo(`create for ${asked.customer}`), service.create(asked))
    }))
  },
  {
    name: "logs the bodies of webhooks",
    caughtBy: "person-in-telemetry",
    subject: withService(ecca, WebhookEvents, (service) => ({
      ...service,
      receive: (webhook) =>
        Effect.andThen(Effect.logInfo(new TextDecoder().decode(webhook.body)), service.receive(webhook))
    }))
  }
]
