/**
 * Settings by environment variables: all that is wrong is told at once, by name and never by value.
 */
import { assert, describe, it } from "@effect/vitest"
import { Payments } from "@gatefold/core"
import { Ecryptopay } from "@gatefold/ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { ConfigProvider, Duration, Effect, Layer, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { inspect } from "node:util"
import { counts } from "./support/Shop.ts"

const complete = {
  ECRYPTOPAY_EMAIL: "comercio@example.test",
  ECRYPTOPAY_PASSWORD: "contrasena-5f1c",
  ECRYPTOPAY_CLIENT_ID: "cliente-77aa",
  ECRYPTOPAY_CLIENT_SECRET: "secreto-90be",
  ECRYPTOPAY_PAID_STATES: "x"
}

const required = [
  "ECRYPTOPAY_EMAIL",
  "ECRYPTOPAY_PASSWORD",
  "ECRYPTOPAY_CLIENT_ID",
  "ECRYPTOPAY_CLIENT_SECRET"
] as const

type Environment = Readonly<Record<string, string>>

const withEnvironment = (environment: Environment) =>
  Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnvRecord({ ...environment }))

const start = (environment: Environment) =>
  Layer.build(Ecryptopay.layerConfig.pipe(Layer.provide(FetchHttpClient.layer))).pipe(withEnvironment(environment))

const problemsOf = (environment: Environment) => Effect.flip(start(environment))

const read = (environment: Environment) =>
  Effect.flatMap(Ecryptopay.provider.read.pipe(withEnvironment(environment)), Effect.fromResult)

const without = (variable: string): Environment =>
  Object.fromEntries(Object.entries(complete).filter(([name]) => name !== variable))

describe("a setting that is needed", () => {
  it.effect("is told when it is missing, all of them at once", () =>
    Effect.gen(function*() {
      const { problems } = yield* problemsOf({})
      assert.deepStrictEqual(
        problems.map(({ issue, variable }) => [variable, issue]),
        required.map((variable) => [variable, "is missing"])
      )
    }))

  it.effect.each(required)(
    "%s is told when it alone is missing, blank or has a line break",
    (variable) =>
      Effect.gen(function*() {
        const wrong = [
          without(variable),
          ...["", " ", "uno\ndos", "uno\r\nx-evil: 1"].map((text) => ({
            ...complete,
            [variable]: text
          }))
        ]
        for (const environment of wrong) {
          const { problems } = yield* problemsOf(environment)
          assert.deepStrictEqual(problems.map((problem) => problem.variable), [variable])
        }
      })
  )
})

describe("a setting that is wrong", () => {
  it.effect.each([
    { variable: "ECRYPTOPAY_BASE_URL", text: "http://ecryptopay.example" },
    { variable: "ECRYPTOPAY_BASE_URL", text: "https://user:pass@ecryptopay.example" },
    { variable: "ECRYPTOPAY_BASE_URL", text: "ecryptopay.example" },
    { variable: "ECRYPTOPAY_PAY_WITH", text: "b t c" },
    { variable: "ECRYPTOPAY_PAY_WITH", text: "USDT@TRON" },
    { variable: "ECRYPTOPAY_QUOTE_LASTS", text: "soon" },
    { variable: "ECRYPTOPAY_QUOTE_LASTS", text: "25001 millis" },
    { variable: "ECRYPTOPAY_QUOTE_LASTS", text: "1 minute" },
    { variable: "ECRYPTOPAY_QUOTE_LASTS", text: "0 seconds" },
    { variable: "ECRYPTOPAY_QUOTE_LASTS", text: "-5 seconds" },
    { variable: "ECRYPTOPAY_ACCOUNT", text: "no account" }
  ])("$variable: $text", ({ text, variable }) =>
    Effect.gen(function*() {
      const error = yield* problemsOf({ ...complete, [variable]: text })
      assert.deepStrictEqual(error.problems.map((problem) => problem.variable), [variable])
      assert.notInclude(error.message.replaceAll(variable, ""), text)
    }))

  it.effect("is a state's word that stands in two lists", () =>
    Effect.gen(function*() {
      const error = yield* problemsOf({
        ...complete,
        ECRYPTOPAY_OPEN_STATES: "y,palabra",
        ECRYPTOPAY_LATE_STATES: "palabra"
      })
      assert.deepStrictEqual(error.problems.map(({ variable }) => variable), ["ECRYPTOPAY_*_STATES"])
      assert.notInclude(error.message, "palabra")
    }))

  it.effect("is told together with everything else that is wrong", () =>
    Effect.gen(function*() {
      const error = yield* problemsOf({
        ECRYPTOPAY_PASSWORD: "uno\ndos",
        ECRYPTOPAY_CLIENT_ID: complete.ECRYPTOPAY_CLIENT_ID,
        ECRYPTOPAY_CLIENT_SECRET: " ",
        ECRYPTOPAY_BASE_URL: "http://ecryptopay.example",
        ECRYPTOPAY_PAY_WITH: "b t c",
        ECRYPTOPAY_QUOTE_LASTS: "1 minute",
        ECRYPTOPAY_PAID_STATES: "palabra",
        ECRYPTOPAY_EXPIRED_STATES: "palabra"
      })
      assert.sameMembers(error.problems.map(({ variable }) => variable), [
        "ECRYPTOPAY_EMAIL",
        "ECRYPTOPAY_PASSWORD",
        "ECRYPTOPAY_CLIENT_SECRET",
        "ECRYPTOPAY_BASE_URL",
        "ECRYPTOPAY_PAY_WITH",
        "ECRYPTOPAY_QUOTE_LASTS",
        "ECRYPTOPAY_*_STATES"
      ])
    }))

  it.effect("is never shown, however the error is looked at", () =>
    Effect.gen(function*() {
      const secret = "muy-secreto-31d7"
      const environment = Object.fromEntries(
        [...required, "ECRYPTOPAY_BASE_URL", "ECRYPTOPAY_PAY_WITH", "ECRYPTOPAY_QUOTE_LASTS", "ECRYPTOPAY_ACCOUNT"].map(
          (variable) => [variable, `${secret}\n${secret}`]
        )
      )
      const error = yield* problemsOf(environment)
      assert.strictEqual(error.problems.length, 8)
      const looks = [
        String(error),
        error.stack,
        JSON.stringify(error),
        inspect(error, { depth: Infinity, showHidden: true })
      ]
      for (const look of looks) assert.notInclude(look, secret)
    }))
})

describe("options in code", () => {
  const options = (overrides: Partial<Ecryptopay.EcryptopayOptions>) =>
    Effect.map(read(complete), (good): Ecryptopay.EcryptopayOptions => ({ ...good, ...overrides }))

  it.effect.each([
    { variable: "ECRYPTOPAY_EMAIL", wrong: { email: Redacted.make("") } },
    { variable: "ECRYPTOPAY_PASSWORD", wrong: { password: Redacted.make("a\nb") } },
    { variable: "ECRYPTOPAY_CLIENT_ID", wrong: { clientId: Redacted.make(" ") } },
    { variable: "ECRYPTOPAY_CLIENT_SECRET", wrong: { clientSecret: Redacted.make("á\u0000") } },
    { variable: "ECRYPTOPAY_BASE_URL", wrong: { baseUrl: "http://ecryptopay.example" } },
    { variable: "ECRYPTOPAY_PAY_WITH", wrong: { payWith: "" } },
    { variable: "ECRYPTOPAY_QUOTE_LASTS", wrong: { quoteLasts: Duration.seconds(26) } },
    { variable: "ECRYPTOPAY_QUOTE_LASTS", wrong: { quoteLasts: Duration.zero } },
    { variable: "ECRYPTOPAY_QUOTE_LASTS", wrong: { quoteLasts: Duration.infinity } },
    { variable: "ECRYPTOPAY_READ_BACKS_PER_MINUTE", wrong: { readBacksPerMinute: -1 } }
  ])("are held to the same: $variable", ({ variable, wrong }) =>
    Effect.gen(function*() {
      const layer = Ecryptopay.layer(yield* options(wrong)).pipe(Layer.provide(FetchHttpClient.layer))
      const { problems } = yield* Effect.flip(Layer.build(layer))
      assert.deepStrictEqual(problems.map((problem) => problem.variable), [variable])
    }))
})

describe("settings that are complete", () => {
  it.effect("have the documented standards", () =>
    Effect.gen(function*() {
      const options = yield* read(complete)
      assert.strictEqual(options.baseUrl, "https://ecryptopay.com/api/v1")
      assert.deepInclude(options, { account: undefined, payWith: undefined, quoteLasts: undefined })
      assert.deepStrictEqual(options.states, {
        open: [],
        processing: [],
        underpaid: [],
        paid: ["x"],
        overpaid: [],
        late: [],
        lateOverpaid: [],
        failed: [],
        expired: [],
        canceled: [],
        reversed: []
      })
    }))

  it.effect("say everything that can be set", () =>
    Effect.gen(function*() {
      const options = yield* read({
        ...complete,
        ECRYPTOPAY_ACCOUNT: "norte",
        ECRYPTOPAY_BASE_URL: "https://sandbox.example/api/v1/",
        ECRYPTOPAY_PAY_WITH: "eth",
        ECRYPTOPAY_QUOTE_LASTS: "20 seconds",
        ECRYPTOPAY_PAID_STATES: " pagado , ya pagado,,",
        ECRYPTOPAY_LATE_OVERPAID_STATES: "tarde"
      })
      assert.deepInclude(options, { account: "norte", baseUrl: "https://sandbox.example/api/v1", payWith: "eth" })
      assert.deepInclude(options.states, { paid: ["pagado", "ya pagado"], lateOverpaid: ["tarde"] })
      assert.strictEqual(Duration.toSeconds(options.quoteLasts ?? Duration.zero), 20)
    }))

  it.effect("are all that a program needs", () =>
    Effect.gen(function*() {
      const simulator = yield* EcryptopaySimulator.make()
      const create = Payments.Payments.use((payments) =>
        payments.create({ price: { amount: "250.00", currency: "MXN" } })
      )
      const made = yield* create.pipe(
        Effect.provide(Ecryptopay.layerConfig.pipe(Layer.provide(FetchHttpClient.layer))),
        withEnvironment(simulator.settings)
      )
      assert.strictEqual((yield* simulator.books)[0]?.id, String(made.id))
      assert.deepStrictEqual(yield* counts(simulator), { token: 1, "payments.create": 1 })
    }))
})
