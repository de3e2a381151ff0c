/**
 * Secrets stay secret: in no log, span, metric, error, URL or stored value, and in no form in which one looks at them.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { GatewayError, Identifiers, Invoice, RawWebhook, WebhookEvent, WebhookOwnership } from "@gatefold/core"
import { Fault } from "@gatefold/core/Simulator"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as EccaCustomer from "@gatefold/ecca/EccaCustomer"
import * as EccaWebhook from "@gatefold/ecca/EccaWebhook"
import * as Observer from "@gatefold/simulator/Observer"
import { Cause, ConfigProvider, Effect, Exit, Layer, Redacted, Schema, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { inspect } from "node:util"
import { type Account, answering, connect, envelope, open, order } from "./support/EccaAccount.ts"
import * as Fixture from "./support/Fixture.ts"
import * as Lanes from "./support/Lanes.ts"
import * as Receiver from "./support/Receiver.ts"

const apiKey = "sk_live_NeverToBeSeen1"
const webhookSecrets = ["whsec_NeverToBeSeen2", "whsec_NeverToBeSeen3"] as const
const secrets = [apiKey, ...webhookSecrets]

const forms = secrets.flatMap((secret) => [
  secret,
  Buffer.from(secret).toString("base64"),
  Buffer.from(secret).toString("hex"),
  [...Buffer.from(secret)].join(", ")
])

const assertClean = (text: string, where: string) => {
  for (const form of forms) assert.isFalse(text.includes(form), `a secret shows in ${where}`)
}

/** Every way to look at a value that programs, loggers and people use. */
const looks = (value: unknown): string =>
  [
    String(value),
    `${JSON.stringify(value)}`,
    inspect(value),
    inspect(value, { depth: Infinity }),
    inspect(value, { depth: Infinity, customInspect: false, showHidden: true, getters: true }),
    value instanceof Error ? `${value.message}\n${value.stack}\n${inspect(value.cause, { depth: Infinity })}` : ""
  ].join("\n")

const setUp = (http?: Layer.Layer<Layer.Success<typeof FetchHttpClient.layer>>) =>
  open({
    simulator: { apiKey, webhookSecrets },
    options: {
      cancelBody: {},
      webhookSecrets: [Redacted.make(webhookSecrets[0]), Redacted.make(webhookSecrets[1])]
    },
    ...http === undefined ? {} : { http }
  })

const transports = [["undici", NodeHttpClient.layerUndici], ["fetch", FetchHttpClient.layer]] as const

/** Every call of the adapter, under the name by which the simulator knows its first request. */
const calls = (account: Account, id: Identifiers.InvoiceId): ReadonlyArray<
  readonly [string, Effect.Effect<unknown, unknown>]
> => [
  ["invoices.create", account.invoices.create(order("order-1"))],
  ["invoices.get", account.invoices.get({ id })],
  ["invoices.list", Stream.runCollect(account.invoices.list())],
  ["payments.list", Stream.runCollect(account.payments.list())],
  ["withdrawals.list", Stream.runCollect(account.withdrawals.list())],
  ["withdrawals.get", account.withdrawals.get(Identifiers.WithdrawalId.make("w-1"))],
  ["webhookDeliveries.history", account.deliveries.history(id)],
  ["webhookDeliveries.resend", account.deliveries.resend(id)],
  ["catalog.paymentMethods", account.catalog.paymentMethods()],
  ["catalog.currencies", account.catalog.currencies],
  ["customer.paymentMethods", account.customer.paymentMethods(id)],
  ["customer.selectMethod", account.customer.selectMethod(id, { method_code: "none" })],
  ["invoices.cancel", account.customer.cancel(id, {})],
  ["invoices.cancel", account.invoices.cancel(id)]
]

/** Runs an effect under observation and looks at what came of it in every way. */
const watching = () => {
  const observer = Observer.make()
  const seen: Array<string> = []
  return {
    observer,
    run: Effect.fnUntraced(function*(effect: Effect.Effect<unknown, unknown>) {
      const exit = yield* Effect.exit(observer.watch(effect))
      seen.push(looks(exit))
      if (Exit.isSuccess(exit)) seen.push(looks(exit.value))
      if (Exit.isFailure(exit)) {
        seen.push(Cause.pretty(exit.cause), looks(exit.cause), ...exit.cause.reasons.map(looks))
      }
      const error = Exit.isFailure(exit)
        ? exit.cause.reasons.find((reason) => reason._tag === "Fail")?.error
        : undefined
      if (error instanceof GatewayError.GatewayError) {
        seen.push(looks(error), looks(error.reason))
        seen.push(JSON.stringify(yield* Effect.orDie(Schema.encodeEffect(GatewayError.GatewayError)(error))))
      }
      return exit
    }),
    /** That nothing of all this shows a secret. */
    isClean: Effect.gen(function*() {
      assertClean(seen.join("\n"), "a result or an error")
      assertClean(yield* observer.text, "a log, span or metric")
    })
  }
}

describe("whatever happens on the wire", () => {
  for (const [transport, http] of transports) {
    it.effect(`shows no secret (${transport})`, () =>
      Effect.gen(function*() {
        const watch = watching()
        const account = yield* setUp(http)
        const { id } = yield* account.invoices.create(order("order-0"))
        for (const [, call] of calls(account, id)) yield* watch.run(call)
        for (const lane of Lanes.all.filter(({ takesTime }) => takesTime !== true)) {
          for (const [operation, call] of calls(account, id)) {
            yield* account.sim.arm(lane.fault, { operation, times: "always" })
            yield* watch.run(call)
            yield* account.sim.disarm
          }
        }
        const names = new Set(watch.observer.spans.map(({ name }) => name))
        // a payment is read as a part of its invoice
        assert.deepStrictEqual(
          [...names].toSorted(),
          [...new Set(calls(account, id).map(([name]) => name))].filter((name) => name !== "payments.list").map((
            name
          ) => `gatefold.ecca.${name}`).toSorted()
        )
        assert.isAbove(watch.observer.spans.length, 300)
        yield* watch.isClean
      }))
  }

  it.effect("was sent with the key in its header alone, never in a URL or a body", () =>
    Effect.gen(function*() {
      const account = yield* setUp()
      const { id } = yield* account.invoices.create(order("order-0"))
      for (const [, call] of calls(account, id)) yield* Effect.exit(call)
      const requests = yield* account.sim.requests
      assert.isAbove(requests.length, 12)
      for (const { body, headers, url } of requests) {
        const { "x-api-key": key, ...others } = headers
        assert.strictEqual(key, apiKey)
        assertClean(JSON.stringify([url, body, others]), `a request to ${url}`)
      }
    }))

  it.effect("was sent without traces: the provider learns nothing of the program's own spans", () =>
    Effect.gen(function*() {
      const watch = watching()
      const account = yield* setUp()
      yield* watch.run(Effect.withSpan(account.invoices.create(order("order-0")), "checkout"))
      const [request] = yield* account.sim.requests
      assert.doesNotHaveAnyKeys(request?.headers, ["traceparent", "b3", "x-b3-traceid"])
    }))
})

describe("a provider that repeats secrets", () => {
  /** The documented examples with a secret in each place that errors may quote. */
  const echoes: ReadonlyArray<readonly [string, string, number, unknown]> = [
    ["the code of a refusal", "invoices.get", 403, envelope(apiKey)],
    ["a code around it", "invoices.get", 403, envelope(`KEY_${apiKey}_INVALID`)],
    ["the request's id", "invoices.get", 403, {
      ...envelope("API_KEY_INVALID"),
      request_id: `req-${webhookSecrets[1]}`
    }],
    [
      "prose and details",
      "invoices.get",
      403,
      envelope("OWNER_BLOCKED", { message: apiKey, details: { key: apiKey } })
    ],
    ["another invoice's id", "invoices.get", 200, {
      data: { ...Fixture.json("invoices.get").data, invoice_id: apiKey }
    }],
    ["an amount", "invoices.get", 200, { data: { ...Fixture.json("invoices.get").data, amount: apiKey } }],
    ["a time", "invoices.get", 200, { data: { ...Fixture.json("invoices.get").data, created_at: apiKey } }],
    ["a field's name", "invoices.get", 200, { data: { [apiKey]: 1 } }],
    ["the history's invoice", "webhookDeliveries.history", 200, {
      ...Fixture.json("webhooks.history"),
      invoice_id: apiKey
    }],
    ["the resend's invoice", "webhookDeliveries.resend", 200, {
      ...Fixture.json("webhooks.resend"),
      invoice_id: apiKey
    }],
    ["another withdrawal's id", "withdrawals.get", 200, {
      data: { ...Fixture.json("withdrawals.get").data, withdraw_uuid: apiKey }
    }],
    ["another reference", "invoices.create", 201, { ...Fixture.json("create-invoice.edition-2"), external_id: apiKey }],
    ["a link", "invoices.create", 201, {
      ...Fixture.json("create-invoice.edition-2"),
      payment_link: `http://${apiKey}`
    }],
    ["a currency", "invoices.create", 201, { ...Fixture.json("create-invoice.edition-2"), currency: apiKey }],
    ["a page", "catalog.currencies", 500, `<h1>${apiKey}</h1>`],
    ["a text", "catalog.currencies", 200, apiKey]
  ]
  for (const [where, operation, status, body] of echoes) {
    it.effect(`as ${where} is not repeated`, () =>
      Effect.gen(function*() {
        const watch = watching()
        const account = yield* setUp()
        const { id } = yield* account.invoices.create(order("order-0"))
        yield* answering(account, operation, body, status, { times: "always" })
        const call = calls(account, id).find(([name]) => name === operation)?.[1] ?? Effect.void
        assert.isTrue(Exit.isFailure(yield* watch.run(call)))
        yield* watch.isClean
      }))
  }
})

describe("webhooks", () => {
  it.effect("good and bad show no secret, nor do their admissions and events", () =>
    Effect.gen(function*() {
      const watch = watching()
      const account = yield* setUp()
      const { id } = yield* account.invoices.create(order("order-0"))
      yield* account.sim.pay(id)
      const good = yield* account.sim.webhook(id)
      const { options, webhooks } = account
      const webhooksSent: ReadonlyArray<RawWebhook.RawWebhook> = [
        good,
        yield* account.sim.forge(id),
        yield* EccaWebhook.sign(options, "{\"order_id\":\"unheard-of\"}"),
        yield* EccaWebhook.sign(options, "not JSON"),
        yield* EccaWebhook.sign(options, JSON.stringify({ order_id: id, event_id: apiKey.repeat(20) })),
        RawWebhook.make({ ...good, headers: {} }),
        RawWebhook.make({ ...good, headers: { ...good.headers, "x-signature": webhookSecrets[0] } }),
        RawWebhook.make({ ...good, body: apiKey }),
        RawWebhook.make({ ...good, body: " ".repeat(70_000) })
      ]
      for (const webhook of webhooksSent) {
        yield* watch.run(webhooks.receive(webhook))
        yield* watch.run(webhooks.admit(webhook))
        yield* watch.run(webhooks.diagnose(webhook))
      }
      const event = yield* webhooks.receive(good)
      assertClean(looks(event) + event.key + looks(event.snapshot), "an event")
      assertClean(JSON.stringify(yield* Schema.encodeEffect(WebhookEvent.Snapshot)(event.snapshot)), "a snapshot")
      assertClean(JSON.stringify(yield* Schema.encodeEffect(Invoice.Invoice)(event.invoice)), "an invoice")
      yield* watch.run(
        Effect.provideService(webhooks.receive(good), WebhookOwnership.Current, () => Effect.fail(apiKey))
      )
      yield* watch.isClean
    }))

  it.effect("that are believed by their signature are sealed without showing with what", () =>
    Effect.gen(function*() {
      const account = yield* setUp()
      const believing = yield* connect({
        ...account.options,
        webhookProof: "signature",
        payloadFields: { status: "status", amount: "amount", currency: "currency" }
      })
      const body = { order_id: "invoice-1", status: "success", amount: "1.00", currency: "UAH" }
      const webhook = yield* EccaWebhook.sign(account.options, JSON.stringify(body))
      const admitted = yield* believing.webhooks.admit(webhook)
      assertClean(looks(admitted), "an admission")
      assertClean(looks(webhook), "a webhook signed for a test")
    }))
})

describe("what is only looked at", () => {
  it.effect("options, layers, services and the proving of webhooks show no secret", () =>
    Effect.gen(function*() {
      const account = yield* setUp()
      const { options } = account
      const values: Readonly<Record<string, unknown>> = {
        layer: Ecca.layer(options),
        layerAll: Ecca.provider.layerAll(options),
        customerLayer: EccaCustomer.layer(options),
        proving: EccaWebhook.proving(options),
        scheme: EccaWebhook.scheme(options),
        services: yield* Layer.build(Layer.provide(Ecca.layer(options), NodeHttpClient.layerUndici)),
        ...account,
        sim: undefined
      }
      for (const [name, value] of Object.entries(values)) assertClean(looks(value), name)
    }))

  it.effect("settings as they were read show no secret", () =>
    Effect.gen(function*() {
      const variables = { ECCA_API_KEY: apiKey, ECCA_WEBHOOK_SECRETS: webhookSecrets.join(",") }
      const provider = ConfigProvider.layer(ConfigProvider.fromEnvRecord(variables))
      assertClean(looks(yield* Effect.provide(Ecca.provider.read, provider)), "settings")
    }))
})

describe("a redirect", () => {
  for (const [transport, http] of transports) {
    for (const status of [301, 302, 303, 307, 308]) {
      it.effect(`(${status}) never takes the key to another host (${transport})`, () =>
        Effect.gen(function*() {
          const watch = watching()
          const account = yield* setUp(http)
          const { id } = yield* account.invoices.create(order("order-0"))
          const elsewhere = yield* Receiver.start
          const headers = { location: elsewhere.hook }
          yield* account.sim.arm(Fault.Answer({ effect: "none", status, headers, body: "" }), { times: "always" })
          for (const [name, call] of calls(account, id)) {
            assert.isTrue(Exit.isFailure(yield* watch.run(call)), name)
          }
          assert.deepStrictEqual(yield* elsewhere.received, [])
          yield* watch.isClean
        }))
    }
  }

  it.effect("within the provider is not followed either", () =>
    Effect.gen(function*() {
      const account = yield* setUp()
      const { id } = yield* account.invoices.create(order("order-0"))
      const to = `${account.sim.url}/api/v1/invoices/${id}`
      yield* account.sim.arm(Fault.Redirect({ to }), { operation: "invoices.get" })
      const { reason } = yield* Effect.flip(account.invoices.get({ id }))
      assert.deepInclude(reason, { _tag: "InvalidResponse", httpStatus: 307 })
      assert.strictEqual((yield* account.requests).length, 2)
    }))
})
