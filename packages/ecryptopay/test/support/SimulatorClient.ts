/**
 * Speaks to the simulator with nothing but `fetch`, so that its tests depend on no adapter.
 */
import type { Service } from "@gatefold/ecryptopay/EcryptopaySimulator"
import { Effect, Schema } from "effect"

/** An answer as it came off the wire. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The members of the JSON object in the body. */
  readonly object: Readonly<Record<string, unknown>>
  /** The JSON objects in the body's array. */
  readonly items: ReadonlyArray<Readonly<Record<string, unknown>>>
}

/** A payment as created: its id as text, and the members that carry text. */
export interface Created {
  readonly id: string
  readonly qr: string
  readonly coins: string
}

export interface SimulatorClient {
  readonly get: (path: string) => Effect.Effect<Reply>
  readonly post: (path: string, body: unknown) => Effect.Effect<Reply>
  /** Creates a payment of this many pesos. */
  readonly create: (amount: string, currency?: string) => Effect.Effect<Created>
  /** Reads a payment, which renews its quote. */
  readonly read: (id: string) => Effect.Effect<Readonly<Record<string, unknown>>>
}

/** A client that has logged in. */
export const login = (simulator: Service): Effect.Effect<SimulatorClient> =>
  Effect.map(
    requestToken(simulator, passwordGrant(simulator)),
    ({ object }) => withToken(simulator, text(object["access_token"]))
  )

/** A client that carries this token, whatever it is worth. */
export const withToken = (simulator: Service, token: string): SimulatorClient => {
  const authorization = `Bearer ${token}`
  const get = (path: string) => send(`${simulator.url}/api/v1${path}`, { headers: { authorization } })
  const post = (path: string, body: unknown) =>
    send(`${simulator.url}/api/v1${path}`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body)
    })
  return {
    get,
    post,
    create: (amount, currency = "btc") =>
      Effect.map(post("/payments/", { currency, amount }), ({ object, text: raw }) => ({
        id: /"id":(?<id>\d+)/u.exec(raw)?.groups?.["id"] ?? "",
        qr: text(object["qr_image_path"]),
        coins: text(object["currency_amount"])
      })),
    read: (id) => Effect.map(get(`/payments/${id}`), ({ object }) => object)
  }
}

/** The documented body of a token request. */
export const passwordGrant = ({ settings }: Service) => ({
  grant_type: "password",
  email: settings["ECRYPTOPAY_EMAIL"],
  password: settings["ECRYPTOPAY_PASSWORD"],
  client_id: settings["ECRYPTOPAY_CLIENT_ID"],
  client_secret: settings["ECRYPTOPAY_CLIENT_SECRET"]
})

export const refreshGrant = ({ settings }: Service, refreshToken: unknown) => ({
  grant_type: "refresh_token",
  refresh_token: refreshToken,
  client_id: settings["ECRYPTOPAY_CLIENT_ID"],
  client_secret: settings["ECRYPTOPAY_CLIENT_SECRET"]
})

export const requestToken = (simulator: Service, body: unknown): Effect.Effect<Reply> =>
  send(`${simulator.url}/api/v1/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body)
  })

/** Any request to the simulator's server; redirects are not followed. */
export const send = (url: string, init: RequestInit = {}): Effect.Effect<Reply> =>
  Effect.promise(async () => {
    const response = await fetch(url, { ...init, redirect: "manual" })
    const body = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text: body,
      object: orElse(decodeObject(body), {}),
      items: orElse(decodeItems(body), [])
    }
  })

/** A member that must be text. */
export const text = (value: unknown): string => typeof value === "string" ? value : `not text: ${String(value)}`

const members = Schema.Record(Schema.String, Schema.Unknown)
const decodeObject = Schema.decodeUnknownOption(Schema.fromJsonString(members))
const decodeItems = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Array(members)))

const orElse = <A>(option: { readonly _tag: "None" } | { readonly _tag: "Some"; readonly value: A }, fallback: A): A =>
  option._tag === "Some" ? option.value : fallback
