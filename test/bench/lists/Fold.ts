/**
 * Observations of an invoice, in any order and many times over, become what is known of it.
 */
import { InvoiceId } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import { Invoices } from "@gatefold/core/Invoices"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Documents from "../Documents.ts"

export const observations = 100_000

const statuses = ["pending", "expired", "pending", "success", "fail"] as const

const { data: template }: { readonly data: object } = JSON.parse(new TextDecoder().decode(Documents.got))

const deal = {
  deal_id: "d1",
  status: "completed",
  payment_method_code: "card",
  amount_fiat: "1530.00",
  conversion_rate: "42.10",
  merchant_usdt: "35.42",
  expires_at: "2026-02-25T12:15:00Z",
  finished_at: "2026-02-25T12:14:00Z"
}

const answerOf = (path: string, status: typeof statuses[number]): object =>
  path.endsWith("/webhooks")
    ? { invoice_id: Documents.id, events: [] }
    : { data: { ...template, status, ...status === "success" ? { deal } : {} } }

const observed = (status: typeof statuses[number]) => {
  const transport = HttpClient.make((request, url) =>
    Effect.sync(() => HttpClientResponse.fromWeb(request, Response.json(answerOf(url.pathname, status))))
  )
  const ecca = Ecca.layer({
    apiKey: Redacted.make("a-key-of-the-benchmark"),
    webhookSecrets: [Redacted.make("a-secret-of-the-benchmark")]
  })
  return Effect.flatMap(Invoices, ({ get }) => get({ id: InvoiceId.make(Documents.id) })).pipe(
    Effect.provide(Layer.provide(ecca, Layer.succeed(HttpClient.HttpClient, transport)))
  )
}

/** Plain objects, of which the last one counts. */
interface Plain {
  readonly id: string
  readonly status: string
  readonly amount: string
  readonly paidAt: string | undefined
}

const rank: Readonly<Record<string, number>> = { pending: 1, expired: 2, fail: 3, success: 4 }

/** The higher status wins, and a time that is known stays; nothing else is joined. */
const join = (known: Plain, next: Plain): Plain => ({
  ...known,
  status: (rank[next.status] ?? 0) > (rank[known.status] ?? 0) ? next.status : known.status,
  paidAt: known.paidAt ?? next.paidAt
})

const repeated = <A>(all: ReadonlyArray<A>, use: (one: A) => void) => {
  for (let index = 0; index < observations; index++) {
    const one = all[index % all.length]
    if (one !== undefined) use(one)
  }
}

/** Both folds, each of all observations. */
export const make = Effect.gen(function*() {
  const invoices = yield* Effect.forEach(statuses, observed)
  const plain = statuses.map((status): Plain => ({
    id: Documents.id,
    status,
    amount: Documents.newInvoice.price.amount,
    paidAt: status === "success" ? deal.finished_at : undefined
  }))
  const ours = () => {
    let [known] = invoices
    repeated(invoices, (next) => {
      known = known === undefined ? next : Result.getOrThrow(Invoice.merge(known, next))
    })
    return known?.status
  }
  const theirs = () => {
    let [known] = plain
    repeated(plain, (next) => {
      known = known === undefined ? next : join(known, next)
    })
    return known?.status
  }
  if (ours() !== "paid" || theirs() !== "success") return yield* Effect.die(new Error("a fold went wrong"))
  return { ours, theirs }
})
