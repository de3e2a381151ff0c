/**
 * What follows from an adapter's one declaration.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Gateway from "@gatefold/core/Gateway"
import { Invoices } from "@gatefold/core/Invoices"
import * as Provider from "@gatefold/core/Provider"
import { ConfigProvider, Effect, Layer, Redacted, Result } from "effect"
import { inspect } from "node:util"
import * as TinyAdapter from "./support/TinyAdapter.ts"
import * as TinyProvider from "./support/TinyProvider.ts"

const { layer: http } = TinyProvider.transports[0]
const acme = TinyAdapter.make("acme")
const options: TinyAdapter.TinyOptions = { apiKey: Redacted.make("key-in-code"), mode: "test" }
const settings = (variables: Readonly<Record<string, string>>) =>
  ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...variables }))

/** The account of a layer, and the key that a request of it carries. */
const seen = <E>(
  layerAt: (baseUrl: string) => Layer.Layer<Gateway.Gateway | Invoices, E, Layer.Success<typeof http>>
) =>
  Effect.gen(function*() {
    const { baseUrl, server } = yield* TinyProvider.start
    const account = yield* Effect.gen(function*() {
      yield* (yield* Invoices).get({ reference: "r-1" })
      return (yield* Gateway.Gateway).account
    }).pipe(Effect.provide(Layer.provide(layerAt(baseUrl), http)))
    const [request] = yield* server.requests
    return `${account} with ${request?.headers["x-api-key"]}`
  })

const problems = <A, E>(layer: Layer.Layer<A, E, Layer.Success<typeof http>>) =>
  Effect.flip(Effect.scoped(Layer.build(Layer.provide(layer, http))))

describe("a layer", () => {
  it.effect("from options is the account of the provider's name", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* seen((baseUrl) => acme.layer({ ...options, baseUrl })), "acme with key-in-code")
      assert.strictEqual(yield* seen((baseUrl) => acme.layerAll({ ...options, baseUrl })), "acme with key-in-code")
    }))

  it.effect("can be called otherwise", () =>
    Effect.gen(function*() {
      const layer = (baseUrl: string) => acme.layer({ ...options, baseUrl, account: "shop-2" })
      assert.strictEqual(yield* seen(layer), "shop-2 with key-in-code")
    }))

  it.effect("from settings is the same", () =>
    Effect.gen(function*() {
      const layer = (baseUrl: string) =>
        Layer.provide(
          acme.layerConfig,
          settings({ ACME_API_KEY: "key-in-settings", ACME_MODE: "live", ACME_BASE_URL: baseUrl })
        )
      assert.strictEqual(yield* seen(layer), "acme with key-in-settings")
    }))

  it.effect("from settings fails with every problem at once", () =>
    Effect.gen(function*() {
      const error = yield* problems(Layer.provide(acme.layerConfig, settings({ ACME_BASE_URL: "http://x.example" })))
      assert.deepStrictEqual(error.problems.map(({ variable }) => variable), [
        "ACME_API_KEY",
        "ACME_MODE",
        "ACME_BASE_URL"
      ])
    }))

  it.effect("has the settings that all adapters have, which it need not name", () =>
    Effect.gen(function*() {
      const adapter = TinyAdapter.make("acme-mx")
      const environment = { "ACME-MX_API_KEY": "k", "ACME-MX_MODE": "test", ACME_MX_ACCOUNT: "shop-2" }
      const read = (more: Readonly<Record<string, string>>) =>
        Effect.provide(adapter.read, settings({ ...environment, ...more }))
      const options = Result.getOrThrow(yield* read({ ACME_MX_READ_BACKS_PER_MINUTE: "60" }))
      assert.deepInclude(options, { account: "shop-2", readBacksPerMinute: 60 })
      for (const wrong of ["0", "1.5", "many"]) {
        const found = Result.getOrThrow(Result.flip(yield* read({ ACME_MX_READ_BACKS_PER_MINUTE: wrong })))
        assert.deepStrictEqual(found.map(({ variable }) => variable), ["ACME_MX_READ_BACKS_PER_MINUTE"])
      }
    }))

  it.effect("with a common option that cannot be is refused by its variable", () =>
    Effect.gen(function*() {
      const error = yield* problems(acme.layer({ ...options, readBacksPerMinute: 0 }))
      assert.deepStrictEqual(error.problems.map(({ variable }) => variable), ["ACME_READ_BACKS_PER_MINUTE"])
    }))

  it.effect("from options is checked by the same rules, and tells no value", () =>
    Effect.gen(function*() {
      const bad = { ...options, apiKey: Redacted.make("hunter2\n"), baseUrl: "http://hunter2.example", account: "a b" }
      for (const layer of [acme.layer(bad), acme.layerAll(bad)]) {
        const error = yield* problems(layer)
        assert.deepStrictEqual(error.problems.map(({ variable }) => variable), ["ACME_ACCOUNT", "apiKey", "baseUrl"])
        assert.notMatch(`${error}${inspect(error, { depth: 99, customInspect: false })}`, /hunter2/u)
      }
    }))

  for (const account of ["", "a b", "-a", "ä", "a/b", "a".repeat(65)]) {
    it.effect(`is of no account called ${JSON.stringify(account.slice(0, 9))}`, () =>
      Effect.gen(function*() {
        const error = yield* problems(acme.layer({ ...options, account }))
        assert.deepStrictEqual(error.problems.map(({ variable }) => variable), ["ACME_ACCOUNT"])
      }))
  }

  it.effect("keeps what make opened until it is closed", () =>
    Effect.gen(function*() {
      const log: Array<string> = []
      const scoped = Provider.make({
        id: "scoped",
        name: "Scoped",
        currencies: [],
        capabilities: {},
        settings: {},
        make: (_options, { account, provider }) =>
          Effect.acquireRelease(
            Effect.sync(() => {
              log.push(`open ${account} of ${provider}`)
              return {}
            }),
            () => Effect.sync(() => void log.push("close"))
          )
      })
      yield* Effect.sync(() => log.push("run")).pipe(Effect.provide(scoped.layer({ account: "one" })))
      assert.deepStrictEqual(log, ["open one of scoped", "run", "close"])
    }))
})

describe("a named account", () => {
  const variables = {
    ACME_API_KEY: "key",
    ACME_MODE: "live",
    EU_WEST_ACME_API_KEY: "key-of-eu",
    EU_WEST_ACME_MODE: "test",
    B_EU_WEST_ACME_API_KEY: "key-of-b",
    B_EU_WEST_ACME_MODE: "test"
  }
  const europe = Provider.named(acme, "eu-west")

  it.effect("reads its settings under its own name, whichever way it is configured", () =>
    Effect.gen(function*() {
      const prefixed = (baseUrl: string) => settings({ ...variables, EU_WEST_ACME_BASE_URL: baseUrl })
      const expected = "eu-west with key-of-eu"
      assert.strictEqual(yield* seen((url) => Layer.provide(europe.layerConfig, prefixed(url))), expected)
      const configured = (url: string) =>
        Layer.unwrap(Effect.orDie(Effect.flatMap(europe.configured, Effect.fromResult))).pipe(
          Layer.provide(prefixed(url))
        )
      assert.strictEqual(yield* seen(configured), expected)
    }))

  it.effect("is its own account where it is given options", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* seen((baseUrl) => europe.layer({ ...options, baseUrl })), "eu-west with key-in-code")
      assert.strictEqual(yield* seen((baseUrl) => europe.layerAll({ ...options, baseUrl })), "eu-west with key-in-code")
    }))

  it.effect("is present when its own settings are, and tells its own variables", () =>
    Effect.gen(function*() {
      const within = (variables: Readonly<Record<string, string>>) => Effect.provide(settings(variables))
      assert.isTrue(yield* within(variables)(europe.isPresent))
      assert.isFalse(yield* within({ ACME_API_KEY: "key", ACME_MODE: "live" })(europe.isPresent))
      const reading = yield* within({ EU_WEST_ACME_MODE: "lively" })(europe.read)
      assert.deepStrictEqual(
        Result.getOrThrow(Result.flip(reading)).map(({ issue, variable }) => `${variable} ${issue}`),
        ["EU_WEST_ACME_API_KEY is missing", "EU_WEST_ACME_MODE is wrong: Expected \"test\" | \"live\""]
      )
    }))

  it.effect("of a named account stands under both names", () =>
    Effect.gen(function*() {
      const reading = yield* Effect.provide(Provider.named(europe, "b").read, settings(variables))
      const { account, apiKey } = Result.getOrThrow(reading)
      assert.strictEqual(`${account} ${Redacted.value(apiKey)}`, "b key-of-b")
    }))

  it.effect("reads nested sources too", () =>
    Effect.gen(function*() {
      const source = ConfigProvider.fromUnknown({ EU_WEST: { ACME_API_KEY: "nested", ACME_MODE: "test" } })
      const reading = yield* Effect.provide(europe.read, ConfigProvider.layer(source))
      assert.strictEqual(Redacted.value(Result.getOrThrow(reading).apiKey), "nested")
    }))
})

describe("the currencies of an account", () => {
  const currencies = Effect.flatMap(Gateway.Gateway, ({ currencies }) => currencies)

  it.effect("are those that the adapter declares", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* currencies).map(String), ["MXN", "USD", "USDT@TRON"])
    }).pipe(Effect.provide(Layer.provide(acme.layer(options), http))))

  it.effect("are those of the account's catalog where only that knows", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* currencies).map(String), ["COP"])
    }).pipe(Effect.provide(TinyAdapter.asking.layer(options))))
})
