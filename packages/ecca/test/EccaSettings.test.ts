/**
 * Settings: everything that is missing or wrong is told at once, by the name of its variable and never by its value.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Currency, Gateway, Identifiers, Invoices, RetryPolicy, Settings, Withdrawals } from "@gatefold/core"
import * as Provider from "@gatefold/core/Provider"
import * as Ecca from "@gatefold/ecca/Ecca"
import { type EccaOptions, productionUrl } from "@gatefold/ecca/EccaOptions"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import { ConfigProvider, Context, Duration, Effect, Layer, Redacted, Result } from "effect"
import { inspect } from "node:util"
import { noPauses, open, order } from "./support/EccaAccount.ts"

const http = NodeHttpClient.layerUndici

const environment = (variables: Readonly<Record<string, string>>) =>
  ConfigProvider.layer(ConfigProvider.fromEnvRecord(variables))

const read = (variables: Readonly<Record<string, string>>) => Effect.provide(Ecca.provider.read, environment(variables))

/** What a program with these variables would say at its start. */
const problemsOf = Effect.fnUntraced(function*(variables: Readonly<Record<string, string>>) {
  const layer = Ecca.layerConfig.pipe(Layer.provide(http), Layer.provide(environment(variables)))
  const error = yield* Effect.flip(Layer.build(layer))
  assert.instanceOf(error, Settings.SettingsError)
  return { error, problems: error.problems.map(({ issue, variable }) => `${variable} ${issue}`) }
})

const valid = { ECCA_API_KEY: "sk_live_1", ECCA_WEBHOOK_SECRETS: "whsec_1" }

describe("settings that suffice", () => {
  it.effect("are a key and a webhook secret; everything else has a default", () =>
    Effect.gen(function*() {
      const options = yield* Effect.fromResult(yield* read(valid))
      assert.strictEqual(Redacted.value(options.apiKey), "sk_live_1")
      assert.deepStrictEqual(options.webhookSecrets?.map(Redacted.value), ["whsec_1"])
      assert.deepInclude(options, {
        account: undefined,
        baseUrl: productionUrl,
        webhookProof: "signature+readback",
        webhookSignedText: undefined,
        webhookEncoding: "hex",
        webhookPrefix: undefined,
        webhookAlgorithm: "sha256",
        webhookTolerance: undefined,
        webhookUrl: undefined,
        withdrawalCurrency: undefined,
        cancelBody: undefined
      })
      assert.strictEqual(productionUrl, "https://api.ecca-ex.com/api/v1")
    }))

  it.effect("are a key alone where webhooks are only hints to look", () =>
    Effect.gen(function*() {
      const options = yield* Effect.fromResult(yield* read({ ECCA_API_KEY: "k", ECCA_WEBHOOK_PROOF: "readback" }))
      assert.strictEqual(options.webhookSecrets, undefined)
    }))

  it.effect("may be everything", () =>
    Effect.gen(function*() {
      const options = yield* Effect.fromResult(
        yield* read({
          ...valid,
          ECCA_ACCOUNT: "ecca-eu",
          ECCA_BASE_URL: "https://proxy.example/ecca/",
          ECCA_WEBHOOK_PROOF: "signature",
          ECCA_WEBHOOK_SECRETS: " new , old ",
          ECCA_READ_BACKS_PER_MINUTE: "60",
          ECCA_WEBHOOK_SIGNED_TEXT: "{timestamp}{body}",
          ECCA_WEBHOOK_ENCODING: "base64",
          ECCA_WEBHOOK_PREFIX: "sha256=",
          ECCA_WEBHOOK_ALGORITHM: "sha512",
          ECCA_WEBHOOK_TOLERANCE: "90 seconds",
          ECCA_WEBHOOK_STATUS_FIELD: "data.status",
          ECCA_WEBHOOK_AMOUNT_FIELD: "data.amount",
          ECCA_WEBHOOK_CURRENCY_FIELD: "data.currency",
          ECCA_WEBHOOK_ADJUSTED_AMOUNT_FIELD: "data.adjusted",
          ECCA_WEBHOOK_URL: "https://shop.example/webhooks/ecca",
          ECCA_WITHDRAWAL_CURRENCY: "USDT@TRON",
          ECCA_CANCEL_BODY: "{\"reason\":\"asked\"}"
        })
      )
      const { apiKey, webhookSecrets, webhookTolerance, ...rest } = options
      assert.deepStrictEqual([Redacted.value(apiKey), ...webhookSecrets?.map(Redacted.value) ?? []], [
        "sk_live_1",
        "new",
        "old"
      ])
      assert.strictEqual(webhookTolerance && Duration.toSeconds(webhookTolerance), 90)
      assert.deepStrictEqual<object>(rest, {
        account: "ecca-eu",
        baseUrl: "https://proxy.example/ecca",
        webhookProof: "signature",
        webhookSignedText: "{timestamp}{body}",
        webhookEncoding: "base64",
        webhookPrefix: "sha256=",
        webhookAlgorithm: "sha512",
        readBacksPerMinute: 60,
        payloadFields: {
          status: "data.status",
          amount: "data.amount",
          currency: "data.currency",
          adjustedAmount: "data.adjusted"
        },
        webhookUrl: "https://shop.example/webhooks/ecca",
        withdrawalCurrency: "USDT@TRON",
        cancelBody: { reason: "asked" }
      })
    }))

  it.effect("build what works against the provider", () =>
    Effect.gen(function*() {
      const sim = yield* EccaSimulator.make({ withdrawals: [{ amount: "5.00" }] })
      const variables = { ...sim.settings, ECCA_ACCOUNT: "shop", ECCA_WITHDRAWAL_CURRENCY: "usdc@base" }
      const layer = Ecca.layerConfig.pipe(Layer.provide(http), Layer.provide(environment(variables)))
      const services = yield* Layer.build(layer)
      assert.strictEqual(Context.get(services, Gateway.Gateway).account, Identifiers.AccountId.make("shop"))
      const [uuid] = (yield* sim.requests).map(({ url }) => url)
      assert.isUndefined(uuid, "nothing is asked at the start")
      const id = Identifiers.WithdrawalId.make(yield* sim.withdraw({ amount: "7.00" }))
      const { amount } = yield* Context.get(services, Withdrawals.Withdrawals).get(id)
      assert.isTrue(Currency.equals(amount.currency, Currency.parse("USDC@BASE") ?? amount.currency))
      assert.strictEqual(amount.currency.code, Currency.Code.make("USDC"))
    }))
})

describe("settings that are missing or wrong", () => {
  it.effect("that are all missing: the two that are needed", () =>
    Effect.gen(function*() {
      const { problems } = yield* problemsOf({})
      assert.deepStrictEqual(problems, ["ECCA_API_KEY is missing", "ECCA_WEBHOOK_SECRETS is missing"])
    }))

  it.effect("of a program that believes signatures: the fields of the payload, too, all at once", () =>
    Effect.gen(function*() {
      const { problems } = yield* problemsOf({ ECCA_WEBHOOK_PROOF: "signature" })
      assert.deepStrictEqual(problems, [
        "ECCA_API_KEY is missing",
        "ECCA_WEBHOOK_SECRETS is missing",
        "ECCA_WEBHOOK_STATUS_FIELD is missing",
        "ECCA_WEBHOOK_AMOUNT_FIELD is missing",
        "ECCA_WEBHOOK_CURRENCY_FIELD is missing"
      ])
    }))

  const secret = "do-not-show-this"

  /** Every variable with a value that it cannot have, which holds what nobody may see. */
  const malformed: Readonly<Record<string, string>> = {
    ECCA_ACCOUNT: `${secret} with blanks`,
    ECCA_API_KEY: `${secret}\nx`,
    ECCA_BASE_URL: `http://${secret}.example`,
    ECCA_WEBHOOK_PROOF: secret,
    ECCA_WEBHOOK_SECRETS: `${secret},,`,
    ECCA_WEBHOOK_SIGNED_TEXT: secret,
    ECCA_WEBHOOK_ENCODING: secret,
    ECCA_WEBHOOK_ALGORITHM: secret,
    ECCA_WEBHOOK_TOLERANCE: secret,
    ECCA_WEBHOOK_URL: `http://${secret}.example`,
    ECCA_WITHDRAWAL_CURRENCY: `${secret} with blanks`,
    ECCA_CANCEL_BODY: secret
  }

  it.effect("that are all malformed: each by its name, once, and no value anywhere", () =>
    Effect.gen(function*() {
      const { error, problems } = yield* problemsOf(malformed)
      const names = problems.map((problem) => problem.split(" ")[0])
      assert.deepStrictEqual(names.toSorted(), Object.keys(malformed).toSorted())
      for (const problem of problems) assert.match(problem, /^ECCA_[A-Z_]+ is (missing|wrong: .+)$/u)
      const shown = [String(error), JSON.stringify(error), inspect(error, { depth: Infinity, showHidden: true })]
      for (const text of shown) assert.notInclude(text, secret)
    }))

  for (const [variable, value] of Object.entries(malformed)) {
    it.effect(`${variable} that is malformed: by its name alone`, () =>
      Effect.gen(function*() {
        const { error, problems } = yield* problemsOf({ ...valid, [variable]: value })
        assert.deepStrictEqual(problems.map((problem) => problem.split(" ")[0]), [variable])
        assert.notInclude(inspect(error, { depth: Infinity, showHidden: true, customInspect: false }), secret)
      }))
  }

  for (const variable of ["ECCA_API_KEY", "ECCA_WEBHOOK_SECRETS"]) {
    for (const [blank, issue] of [["", "is missing"], ["   ", "is wrong"]] as const) {
      it.effect(`${variable}=${JSON.stringify(blank)} ${issue}`, () =>
        Effect.gen(function*() {
          const { problems } = yield* problemsOf({ ...valid, [variable]: blank })
          assert.strictEqual(problems.length, 1)
          assert.isTrue(problems[0]?.startsWith(`${variable} ${issue}`))
        }))
    }
  }

  for (const variable of Object.keys(malformed).filter((name) => !Object.hasOwn(valid, name))) {
    it.effect(`${variable} that is empty is not set, and that is blank is wrong`, () =>
      Effect.gen(function*() {
        const empty = yield* Effect.fromResult(yield* read({ ...valid, [variable]: "" }))
        const unset = yield* Effect.fromResult(yield* read(valid))
        assert.deepStrictEqual({ ...empty, apiKey: 0, webhookSecrets: 0 }, { ...unset, apiKey: 0, webhookSecrets: 0 })
        const { problems } = yield* problemsOf({ ...valid, [variable]: "   " })
        assert.deepStrictEqual(problems.map((problem) => problem.split(" ")[0]), [variable])
      }))
  }

  it.effect("of a named account: by the names under its own prefix", () =>
    Effect.gen(function*() {
      const named = Object.entries(malformed).map(([name, value]) => [`EU_${name}`, value])
      const variables = { ...Object.fromEntries(named), EU_ECCA_WEBHOOK_PROOF: "signature" }
      const reading = yield* Effect.provide(Provider.named(Ecca.provider, "eu").read, environment(variables))
      const problems = Result.isFailure(reading) ? reading.failure : []
      const expected = [
        ...Object.keys(malformed).filter((name) => name !== "ECCA_WEBHOOK_PROOF"),
        "ECCA_WEBHOOK_STATUS_FIELD",
        "ECCA_WEBHOOK_AMOUNT_FIELD",
        "ECCA_WEBHOOK_CURRENCY_FIELD"
      ]
      assert.deepStrictEqual(
        problems.map(({ variable }) => variable).toSorted(),
        expected.map((name) => `EU_${name}`).toSorted()
      )
    }))

  const credentials = ["a b", "a\nb", "a\r\nx: y", "\u0000", "ключ", "a,,b", ",", " , "]
  for (const value of credentials) {
    it.effect(`a secret that no header or comma-separated list can hold: ${JSON.stringify(value)}`, () =>
      Effect.gen(function*() {
        const { problems } = yield* problemsOf({ ...valid, ECCA_WEBHOOK_SECRETS: value })
        assert.deepStrictEqual(problems.map((problem) => problem.split(" ")[0]), ["ECCA_WEBHOOK_SECRETS"])
      }))
  }
})

describe("options in code", () => {
  const options: EccaOptions = {
    apiKey: Redacted.make("sk_live_1"),
    webhookSecrets: [Redacted.make("whsec_1")],
    retry: RetryPolicy.once
  }

  const wrong: ReadonlyArray<readonly [string, Partial<EccaOptions>]> = [
    ["ECCA_API_KEY", { apiKey: Redacted.make("") }],
    ["ECCA_API_KEY", { apiKey: Redacted.make("sk live") }],
    ["ECCA_WEBHOOK_SECRETS", { webhookSecrets: [Redacted.make("")] }],
    ["ECCA_WEBHOOK_SECRETS", { webhookSecrets: [Redacted.make("a"), Redacted.make(" ")] }],
    ["ECCA_WEBHOOK_SECRETS", { webhookSecrets: undefined }],
    ["ECCA_WEBHOOK_SIGNED_TEXT", { webhookSignedText: "{timestamp}" }],
    ["ECCA_WEBHOOK_SIGNED_TEXT", { webhookSignedText: "" }],
    ["ECCA_WEBHOOK_SIGNED_TEXT", {
      webhookProof: "signature",
      webhookSignedText: "{body}",
      payloadFields: { status: "a", amount: "b", currency: "c" }
    }],
    ["ECCA_READ_BACKS_PER_MINUTE", { readBacksPerMinute: 0 }],
    ["ECCA_READ_BACKS_PER_MINUTE", { readBacksPerMinute: Number.NaN }],
    ["ECCA_BASE_URL", { baseUrl: "http://api.example/v1" }],
    ["ECCA_BASE_URL", { baseUrl: "" }],
    ["ECCA_WEBHOOK_URL", { webhookUrl: "http://shop.example" }],
    ["ECCA_WITHDRAWAL_CURRENCY", { withdrawalCurrency: "" }],
    ["ECCA_ACCOUNT", { account: "a b" }],
    ["ECCA_ACCOUNT", { account: "" }]
  ]
  for (const [index, [variable, changes]] of wrong.entries()) {
    it.effect(`that are wrong keep the layer from being built: ${variable} (${index + 1})`, () =>
      Effect.gen(function*() {
        const layer = Layer.provide(Ecca.layer({ ...options, ...changes }), http)
        const { problems } = yield* Effect.flip(Layer.build(layer))
        assert.deepStrictEqual(problems.map((problem) => problem.variable), [variable])
      }))
  }

  it.effect("that believe signatures need to know where the fields sit", () =>
    Effect.gen(function*() {
      const layer = Layer.provide(Ecca.layer({ ...options, webhookProof: "signature" }), http)
      const { problems } = yield* Effect.flip(Layer.build(layer))
      assert.deepStrictEqual(problems.map(({ variable }) => variable), [
        "ECCA_WEBHOOK_STATUS_FIELD",
        "ECCA_WEBHOOK_AMOUNT_FIELD",
        "ECCA_WEBHOOK_CURRENCY_FIELD"
      ])
    }))

  it.effect("may name this machine without https", () =>
    Effect.gen(function*() {
      const layer = Layer.provide(Ecca.layer({ ...options, baseUrl: "http://localhost:8080/api/v1" }), http)
      assert.strictEqual(Context.get(yield* Layer.build(layer), Gateway.Gateway).name, "Ecca")
    }))

  it.effect("without any proof named ask for the signature and for the provider's word", () =>
    Effect.gen(function*() {
      const { invoices, sim, webhooks } = yield* open({ options: { webhookProof: undefined } })
      const { id } = yield* invoices.create(order("order-1"))
      yield* sim.expire(id)
      const { snapshot } = yield* webhooks.receive(yield* sim.webhook(id))
      assert.strictEqual(snapshot.proof.mode, "signature+readback")
    }))
})

describe("several accounts", () => {
  it.effect("of one provider have settings under their own prefix, and each its own key", () =>
    Effect.gen(function*() {
      const [shop, eu] = [
        yield* EccaSimulator.make({ apiKey: "key-of-shop" }),
        yield* EccaSimulator.make({ apiKey: "key-of-eu" })
      ]
      const prefixed = Object.entries(eu.settings).map(([name, value]) => [`EU_${name}`, value])
      const layer = Gateway.layerConfig({ providers: [Ecca.provider, Provider.named(Ecca.provider, "eu")] }).pipe(
        Layer.provide(http),
        Layer.provide(environment({ GATEFOLD_PROVIDER: "eu", ...shop.settings, ...Object.fromEntries(prefixed) }))
      )
      const services = yield* Layer.build(layer)
      assert.strictEqual(Context.get(services, Gateway.Gateway).account, Identifiers.AccountId.make("eu"))
      const invoices = Context.get(services, Invoices.Invoices)
      yield* Effect.flip(invoices.get({ reference: "order-1" }))
      const keys = (sim: EccaSimulator.Service) =>
        Effect.map(sim.requests, (all) => all.map(({ headers }) => headers["x-api-key"]))
      assert.deepStrictEqual([yield* keys(shop), yield* keys(eu)], [[], ["key-of-eu"]])
    }))

  it.effect("that are wrong are named with their prefix", () =>
    Effect.gen(function*() {
      const reading = yield* Effect.provide(
        Provider.named(Ecca.provider, "eu").read,
        environment({ EU_ECCA_API_KEY: "k", ECCA_WEBHOOK_SECRETS: "not this one's" })
      )
      assert.isTrue(Result.isFailure(reading))
      const problems = Result.isFailure(reading) ? reading.failure : []
      assert.deepStrictEqual(problems.map(({ variable }) => variable), ["EU_ECCA_WEBHOOK_SECRETS"])
    }))

  it.effect("keep their retry policies apart", () =>
    Effect.gen(function*() {
      const patient = yield* open({ options: { retry: { ...noPauses, tries: 4 } } })
      const hasty = yield* open({ options: { retry: RetryPolicy.once } })
      for (const { invoices, sim } of [patient, hasty]) {
        yield* sim.refuseWith("NO_AVAILABLE_REQUISITES", { times: "always" })
        yield* Effect.flip(invoices.get({ reference: "order-1" }))
      }
      assert.deepStrictEqual([(yield* patient.requests).length, (yield* hasty.requests).length], [4, 1])
    }))
})
