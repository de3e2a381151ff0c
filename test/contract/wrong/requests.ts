import type { Subject } from "@gatefold/testkit/Subject"
import { HttpBody, HttpClient, HttpClientRequest } from "effect/http"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { withTransport, type Wrong } from "../Wrong.ts"

/** The same adapter that writes another text into the bodies of its requests. */
const sending = (subject: Subject, rewrite: (body: string) => string, type = "application/json"): Subject =>
  withTransport(
    subject,
    HttpClient.mapRequest((request) =>
      request.body._tag === "Uint8Array"
        ? HttpClientRequest.setBody(
          request,
          HttpBody.text(rewrite(new TextDecoder().decode(request.body.body)), type)
        )
        : request
    )
  )

/** The same adapter that asks at another address. */
const asking = (subject: Subject, rewrite: (url: string) => string): Subject =>
  withTransport(
    subject,
    HttpClient.mapRequest((request) => HttpClientRequest.setUrl(request, rewrite(request.url)))
  )

const amount = /"amount":"([^"]*)"/u

export const requests: ReadonlyArray<Wrong> = [
  {
    name: "asks for webhooks by another field than is documented",
    caughtBy: "golden-requests",
    subject: sending(ecca, (body) => body.replace("callback_url", "webhook_url"))
  },
  {
    name: "creates at another path than is documented",
    caughtBy: "golden-requests",
    found: /came unexpectedly: POST \/api\/v1\/payments /u,
    subject: asking(ecryptopay, (url) => url.replace(/\/payments\/$/u, "/payments"))
  },
  {
    name: "leaves out who the customer is",
    caughtBy: "golden-requests",
    subject: sending(ecca, (body) => body.replace(/"customer_id":"[^"]*",/u, ""))
  },
  {
    name: "asks for pages by a parameter that nobody documented",
    caughtBy: "golden-requests",
    subject: withTransport(ecca, HttpClient.mapRequest(HttpClientRequest.appendUrlParam("limit", "20")))
  },
  {
    name: "signs in with each request as to a web page",
    caughtBy: "golden-requests",
    subject: withTransport(
      ecryptopay,
      HttpClient.mapRequest(HttpClientRequest.setHeader("authorization", "Basic c2hvcDpzZWNyZXQ="))
    )
  },
  {
    name: "is recorded for some of its operations alone",
    caughtBy: "golden-for-each-operation",
    found: /invoices\.cancel/u,
    subject: { ...ecca, golden: ecryptopay.golden }
  },
  {
    name: "asks another host than its settings name",
    caughtBy: "requests-stay-at-the-provider",
    subject: asking(ecca, (url) => url.replace("127.0.0.1", "localhost"))
  },
  {
    name: "labels JSON as plain text",
    caughtBy: "json-is-labelled",
    found: /requests with a body that is not labelled should be \[\]/u,
    subject: sending(ecryptopay, (body) => body, "text/plain")
  },
  {
    name: "drops the reference of an order",
    caughtBy: "create-carries-its-reference",
    found: /should say so/u,
    subject: sending(ecca, (body) => body.replace(/"external_id":"[^"]*"/u, "\"external_id\":\"order\""))
  },
  {
    name: "sends amounts as floats",
    caughtBy: "amount-is-sent-in-full",
    found: /should be sent, and this is/u,
    subject: sending(ecca, (body) => body.replace(amount, (_, text) => `"amount":${Number(text)}`))
  },
  {
    name: "counts minor units with a float",
    caughtBy: "amount-is-sent-in-full",
    subject: sending(
      ecryptopay,
      (body) => body.replace(amount, (_, text) => `"amount":"${Math.floor(Number(text) * 100)}"`)
    )
  },
  {
    name: "sends whole amounts only",
    caughtBy: "amount-is-sent-in-full",
    subject: sending(ecca, (body) => body.replace(amount, (_, text: string) => `"amount":"${text.split(".")[0]}"`))
  }
]
