import { Invoices } from "@gatefold/core/Invoices"
import { Effect, Metric } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { withService, withTransport, type Wrong } from "../Wrong.ts"

const withoutAgent = (request: HttpClientRequest.HttpClientRequest) =>
  HttpClientRequest.setHeader(request, "user-agent", "")

export const observability: ReadonlyArray<Wrong> = [
  {
    name: "leaves no span",
    caughtBy: "calls-have-spans",
    subject: withService(ecca, Invoices, (service) => ({
      ...service,
      get: (lookup) => Effect.withTracerEnabled(service.get(lookup), false)
    }))
  },
  {
    name: "counts nothing",
    caughtBy: "calls-are-counted",
    subject: withService(ecca, Invoices, (service) => ({
      ...service,
      get: (lookup) => Effect.provideService(service.get(lookup), Metric.MetricRegistry, new Map())
    }))
  },
  {
    name: "does not count its failures",
    caughtBy: "failures-are-counted-by-reason",
    subject: withService(ecca, Invoices, (service) => ({
      ...service,
      get: (lookup) => Effect.provideService(service.get(lookup), Metric.MetricRegistry, new Map())
    }))
  },
  {
    name: "tells the provider of the program's own traces",
    caughtBy: "no-trace-headers",
    subject: withTransport(
      ecca,
      HttpClient.mapRequest(HttpClientRequest.setHeader("traceparent", `00-${"a".repeat(32)}-${"b".repeat(16)}-01`))
    )
  },
  {
    name: "does not say who it is",
    caughtBy: "user-agent-is-sent",
    subject: withTransport(ecca, HttpClient.mapRequest(withoutAgent))
  }
]
