/**
 * Speaks to a simulated store with nothing but `fetch`, so that its tests depend on no adapter.
 */
import { Effect, Schema } from "effect"
import type { BtcpaySimulator } from "../BtcpaySimulator.ts"

export type Members = Readonly<Record<string, unknown>>

/** An answer as it came off the wire. */
export interface Reply {
  readonly status: number
  readonly text: string
  /** The JSON in the body, `undefined` if it is none. */
  readonly json: unknown
  /** The members of the JSON object in the body. */
  readonly object: Members
  /** The JSON objects in the body's array. */
  readonly items: ReadonlyArray<Members>
}

export interface StoreClient {
  /** A path under the store's, with the query. */
  readonly get: (path: string) => Effect.Effect<Reply>
  readonly post: (path: string, body: unknown) => Effect.Effect<Reply>
  /** Creates an invoice and tells its id. */
  readonly create: (changes?: Members) => Effect.Effect<string>
  /** What the server says of an invoice. */
  readonly read: (id: string) => Effect.Effect<Members>
}

/** An order of 10 dollars. */
export const order: Members = {
  amount: "10.00",
  currency: "USD",
  metadata: { orderId: "order-1", itemDesc: "Two books" },
  checkout: { redirectURL: "https://shop.example/orders/{OrderId}" }
}

export const make = (simulator: BtcpaySimulator, changes: Readonly<Record<string, string>> = {}): StoreClient => {
  const settings = { ...simulator.settings, ...changes }
  const base = `${simulator.url}/api/v1/stores/${settings["BTCPAY_STORE_ID"]}`
  const headers = { authorization: `token ${settings["BTCPAY_API_KEY"]}`, "content-type": "application/json" }
  const get = (path: string) => send(base + path, { headers })
  const post = (path: string, body: unknown) =>
    send(base + path, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) })
  return {
    get,
    post,
    create: (members) => Effect.map(post("/invoices", { ...order, ...members }), ({ object }) => String(object["id"])),
    read: (id) => Effect.map(get(`/invoices/${id}`), ({ object }) => object)
  }
}

/** Any request; redirects are not followed. */
export const send = (url: string, init: RequestInit = {}): Effect.Effect<Reply> =>
  Effect.promise(async () => {
    const response = await fetch(url, { ...init, redirect: "manual" })
    const text = await response.text()
    return {
      status: response.status,
      text,
      json: orElse(decodeJson(text), undefined),
      object: orElse(decodeObject(text), {}),
      items: orElse(decodeItems(text), [])
    }
  })

const members = Schema.Record(Schema.String, Schema.Unknown)
const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))
const decodeObject = Schema.decodeUnknownOption(Schema.fromJsonString(members))
const decodeItems = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Array(members)))

const orElse = <A>(option: { readonly _tag: "None" } | { readonly _tag: "Some"; readonly value: A }, fallback: A): A =>
  option._tag === "Some" ? option.value : fallback
