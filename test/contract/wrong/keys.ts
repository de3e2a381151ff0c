import { Gateway, Invoices, Money, type NewInvoice } from "@gatefold/core"
import * as Operation from "@gatefold/core/Operation"
import type { Subject } from "@gatefold/testkit/Subject"
import { Context, Effect } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { withService, withServices, withTransport, type Wrong } from "../Wrong.ts"

/** The key of the create that is under way. */
const Key = Context.Reference<string | undefined>("test/contract/wrong/Key", { defaultValue: () => undefined })

interface Answer {
  readonly asked: string
  readonly text: string
}

/** In front of the provider: it knows keys, and refuses one that came with another request. */
const knowingKeys = (client: HttpClient.HttpClient): HttpClient.HttpClient => {
  const kept = new Map<string, Answer>()
  return HttpClient.transform(client, (sent, request) =>
    Effect.gen(function*() {
      const key = yield* Key
      if (key === undefined || !request.url.endsWith("/payments/")) return yield* sent
      const asked = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      const answer = kept.get(key) ?? { asked, text: yield* Effect.flatMap(sent, ({ text }) => text) }
      kept.set(key, answer)
      const { text } = answer
      return HttpClientResponse.fromWeb(
        request,
        answer.asked === asked ? new Response(text) : new Response("{}", { status: 409 })
      )
    }))
}

const declared = Operation.write("invoices.create", {
  safety: "key",
  keyHeader: "idempotency-key",
  findOut: "create it again"
})

const declaring = (subject: Subject): Subject =>
  withServices(subject, (services) => {
    const gateway = Context.get(services, Gateway.Gateway)
    const operations = new Map([...gateway.operations, ["invoices.create", declared] as const])
    return Context.add(services, Gateway.Gateway, { ...gateway, operations })
  })

/** ecryptopay, if its provider knew keys and each create had the one of its order. */
const keyed = (keyOf: (order: NewInvoice.NewInvoice) => string): Subject =>
  withService(declaring(withTransport(ecryptopay, knowingKeys)), Invoices.Invoices, (invoices) => ({
    ...invoices,
    create: (order) => Effect.provideService(invoices.create(order), Key, keyOf(order))
  }))

const amountOf = ({ price }: NewInvoice.NewInvoice): string =>
  price instanceof Money.Money ? Money.format(price) : price.amount

export const keys: ReadonlyArray<Wrong> = [
  {
    name: "makes an order's idempotency key of its price, too",
    caughtBy: "reference-at-another-price",
    found: /of the same reference at another price should fail/u,
    subject: keyed((order) => `${order.reference}:${amountOf(order)}`),
    right: keyed(({ reference }) => reference)
  }
]
