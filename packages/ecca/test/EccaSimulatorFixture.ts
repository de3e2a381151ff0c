import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import { Answer, MovableClock, SimulatedServer } from "@gatefold/simulator"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON, of whatever shape a test expects. */
  readonly json: ReturnType<typeof JSON.parse>
}

export interface Asked {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** The request of the documentation's example [INV]. */
export const example = {
  amount: "1500.00",
  currency_code: "UAH",
  customer_id: "user_12345",
  external_id: "order-2026-0001",
  purpose: "Premium subscription",
  callback_url: "https://yoursite.com/webhooks/payment",
  success_url: "https://yoursite.com/payment/success",
  fail_url: "https://yoursite.com/payment/failed"
}

/** A simulator with somebody who talks to its API as the documentation says. */
export const start = Effect.fnUntraced(function*(options: EccaSimulator.Options = {}) {
  const sim = yield* EccaSimulator.make(options)
  const base = sim.settings["ECCA_BASE_URL"] ?? ""
  const key = sim.settings["ECCA_API_KEY"] ?? ""
  let count = 0

  const call = (path: string, { body, headers, method = body === undefined ? "GET" : "POST" }: Asked = {}) =>
    fetchText(`${base}${path}`, {
      method,
      headers: { "x-api-key": key, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
    })

  /** Creates an invoice like the example's, for a customer and an order of its own. */
  const create = (changes: Record<string, unknown> = {}) => {
    count += 1
    const own = { external_id: `order-${count}`, customer_id: `customer-${count}` }
    return call("/create-invoice", { body: { ...example, ...own, ...changes } })
  }

  return {
    sim,
    call,
    create,
    createId: (changes: Record<string, unknown> = {}) =>
      Effect.map(create(changes), ({ json }) => String(json.invoice_id)),
    read: (ref: string) => Effect.map(call(`/invoices/${ref}`), ({ json }) => json.data),
    events: (ref: string) => Effect.map(call(`/invoices/${ref}/webhooks`), ({ json }) => json.events),
    resend: (ref: string) => call(`/invoices/${ref}/webhooks/resend`, { method: "POST" })
  }
})

/** A shop's receiver of webhooks: it answers 200 unless a fault is armed. */
export const startReceiver = Effect.gen(function*() {
  const clock = yield* MovableClock.make
  const receiver = yield* SimulatedServer.make({
    now: clock.now,
    notFound: Answer.html("no", 404),
    unavailable: Answer.json({ problem: "busy" }, 503),
    routes: [
      {
        method: "POST",
        path: "/hook",
        operations: ["hook"],
        handle: () => Effect.succeed(Answer.json({ thanks: true }))
      }
    ]
  })
  return { ...receiver, hook: `${receiver.url}/hook` }
})

const fetchText = (url: string, init: RequestInit): Effect.Effect<Reply> =>
  Effect.promise(async () => {
    const response = await fetch(url, { redirect: "manual", ...init })
    const text = await response.text()
    const isJson = text !== "" && response.headers.get("content-type")?.startsWith("application/json") === true
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined }
  })

/** What a browser does: opens a page or posts a form. */
export const browse = (url: string, form?: Record<string, string>): Effect.Effect<Reply> =>
  fetchText(url, form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) })

/** Waits, in real time, until something has come about. */
export const eventually = Effect.fnUntraced(function*<A>(read: Effect.Effect<A>, holds: (value: A) => boolean) {
  for (let count = 0; count < 400; count++) {
    const value = yield* read
    if (holds(value)) return value
    yield* TestClock.withLive(Effect.sleep("5 millis"))
  }
  return yield* read
})

export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
