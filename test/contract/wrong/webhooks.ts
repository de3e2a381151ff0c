import { GatewayError, Invoice, WebhookEvent, WebhookOwnership, WebhookRejected } from "@gatefold/core"
import { DateTime, Effect } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { withTransport, type Wrong } from "../Wrong.ts"
import { ecryptopayReading, told, webhooksOf, withText } from "./proving.ts"
import { changed } from "./rereading.ts"
import { rewriting } from "./rewriting.ts"
import { signatures } from "./signatures.ts"
import { webhookSamples } from "./webhookSamples.ts"

const rejected = (why: WebhookRejected.Why) =>
  new WebhookRejected.WebhookRejected({ provider: ecca.provider.id, account: ecca.provider.account, why, detail: "" })

const failed = (reason: GatewayError.Reason) =>
  new GatewayError.GatewayError({
    provider: ecca.provider.id,
    account: ecca.provider.account,
    operation: "webhookEvents.resolve",
    reason
  })

/** Reads the first payment of each list by itself, too, which renews its quote. */
const renewing = (client: HttpClient.HttpClient) =>
  HttpClient.transform(client, (sent, request) =>
    request.method === "GET" && request.url.endsWith("/payments")
      ? Effect.gen(function*() {
        const { headers, status, text } = yield* sent
        const list = yield* text
        const [, first = ""] = /"id":(\d+)/u.exec(list) ?? []
        yield* Effect.flatMap(
          client.execute(HttpClientRequest.setUrl(request, `${request.url}/${first}`)),
          ({ text }) => text
        )
        return HttpClientResponse.fromWeb(request, new Response(list, { status, headers }))
      })
      : sent)

export const webhooks: ReadonlyArray<Wrong> = [
  ...webhookSamples,
  ...signatures,
  {
    name: "says open of every invoice that a webhook is about",
    caughtBy: "webhook-becomes-an-event",
    subject: ecryptopayReading((invoices) => ({
      observe: (id) => Effect.map(invoices.get({ id }), changed(() => ({ status: "open", coverage: "none" })))
    }))
  },
  {
    name: "checks no signature, where one was declared",
    caughtBy: "webhook-proof-is-as-declared",
    subject: { ...ecca, settings: { ECCA_WEBHOOK_PROOF: "readback" } }
  },
  {
    name: "answers a kind of webhook that it does not know with 400",
    caughtBy: "unknown-event-is-acknowledged",
    subject: webhooksOf(ecca, ({ admit }) => ({
      admit: (webhook) =>
        Effect.mapError(admit(webhook), (error) => error.why === "UnknownEvent" ? rejected("InvalidPayload") : error)
    }))
  },
  {
    name: "dies of a body that is not as it expects",
    caughtBy: "odd-webhook-has-a-typed-answer",
    subject: webhooksOf(ecca, ({ admit }) => ({
      admit: (webhook) => Effect.andThen(Effect.sync(() => told(webhook)["order_id"]?.trim()), admit(webhook))
    }))
  },
  {
    name: "takes bodies of any size",
    caughtBy: "oversized-webhook-is-rejected",
    subject: webhooksOf(ecryptopay, ({ admit }) => ({
      admit: (webhook) => admit(withText(webhook, (text) => text.trim()))
    }))
  },
  {
    name: "keeps the body in what it admits",
    caughtBy: "admission-can-be-stored",
    subject: webhooksOf(ecryptopay, ({ admit }) => ({
      admit: (webhook) =>
        Effect.map(
          admit(webhook),
          (admitted) => new WebhookEvent.Admitted({ ...admitted, deliveryKey: new TextDecoder().decode(webhook.body) })
        )
    }))
  },
  {
    name: "keeps what an unsigned body says happened",
    caughtBy: "admission-can-be-stored",
    subject: webhooksOf(ecryptopay, ({ admit }) => ({
      admit: (webhook) =>
        Effect.map(
          admit(webhook),
          (admitted) => new WebhookEvent.Admitted({ ...admitted, eventType: told(webhook)["state"] ?? "" })
        )
    }))
  },
  {
    name: "resolves what another account has admitted",
    caughtBy: "admission-of-another-account-is-refused",
    subject: webhooksOf(ecca, ({ resolve }) => ({
      resolve: (admitted) => resolve(new WebhookEvent.Admitted({ ...admitted, account: ecca.provider.account }))
    }))
  },
  {
    name: "believes what an admission states, though nobody signed it",
    caughtBy: "changed-admission-is-not-believed",
    subject: ecryptopayReading((invoices) => {
      const stated = new Map<string, Invoice.Invoice>()
      return {
        observe: (id) =>
          Effect.suspend(() => {
            const statement = stated.get(id)
            return statement === undefined ? invoices.get({ id }) : Effect.succeed(statement)
          }),
        changed: ({ resolve }) => ({
          resolve: (admitted) => {
            if (admitted.statement !== undefined) stated.set(admitted.invoice, admitted.statement)
            return resolve(admitted)
          }
        })
      }
    })
  },
  {
    name: "makes the time of a webhook a part of what it states",
    caughtBy: "redelivered-webhook-has-the-same-key",
    subject: ecryptopayReading((invoices) => ({
      observe: (id) =>
        Effect.zipWith(
          invoices.get({ id }),
          DateTime.now,
          (invoice, now) => Invoice.make({ ...invoice, isLate: DateTime.toEpochMillis(now) > 0 })
        )
    }))
  },
  {
    name: "judges a webhook by its path",
    caughtBy: "receiver-answers-as-the-adapter-judges",
    subject: webhooksOf(ecca, ({ admit }) => ({
      admit: (webhook) => webhook.path.startsWith("/") ? admit(webhook) : Effect.fail(rejected("InvalidPayload"))
    }))
  },
  {
    name: "believes the body, and does not read back",
    caughtBy: "forged-webhook-changes-nothing",
    found: /should be "open", and is "paid"/u,
    subject: ecryptopayReading((invoices) => {
      const states = new Map<string, string>()
      return {
        observe: (id) =>
          Effect.map(
            invoices.get({ id }),
            (invoice) =>
              states.get(id) === "cobrado_bien"
                ? Invoice.make({ ...invoice, status: "paid", coverage: "full" })
                : invoice
          ),
        changed: ({ admit }) => ({
          admit: (webhook) =>
            Effect.tap(
              admit(webhook),
              ({ invoice }) => Effect.sync(() => states.set(invoice, told(webhook)["state"] ?? ""))
            )
        })
      }
    })
  },
  {
    name: "takes whatever invoice it is answered for the one that it asked for",
    caughtBy: "webhook-is-about-its-own-invoice",
    found: /after another one was read/u,
    subject: rewriting(ecca, (text, { url }) => {
      const [, asked] = /\/invoices\/([^/?]+)/u.exec(url) ?? []
      return asked === undefined ? text : text.replace(/(?<="invoice_id":")[^"]*/u, asked)
    })
  },
  {
    name: "has a webhook about an unknown object sent again for ever",
    caughtBy: "webhook-of-unknown-object-is-acknowledged",
    subject: webhooksOf(ecca, ({ resolve }) => ({
      resolve: (admitted) =>
        Effect.mapError(
          resolve(admitted),
          (error) =>
            error._tag === "WebhookRejected" && error.why === "UnknownObject"
              ? failed(new GatewayError.NotFound({}))
              : error
        )
    }))
  },
  {
    name: "rejects webhooks while the provider is not available",
    caughtBy: "webhook-during-outage-is-retryable",
    found: /that can be retried/u,
    subject: webhooksOf(ecca, ({ resolve }) => ({
      resolve: (admitted) =>
        Effect.mapError(resolve(admitted), (error) => error._tag === "GatewayError" ? rejected("UnknownObject") : error)
    }))
  },
  {
    name: "asks no ownership hook",
    caughtBy: "webhook-of-foreign-object-is-not-read",
    subject: webhooksOf(ecca, ({ resolve }) => ({
      resolve: (admitted) => Effect.provideService(resolve(admitted), WebhookOwnership.Current, undefined)
    }))
  },
  {
    name: "asks the provider before it looks at the signature",
    caughtBy: "forged-webhooks-cost-little",
    subject: webhooksOf(ecca, ({ admit }, invoices) => ({
      admit: (webhook) =>
        Effect.andThen(
          Effect.ignore(Effect.suspend(() => invoices.get({ reference: told(webhook)["order_id"] ?? "" }))),
          admit(webhook)
        )
    }))
  },
  {
    name: "asks the provider again about each webhook of many",
    caughtBy: "webhook-flood-shares-reads",
    subject: webhooksOf(ecca, ({ resolve }, invoices) => ({
      resolve: (admitted) => Effect.andThen(Effect.ignore(invoices.get({ id: admitted.invoice })), resolve(admitted))
    }))
  },
  {
    name: "takes a word that it does not know for paid in webhooks",
    caughtBy: "unheard-of-word-in-a-webhook-is-neither-success-nor-failure",
    subject: ecryptopayReading((invoices) => ({
      observe: (id) =>
        Effect.map(invoices.get({ id }), changed(({ status }) => status === "unknown" ? { status: "paid" } : {}))
    }))
  },
  {
    name: "renews a quote whenever it reads something back",
    caughtBy: "webhook-does-not-renew-a-quote",
    subject: withTransport(ecryptopay, renewing)
  }
]
