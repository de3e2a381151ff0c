/**
 * The webhooks of Template Pay: signed posts about an invoice.
 */
import * as RawWebhook from "@gatefold/core/RawWebhook"
import type { Simulator } from "@gatefold/core/Simulator"
import { SimulatorError } from "@gatefold/core/Simulator"
import * as WebhookSender from "@gatefold/simulator/WebhookSender"
import * as Effect from "effect/Effect"
import { createHmac } from "node:crypto"
import type { Ledger } from "./Ledger.ts"

export interface Options {
  readonly ledger: Ledger
  readonly secret: string
  readonly now: Effect.Effect<number>
}

type Webhooks = Pick<Simulator, "webhooksTo" | "webhook" | "deliver" | "sign" | "unknownEvent" | "forge">

export const make = ({ ledger, now, secret }: Options): Webhooks => {
  let target: string | undefined

  // invented: how a webhook is signed
  const signed = (body: Uint8Array | string, key = secret) =>
    Effect.map(now, (millis) => {
      const timestamp = String(Math.floor(millis / 1000))
      const signature = createHmac("sha256", key).update(`${timestamp}.`).update(body).digest("hex")
      return RawWebhook.make({
        headers: {
          "content-type": "application/json",
          "template-timestamp": timestamp,
          "template-signature": signature
        },
        body
      })
    })

  // invented: what a webhook says
  const event = (type: string, id: string) => JSON.stringify({ id: `evt_${id}_${type}`, type, invoice_id: id })

  const webhook: Simulator["webhook"] = (id, mangle = (same) => same) =>
    Effect.flatMap(ledger.get(id), ({ status }) => {
      const type = `invoice.${status === "open" ? "opened" : status}`
      return Effect.map(signed(event(type, id)), mangle)
    })

  return {
    webhooksTo: (url) =>
      Effect.sync(() => {
        target = url
      }),
    webhook,
    deliver: (id, mangle) =>
      Effect.flatMap(webhook(id, mangle), (raw) =>
        target === undefined
          ? Effect.fail(new SimulatorError({ reason: "InvalidTransition", message: "Webhooks go nowhere." }))
          : WebhookSender.send(target, raw)),
    sign: (body) => signed(body),
    unknownEvent: signed(JSON.stringify({ id: "evt_0", type: "weathervane.turned", weathervane: "north" })),
    forge: (id) => signed(event("invoice.paid", id), "not-the-secret")
  }
}
