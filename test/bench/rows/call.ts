/**
 * One call without a network: everything that is done in this process to create an invoice, or to read one, with a
 * transport that answers at once.
 */
import { InvoiceId } from "@gatefold/core/Identifiers"
import { Invoices } from "@gatefold/core/Invoices"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Documents from "../Documents.ts"
import * as Figure from "../Figure.ts"
import * as HandWritten from "../peers/HandWritten.ts"
import * as Prism from "../peers/Prism.ts"
import * as Race from "../Race.ts"
import type { Row, Size } from "../Row.ts"

const key = "a-key-of-the-benchmark"

/** What a transport gives: an answer with its address and its length. */
class Answer extends Response {
  readonly #url: string

  constructor(url: string, body: Uint8Array<ArrayBuffer>) {
    super(body, { headers: { "content-type": "application/json", "content-length": String(body.length) } })
    this.#url = url
  }

  override get url(): string {
    return this.#url
  }
}

const answerTo = (url: string, method: string) => new Answer(url, method === "POST" ? Documents.created : Documents.got)

const transport = Layer.succeed(
  HttpClient.HttpClient,
  HttpClient.make((request) =>
    Effect.sync(() => HttpClientResponse.fromWeb(request, answerTo(request.url, request.method)))
  )
)

const ecca = Ecca.layer({ apiKey: Redacted.make(key), webhookSecrets: [Redacted.make("a-secret-of-the-benchmark")] })

const ours = Effect.map(Invoices, (invoices) => ({
  create: () => Effect.runPromise(invoices.create(Documents.newInvoice)),
  get: () => Effect.runPromise(invoices.get({ id: InvoiceId.make(Documents.id) }))
}))

const handWritten = HandWritten.make(
  (url, { method = "GET" }) => Promise.resolve(answerTo(url, method)),
  "https://x.test",
  key
)

const theirs = {
  create: () => handWritten.create(Documents.flatInvoice),
  get: () => handWritten.get(Documents.id)
}

const raced = Effect.fnUntraced(function*(call: "create" | "get", size: Size, prism: Prism.Client | Prism.Absent) {
  const { [call]: run } = yield* ours
  const both = { ours: { run }, handWritten: { run: theirs[call] } }
  const name = `Ecca ${call}, no network`
  if (prism instanceof Prism.Absent) {
    const median = yield* Race.run(both, size)
    const measured = { name, unit: "us", ours: median("ours") }
    const note = `hyperswitch-prism does not start on this machine (${prism.why})`
    return [
      Figure.beside(measured, ["fetch + zod", median("handWritten")], ["<=", 3]),
      Figure.missing({ ...measured, note }, ["<=", 0.1])
    ]
  }
  const median = yield* Race.run({ ...both, prism: { run: prism[call] } }, size)
  const measured = { name, unit: "us", ours: median("ours") }
  return [
    Figure.beside(measured, ["fetch + zod", median("handWritten")], ["<=", 3]),
    Figure.beside(measured, [`hyperswitch-prism ${Prism.version}`, median("prism")], ["<=", 0.1])
  ]
})

export const row: Row = {
  measure: (size) =>
    Effect.gen(function*() {
      const prism = yield* Effect.catch(Prism.client, Effect.succeed)
      return [...yield* raced("create", size, prism), ...yield* raced("get", size, prism)]
    }).pipe(Effect.provide(Layer.provide(ecca, transport)))
}
