/**
 * Everything that is wrong is told at once, by the name of the variable and never by its value.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Settings from "@gatefold/core/Settings"
import { Config, ConfigProvider, Effect, Redacted, Result } from "effect"
import { inspect } from "node:util"

const environment = (variables: Readonly<Record<string, string>>) =>
  Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnvRecord({ ...variables }))

const problems = <O extends object>(settings: Settings.Settings<O>, variables: Readonly<Record<string, string>>) =>
  Settings.read(settings).pipe(
    environment(variables),
    Effect.map(Result.match({
      onSuccess: () => [],
      onFailure: (found) => found.map(({ issue, variable }) => `${variable} ${issue}`)
    }))
  )

const value = <A>(config: Config.Config<A>, text: string) =>
  Effect.map(environment({ IT: text })(Settings.read({ it: config })), (reading) => Result.getOrThrow(reading).it)

describe("Settings.read", () => {
  const settings = {
    key: Settings.secret("SHOP_KEY"),
    hooks: Settings.secrets("SHOP_HOOKS"),
    url: Settings.baseUrl("SHOP_URL", "https://shop.example"),
    mode: Config.Literals(["test", "live"], "SHOP_MODE"),
    flag: Config.Boolean("SHOP_FLAG"),
    wait: Config.Duration("SHOP_WAIT"),
    port: Config.Port("SHOP_PORT"),
    words: Settings.words("SHOP_WORDS"),
    color: Settings.choice("SHOP_COLOR", ["red", "blue"], "red")
  }
  const secret = "hunter2 and a blank"
  const variables = Object.fromEntries(
    ["KEY", "HOOKS", "URL", "MODE", "FLAG", "WAIT", "PORT", "COLOR"].map((name) => [`SHOP_${name}`, secret])
  )

  it.effect("tells everything that is missing at once", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* problems(settings, {}), [
        "SHOP_KEY is missing",
        "SHOP_HOOKS is missing",
        "SHOP_MODE is missing",
        "SHOP_FLAG is missing",
        "SHOP_WAIT is missing",
        "SHOP_PORT is missing"
      ])
    }))

  it.effect("tells everything that is wrong at once, with what was expected", () =>
    Effect.gen(function*() {
      const found = yield* problems(settings, variables)
      assert.deepStrictEqual(found.map((line) => line.split(" ")[0]), Object.keys(variables))
      for (const line of found) assert.match(line, /^SHOP_[A-Z]+ is wrong: Expected /u)
      assert.include(found, "SHOP_MODE is wrong: Expected \"test\" | \"live\"")
    }))

  it.effect("tells no value, however it is looked at", () =>
    Effect.gen(function*() {
      const reading = yield* environment(variables)(Settings.read(settings))
      const error = new Settings.SettingsError({ problems: Result.getOrThrow(Result.flip(reading)) })
      const seen = [
        String(error),
        error.stack,
        JSON.stringify(error),
        inspect(error, { depth: 99, showHidden: true }),
        inspect(error, { depth: 99, customInspect: false }),
        inspect(reading, { depth: 99, customInspect: false })
      ]
      assert.notMatch(seen.join("\n"), /hunter2/u)
      assert.match(
        error.message,
        /^settings are missing or wrong:\n {2}SHOP_KEY is wrong: .*\n {2}SHOP_HOOKS is wrong/u
      )
    }))

  it.effect("takes a variable that is empty for one that is missing", () =>
    Effect.gen(function*() {
      const { key, mode } = settings
      assert.deepStrictEqual(yield* problems({ key, mode }, { SHOP_KEY: "", SHOP_MODE: "" }), [
        "SHOP_KEY is missing",
        "SHOP_MODE is missing"
      ])
    }))

  it.effect("tells what cannot be read from its source, without the source's own words", () =>
    Effect.gen(function*() {
      const broken = ConfigProvider.make(() => Effect.fail(new ConfigProvider.SourceError({ message: secret })))
      const reading = yield* Effect.provideService(
        Settings.read({ key: settings.key }),
        ConfigProvider.ConfigProvider,
        broken
      )
      const [problem] = Result.getOrThrow(Result.flip(reading))
      assert.deepInclude(problem, { variable: "key", issue: "cannot be read from its source" })
    }))

  it.effect("gives what was read, and standards for what was left out", () =>
    Effect.gen(function*() {
      const { color, key, url, words } = settings
      const reading = yield* environment({ SHOP_KEY: "k-1" })(Settings.read({ color, key, url, words }))
      const read = Result.getOrThrow(reading)
      assert.strictEqual(Redacted.value(read.key), "k-1")
      assert.deepInclude(read, { color: "red", url: "https://shop.example", words: [] })
    }))
})

describe("a secret", () => {
  for (const text of [" ", "   ", "a b", "a\n", "\ra", "a\tb", " a", "a ", "ключ", "a\u0000", "k".repeat(4_097)]) {
    it.effect(`is not ${JSON.stringify(text.slice(0, 9))}`, () =>
      Effect.gen(function*() {
        const expected = "IT is wrong: Expected printable characters without spaces"
        assert.deepStrictEqual(yield* problems({ it: Settings.secret("IT") }, { IT: text }), [expected])
        assert.strictEqual(Settings.checkSecret("apiKey", Redacted.make(text)).length, 1)
      }))
  }
  it.effect("is not empty where it is given in code", () =>
    Effect.sync(() => {
      const [problem] = Settings.checkSecret("apiKey", Redacted.make(""))
      assert.deepInclude(problem, { variable: "apiKey" })
    }))
  it.effect("is anything printable, and shows only the name of its variable", () =>
    Effect.gen(function*() {
      const secret = yield* value(Settings.secret("IT"), "!~/+=\"'sk")
      assert.strictEqual(Redacted.value(secret), "!~/+=\"'sk")
      assert.strictEqual(inspect(secret), "<redacted:IT>")
      assert.deepStrictEqual(Settings.checkSecret("apiKey", secret), [])
    }))
})

describe("a list of secrets", () => {
  for (const text of [",", "a,", ",a", "a,,b", "a, ,b", "a,b c", " "]) {
    it.effect(`is not ${JSON.stringify(text)}`, () =>
      Effect.gen(function*() {
        const expected = "IT is wrong: Expected a list of secrets, separated by commas, none of them blank"
        assert.deepStrictEqual(yield* problems({ it: Settings.secrets("IT") }, { IT: text }), [expected])
      }))
  }
  it.effect("keeps its order, the newest first", () =>
    Effect.gen(function*() {
      const secrets = yield* value(Settings.secrets("IT"), "new, old")
      assert.deepStrictEqual(secrets.map(Redacted.value), ["new", "old"])
      assert.deepStrictEqual(secrets.map(String), ["<redacted:IT>", "<redacted:IT>"])
    }))
})

describe("a base URL", () => {
  const bad = [
    "http://provider.example",
    "ftp://provider.example",
    "//provider.example",
    "provider.example",
    "https://user:pass@provider.example",
    "http://127.0.0.1.provider.example",
    "http://localhost.provider.example",
    "https://provider.example/v1?key=1",
    "https://provider.example/v1#part",
    "https://provider.example\n",
    "javascript:alert(1)"
  ]
  for (const text of bad) {
    it.effect(`is not ${JSON.stringify(text)}`, () =>
      Effect.gen(function*() {
        const config = Settings.baseUrl("IT", "https://x.example")
        assert.deepStrictEqual(yield* problems({ it: config }, { IT: text }), ["IT is wrong: Expected an https URL"])
        assert.strictEqual(Settings.checkUrl("baseUrl", text).length, 1)
      }))
  }
  const good = [
    ["https://provider.example/v1/", "https://provider.example/v1"],
    ["https://provider.example//", "https://provider.example"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://localhost:8080/", "http://localhost:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"]
  ] as const
  for (const [text, expected] of good) {
    it.effect(`is ${text}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* value(Settings.baseUrl("IT", "https://x.example"), text), expected)
        assert.deepStrictEqual(Settings.checkUrl("baseUrl", text), [])
      }))
  }
})

describe("a setting without a standard", () => {
  const code: Settings.Form = { expected: "three letters", test: (text) => /^[A-Z]{3}$/u.test(text) }

  it.effect("is missing where nothing is set, and by that tells a provider that is not set up", () =>
    Effect.gen(function*() {
      const settings = { url: Settings.baseUrl("SHOP_URL"), name: Settings.requiredText("SHOP_NAME") }
      assert.deepStrictEqual(yield* problems(settings, {}), ["SHOP_URL is missing", "SHOP_NAME is missing"])
      assert.isFalse(yield* environment({})(Settings.isPresent(settings)))
      assert.isTrue(yield* environment({ SHOP_NAME: "x" })(Settings.isPresent(settings)))
    }))

  it.effect("is a base URL by the same rules", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* value(Settings.baseUrl("IT"), "https://x.example/api/"), "https://x.example/api")
      const found = yield* problems({ it: Settings.baseUrl("IT") }, { IT: "http://x.example" })
      assert.deepStrictEqual(found, ["IT is wrong: Expected an https URL"])
    }))

  it.effect("is a text of the form that is asked for, in settings and in code", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* value(Settings.requiredText("IT", code), "ABC"), "ABC")
      assert.strictEqual(yield* value(Settings.requiredText("IT"), "two words"), "two words")
      const expected = "IT is wrong: Expected three letters"
      assert.deepStrictEqual(yield* problems({ it: Settings.requiredText("IT", code) }, { IT: "hunter2" }), [expected])
      assert.deepStrictEqual(Settings.checkText("IT", "hunter2", code), [Settings.wrong("IT", "three letters")])
      assert.deepStrictEqual(Settings.checkText("IT", " "), [Settings.wrong("IT", "a text that is not blank")])
      for (const good of ["ABC", undefined]) assert.deepStrictEqual(Settings.checkText("IT", good, code), [])
    }))
})

describe("a list of words", () => {
  it.effect("drops blanks around and between them", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* value(Settings.words("IT"), " paid ,,settled, "), ["paid", "settled"])
    }))
})

describe("Settings.isPresent", () => {
  const settings = {
    key: Settings.secret("SHOP_KEY"),
    mode: Config.Literals(["test", "live"], "SHOP_MODE"),
    flag: Config.Boolean("SHOP_FLAG"),
    url: Settings.baseUrl("SHOP_URL", "https://shop.example")
  }
  const cases: ReadonlyArray<readonly [what: string, variables: Readonly<Record<string, string>>, is: boolean]> = [
    ["nothing is set", {}, false],
    ["something else is set", { OTHER_KEY: "k" }, false],
    ["all required ones are empty", { SHOP_KEY: "", SHOP_MODE: "", SHOP_FLAG: "" }, false],
    ["only one with a standard is set", { SHOP_URL: "https://else.example" }, false],
    ["one is set", { SHOP_KEY: "k" }, true],
    ["one is set wrongly", { SHOP_KEY: " " }, true],
    ["one of several words is set", { SHOP_MODE: "live" }, true],
    ["one of several words is set wrongly", { SHOP_MODE: "lively" }, true],
    ["a flag is set wrongly", { SHOP_FLAG: "perhaps" }, true]
  ]
  for (const [what, variables, is] of cases) {
    it.effect(`is ${is} when ${what}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* environment(variables)(Settings.isPresent(settings)), is)
      }))
  }
})
