/**
 * Which provider a program runs on is a matter of settings alone; every account that is set up stays reachable.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Accounts from "@gatefold/core/Accounts"
import * as Gateway from "@gatefold/core/Gateway"
import { Invoices } from "@gatefold/core/Invoices"
import * as Provider from "@gatefold/core/Provider"
import type { SettingsError } from "@gatefold/core/Settings"
import { ConfigProvider, Effect, Layer } from "effect"
import { inspect } from "node:util"
import * as TinyAdapter from "./support/TinyAdapter.ts"
import * as TinyProvider from "./support/TinyProvider.ts"

const { layer: http } = TinyProvider.transports[0]
const acme = TinyAdapter.make("acme")
const bolt = TinyAdapter.make("bolt")
const europe = Provider.named(acme, "eu")
const branch = Provider.named(acme, "north-2")

const gateway = (variables: Readonly<Record<string, string>>, providers = [acme, bolt, europe, branch]) =>
  Gateway.layerConfig({ providers }).pipe(
    Layer.provide([ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...variables })), http])
  )

const configured = (id: string) => ({ [`${id}_API_KEY`]: `key-of-${id}`, [`${id}_MODE`]: "live" })

const problems = (layer: Layer.Layer<never, SettingsError>) =>
  Effect.map(Effect.flip(Effect.scoped(Layer.build(layer))), (error) => {
    assert.notMatch([String(error), JSON.stringify(error), inspect(error, { depth: 99 })].join(), /hunter2/u)
    return error.problems.map(({ issue, variable }) => `${variable} ${issue}`)
  })

const account = Effect.map(Gateway.Gateway, ({ account }) => account)

describe("the switch", () => {
  for (const chosen of ["acme", "bolt", "eu", "north-2"]) {
    it.effect(`chooses ${chosen}`, () =>
      Effect.gen(function*() {
        const { chosen: newAttemptsGoTo, ids } = yield* Accounts.Accounts
        assert.deepStrictEqual([yield* account, newAttemptsGoTo], [chosen, chosen])
        assert.sameMembers([...ids], ["acme", "bolt", "eu", "north-2"])
      }).pipe(Effect.provide(gateway({
        GATEFOLD_PROVIDER: chosen,
        ...configured("ACME"),
        ...configured("BOLT"),
        ...configured("EU_ACME"),
        ...configured("NORTH_2_ACME")
      }))))
  }

  it.effect("leaves out accounts of which nothing is set", () =>
    Effect.gen(function*() {
      const { get, ids } = yield* Accounts.Accounts
      assert.deepStrictEqual([ids, yield* account], [["bolt"], "bolt"])
      const error = yield* Effect.flip(get("acme"))
      assert.deepStrictEqual([error._tag, error.message], [
        "UnknownAccount",
        "no account \"acme\" is configured; there is: bolt"
      ])
    }).pipe(
      Effect.provide(gateway({ GATEFOLD_PROVIDER: "bolt", ...configured("BOLT"), ACME_BASE_URL: "https://a.example" }))
    ))
})

describe("wrong settings", () => {
  const names = "Expected \"acme\" | \"bolt\" | \"eu\" | \"north-2\""

  it.effect("of the chosen account are told, all of them", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* problems(gateway({ GATEFOLD_PROVIDER: "acme" })), [
        "ACME_API_KEY is missing",
        "ACME_MODE is missing"
      ])
    }))

  it.effect("of the switch do not hide those of the accounts", () =>
    Effect.gen(function*() {
      const half = { ACME_API_KEY: "hunter2 x", EU_ACME_MODE: "live", BOLT_BASE_URL: "http://hunter2.example" }
      assert.deepStrictEqual(yield* problems(gateway({ GATEFOLD_PROVIDER: "hunter2", ...half })), [
        `GATEFOLD_PROVIDER is wrong: ${names}`,
        "ACME_API_KEY is wrong: Expected printable characters without spaces",
        "ACME_MODE is missing",
        "EU_ACME_API_KEY is missing"
      ])
    }))

  it.effect("a missing switch is missing, with its choices", () =>
    Effect.gen(function*() {
      const missing = "GATEFOLD_PROVIDER is missing: choose acme, bolt, eu or north-2"
      assert.deepStrictEqual(yield* problems(gateway(configured("ACME"))), [missing])
      assert.deepStrictEqual(yield* problems(gateway({})), [missing])
      assert.deepStrictEqual(yield* problems(gateway({ BOLT_MODE: "live" })), [missing, "BOLT_API_KEY is missing"])
    }))

  it.effect("of the only account there is are told although the switch is missing, too", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* problems(gateway({}, [bolt])), [
        "GATEFOLD_PROVIDER is missing: choose bolt",
        "BOLT_API_KEY is missing",
        "BOLT_MODE is missing"
      ])
    }))

  it.effect("a program without providers is told so, and not to choose one", () =>
    Effect.gen(function*() {
      for (const variables of [{}, { GATEFOLD_PROVIDER: "acme" }]) {
        assert.deepStrictEqual(yield* problems(gateway(variables, [])), ["providers is empty"])
      }
    }))

  it.effect("of an account that is half set up stop the start, although new attempts go elsewhere", () =>
    Effect.gen(function*() {
      const variables = { GATEFOLD_PROVIDER: "acme", ...configured("ACME"), BOLT_MODE: "live" }
      assert.deepStrictEqual(yield* problems(gateway(variables)), ["BOLT_API_KEY is missing"])
    }))

  it.effect("name each account's own variables", () =>
    Effect.gen(function*() {
      const variables = { GATEFOLD_PROVIDER: "eu", EU_ACME_MODE: "hunter2", NORTH_2_ACME_API_KEY: "hunter2 x" }
      assert.deepStrictEqual(yield* problems(gateway(variables)), [
        "EU_ACME_API_KEY is missing",
        "EU_ACME_MODE is wrong: Expected \"test\" | \"live\"",
        "NORTH_2_ACME_API_KEY is wrong: Expected printable characters without spaces",
        "NORTH_2_ACME_MODE is missing"
      ])
    }))

  it.effect("two accounts of one name are a mistake", () =>
    Effect.gen(function*() {
      const variables = { GATEFOLD_PROVIDER: "acme", ...configured("ACME") }
      const twice = "providers is wrong: two accounts are called acme: name one of them with Provider.named"
      assert.deepStrictEqual(yield* problems(gateway(variables, [acme, acme])), [twice])
      assert.deepStrictEqual(yield* problems(gateway({ BOLT_MODE: "live" }, [acme, bolt, acme])), [
        "GATEFOLD_PROVIDER is missing: choose acme or bolt",
        twice,
        "BOLT_API_KEY is missing"
      ])
    }))

  it.effect("two accounts that are given one name by a setting are a mistake", () =>
    Effect.gen(function*() {
      const variables = {
        GATEFOLD_PROVIDER: "acme",
        ...configured("ACME"),
        ...configured("BOLT"),
        BOLT_ACCOUNT: "acme"
      }
      assert.deepStrictEqual(yield* problems(gateway(variables)), [
        "providers is wrong: a setting for an account's name gives two of them the same"
      ])
    }))
})

describe("two accounts of one provider", () => {
  it.effect("carry their own keys, and their requests go where their own settings say", () =>
    Effect.gen(function*() {
      const one = yield* TinyProvider.start
      const other = yield* TinyProvider.start
      const layer = gateway({
        GATEFOLD_PROVIDER: "acme",
        ...configured("ACME"),
        ...configured("EU_ACME"),
        ...configured("NORTH_2_ACME"),
        ACME_BASE_URL: one.baseUrl,
        EU_ACME_BASE_URL: one.baseUrl,
        NORTH_2_ACME_BASE_URL: other.baseUrl
      })
      const read = Effect.flatMap(Invoices, ({ get }) => get({ reference: "r-1" }))
      const invoices = yield* Effect.gen(function*() {
        return [yield* read, yield* Accounts.on("eu", read), yield* Accounts.on("north-2", read), yield* read]
      }).pipe(Effect.provide(layer))
      assert.deepStrictEqual(invoices.map(({ account, provider }) => `${account} at ${provider}`), [
        "acme at acme",
        "eu at acme",
        "north-2 at acme",
        "acme at acme"
      ])
      const keys = (provider: typeof one) =>
        Effect.map(provider.server.requests, (all) => all.map(({ headers }) => headers["x-api-key"]))
      assert.deepStrictEqual(yield* keys(one), ["key-of-ACME", "key-of-EU_ACME", "key-of-ACME"])
      assert.deepStrictEqual(yield* keys(other), ["key-of-NORTH_2_ACME"])
    }))

  it.effect("Accounts.on leaves what is not an account's to the program", () =>
    Effect.gen(function*() {
      const seen = yield* Accounts.on(
        "bolt",
        Effect.all([account, Effect.map(Accounts.Accounts, ({ chosen }) => chosen)])
      )
      assert.deepStrictEqual(seen, ["bolt", "acme"])
    }).pipe(Effect.provide(gateway({ GATEFOLD_PROVIDER: "acme", ...configured("ACME"), ...configured("BOLT") }))))

  it.effect("Accounts.on fails for an account that is not configured, before anything of the program runs", () =>
    Effect.gen(function*() {
      let ran = false
      const program = Effect.sync(() => (ran = true))
      assert.deepInclude(yield* Effect.flip(Accounts.on("nobody", program)), {
        _tag: "UnknownAccount",
        account: "nobody"
      })
      assert.isFalse(ran)
    }).pipe(Effect.provide(gateway({ GATEFOLD_PROVIDER: "acme", ...configured("ACME") }))))
})
