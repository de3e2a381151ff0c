/**
 * A webhook that is proven by its signature alone: from the bytes off the wire to what it says. Each contender gets the
 * same body, signed a moment ago with HMAC-SHA256 in its own way. Stripe's and the standard's libraries parse it; ours
 * also decodes it and makes an invoice of it.
 */
import * as RawWebhook from "@gatefold/core/RawWebhook"
import { WebhookEvents } from "@gatefold/core/WebhookEvents"
import * as Ecca from "@gatefold/ecca/Ecca"
import type { EccaOptions } from "@gatefold/ecca/EccaOptions"
import * as EccaWebhook from "@gatefold/ecca/EccaWebhook"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Webhook } from "standardwebhooks"
import Stripe from "stripe"
import * as Documents from "../Documents.ts"
import * as Figure from "../Figure.ts"
import * as Race from "../Race.ts"
import type { Row, Size } from "../Row.ts"

const secret = "a-secret-of-the-benchmark"

const options: EccaOptions = {
  apiKey: Redacted.make("a-key-of-the-benchmark"),
  webhookSecrets: [Redacted.make(secret)],
  webhookProof: "signature",
  payloadFields: { status: "status", amount: "amount", currency: "currency" }
}

const transport = Layer.succeed(HttpClient.HttpClient, HttpClient.make(() => Effect.die("nothing may be asked")))

const ecca = Ecca.layer(options).pipe(Layer.provide(transport))

const ours = (body: Buffer) =>
  Effect.zipWith(EccaWebhook.sign(options, body), WebhookEvents, ({ headers }, { receive }) => ({
    run: () => Effect.runPromise(receive(RawWebhook.make({ headers, body })))
  }))

const stripes = (body: Buffer) => {
  const { webhooks } = new Stripe("sk_test_1")
  const header = webhooks.generateTestHeaderString({ payload: body.toString(), secret })
  return { run: () => webhooks.constructEvent(body, header, secret) }
}

const standards = (body: Buffer) => {
  const webhook = new Webhook(secret, { format: "raw" })
  const id = "msg_1"
  const now = new Date()
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
    "webhook-signature": webhook.sign(id, now, body)
  }
  return { run: () => webhook.verify(body, headers) }
}

const raced = Effect.fnUntraced(function*(kibibytes: number, size: Size) {
  const body = Documents.webhook(kibibytes * 1_024)
  const median = yield* Race.run(
    { ours: yield* ours(body), stripe: stripes(body), standard: standards(body) },
    size
  )
  const measured = { name: `webhook of ${kibibytes} KiB to an event`, unit: "us", ours: median("ours") }
  return [
    Figure.beside(measured, ["stripe.webhooks.constructEvent", median("stripe")], ["<=", 1]),
    Figure.beside(measured, ["standardwebhooks", median("standard")], ["<=", 1])
  ]
})

export const row: Row = {
  measure: (size) =>
    Effect.map(Effect.forEach([1, 16], (kibibytes) => raced(kibibytes, size)), (figures) => figures.flat()).pipe(
      Effect.provide(ecca)
    )
}
