/**
 * One process of a shop, as a program that knows promises: it opens orders, receives webhooks and takes changes. What it
 * is to do comes in on its standard input, and what it did goes out on its standard output, a line of JSON each.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { makeCheckout } from "@gatefold/checkout"
import { Ecca } from "@gatefold/ecca"
import { Ecryptopay } from "@gatefold/ecryptopay"
import { Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import { writeSync } from "node:fs"
import { createServer } from "node:http"
import { createInterface } from "node:readline"
import type { Report } from "./Machine.ts"

/** At once, so that a kill leaves nothing behind in a buffer. */
const report = (told: Report): void => {
  writeSync(1, `${JSON.stringify(told)}\n`)
}

const now = () => performance.timeOrigin + performance.now()

/** Tells of every question to a provider. */
const http = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, (client) =>
    HttpClient.tapRequest(client, ({ method, url }) =>
      Effect.sync(() => {
        if (method === "GET") report({ tells: "asked", url, at: now() })
      })))
).pipe(Layer.provide(NodeHttpClient.layerUndiciOptions({ connect: { timeout: 3000 } })))

const checkout = await makeCheckout({
  providers: [Ecca.provider, Ecryptopay.provider],
  http,
  cluster: { host: "127.0.0.1", port: Number(process.env["CLUSTER_PORT"]) },
  pollInterval: "250 millis",
  lookEvery: "500 millis",
  readsPerMinute: 1_000_000,
  onChange: ({ attempt, id, kinds, order, version }) =>
    report({ tells: "taken", id, attempt: `${order.reference}/${attempt}`, version, kinds, at: now() })
})

const server = createServer((request, response) => void checkout.webhooks.node(request, response))
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  report({ tells: "ready", port: typeof address === "object" && address !== null ? address.port : 0 })
})

const open = async (reference: string) => {
  const order = await checkout.open({ reference, price: { amount: "250.00", currency: "MXN" } })
  report({
    tells: "opened",
    reference,
    invoice: order.current?.invoice?.id ?? "",
    account: order.current?.account ?? ""
  })
}

for await (const reference of createInterface({ input: process.stdin })) {
  open(reference).catch((error: unknown) => report({ tells: "failed", reference, why: String(error) }))
}

// nobody wants anything any more
server.close()
await checkout.close()
