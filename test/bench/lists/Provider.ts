/**
 * Ecca without a network, whose list is made page by page while it is read: the list itself takes no memory.
 */
import * as Ecca from "@gatefold/ecca/Ecca"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Documents from "../Documents.ts"

/** How many invoices a page has. */
export const pageSize = 100

const template: object = JSON.parse(new TextDecoder().decode(Documents.created))

const invoiceAt = (index: number): object => ({
  ...template,
  invoice_id: `a1b2c3d4-5678-90ab-cdef-${String(index).padStart(12, "0")}`,
  external_id: `order-2026-${index}`,
  finished_at: null,
  deal: null
})

const encoder = new TextEncoder()

/** The bytes of a page of so many invoices, counted from 1. The page behind the last one is empty. */
export const page = (number: number, invoices: number): Uint8Array => {
  const first = (number - 1) * pageSize
  const length = Math.max(0, Math.min(pageSize, invoices - first))
  return encoder.encode(JSON.stringify({ data: Array.from({ length }, (_, index) => invoiceAt(first + index)) }))
}

const json = { headers: { "content-type": "application/json" } }

const transport = (invoices: number) =>
  Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request, url) =>
      Effect.sync(() =>
        HttpClientResponse.fromWeb(
          request,
          new Response(page(Number(url.searchParams.get("page")), invoices).slice(), json)
        )
      )
    )
  )

export const layer = (invoices: number) =>
  Ecca.layer({
    apiKey: Redacted.make("a-key-of-the-benchmark"),
    webhookSecrets: [Redacted.make("a-secret-of-the-benchmark")]
  }).pipe(Layer.provide(transport(invoices)))
