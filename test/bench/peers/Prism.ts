/**
 * `hyperswitch-prism`, the closest library to ours: 426 MB, so it is no dependency but installed when it is needed, into a
 * folder that is ignored.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { execFile } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

export const version = "0.4.0"

const folder = fileURLToPath(new URL("../.peers", import.meta.url))
const isInstalled = () => existsSync(join(folder, "node_modules/hyperswitch-prism/package.json"))

/** Installs it, unless it is there. Without a network it stays absent. */
export const install: Effect.Effect<void> = Effect.ignore(Effect.tryPromise(async () => {
  if (isInstalled()) return
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, "package.json"), "{ \"private\": true }\n")
  await promisify(execFile)(
    "npm",
    ["install", "--ignore-scripts", "--no-audit", "--no-fund", `hyperswitch-prism@${version}`],
    { cwd: folder }
  )
}))

/** What to start Node.js with where the machine's glibc is older than the 2.38 that its native library needs. */
export const loader = (glibc: string | undefined): ReadonlyArray<string> => {
  if (glibc === undefined) return []
  const name = readdirSync(glibc).find((name) => /^ld-linux.*\.so/u.test(name)) ?? "ld-linux-x86-64.so.2"
  return [join(glibc, name), "--library-path", `${glibc}:/usr/lib/x86_64-linux-gnu:/usr/lib/aarch64-linux-gnu`]
}

interface Answer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly latencyMs: number
}

interface Library {
  readonly PaymentClient: new(config: object) => {
    readonly authorize: (request: object) => Promise<object>
    readonly get: (request: object) => Promise<object>
  }
  readonly types: {
    readonly Currency: { readonly EUR: number }
    readonly CaptureMethod: { readonly AUTOMATIC: number }
    readonly AuthenticationType: { readonly NO_THREE_DS: number }
  }
}

/** The hook of its own tests in place of a transport. */
interface Transport {
  _intercept: (request: object) => Promise<Answer>
}

export interface Client {
  readonly create: () => Promise<object>
  readonly get: () => Promise<object>
}

/** The connector is Stripe's, whose calls need no second request and whose answer is about as long as Ecca's. */
const connect = (): Client => {
  const from = createRequire(join(folder, "package.json"))
  const { PaymentClient, types }: Library = from("hyperswitch-prism")
  const transport: Transport = from("hyperswitch-prism/dist/src/http_client.js")
  const body = Buffer.from(JSON.stringify(paymentIntent))
  const headers = { "content-type": "application/json" }
  transport._intercept = async () => ({ statusCode: 200, headers, body, latencyMs: 0 })
  const client = new PaymentClient({ connectorConfig: { stripe: { apiKey: { value: "sk_test_1" } } } })
  const common = {
    merchantTransactionId: "order-2026-0001",
    amount: { minorAmount: 150_000, currency: types.Currency.EUR },
    testMode: true
  }
  const create = {
    ...common,
    captureMethod: types.CaptureMethod.AUTOMATIC,
    paymentMethod: { card },
    address: { billingAddress: {} },
    authType: types.AuthenticationType.NO_THREE_DS,
    description: "Premium subscription",
    returnUrl: "https://shop.example/thanks",
    webhookUrl: "https://shop.example/webhooks/stripe",
    orderDetails: []
  }
  const get = { ...common, connectorTransactionId: paymentIntent.id }
  return { create: () => client.authorize(create), get: () => client.get(get) }
}

const card = {
  cardNumber: { value: "4111111111111111" },
  cardExpMonth: { value: "12" },
  cardExpYear: { value: "2030" },
  cardCvc: { value: "123" },
  cardHolderName: { value: "A Customer" }
}

const paymentIntent = {
  id: "pi_0000000000000000000000001",
  object: "payment_intent",
  amount: 150_000,
  amount_capturable: 0,
  amount_received: 0,
  capture_method: "automatic",
  client_secret: "pi_0000000000000000000000001_secret_1",
  created: 1_772_020_800,
  currency: "eur",
  customer: null,
  description: "Premium subscription",
  latest_charge: null,
  livemode: false,
  metadata: { order_id: "order-2026-0001" },
  next_action: {
    type: "redirect_to_url",
    redirect_to_url: { return_url: "https://shop.example/thanks", url: "https://pay.example/authenticate/1" }
  },
  payment_method: "pm_1",
  payment_method_types: ["card"],
  status: "requires_action"
}

/** The library could not be installed or started here. */
export class Absent extends Schema.TaggedError<Absent>()("Absent", { why: Schema.String }) {}

/** Fails where it is not installed, or where its native part does not run. */
export const client: Effect.Effect<Client, Absent> = Effect.tryPromise({
  try: async () => {
    const client = connect()
    await client.create()
    await client.get()
    return client
  },
  catch: (error) => new Absent({ why: /GLIBC_[\d.]+/u.exec(String(error))?.[0] ?? "not installed" })
})
