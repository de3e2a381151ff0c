/** Golden exchanges: how files are read, and how they become cases of the contract. */
import { assert, describe, it } from "@effect/vitest"
import * as AdapterContract from "@gatefold/testkit/AdapterContract"
import type { Outcome } from "@gatefold/testkit/Check"
import * as Golden from "@gatefold/testkit/Golden"
import type { Subject } from "@gatefold/testkit/Subject"
import { Effect } from "effect"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { subject as ecca } from "../../ecca/test/contract.ts"

const id = "a1b2c3d4-5678-90ab-cdef-1234567890ab"

/** An author's first file: an invoice that the provider does not know. */
const unknownInvoice = {
  source: "docs.example: errors",
  operation: "invoices.get",
  input: { id },
  exchanges: [{
    request: { method: "GET", path: `/api/v1/invoices/${id}`, headers: { "x-api-key": "{ECCA_API_KEY}" } },
    response: { status: 404, json: { successful: false, error: { code: "INVOICE_NOT_FOUND", message: "text" } } }
  }],
  outcome: { failure: { reason: "NotFound", code: "INVOICE_NOT_FOUND" } }
}

const [exchange] = unknownInvoice.exchanges

/** The same file with another request, or another response. */
const asking = (request: object) => ({
  ...unknownInvoice,
  exchanges: [{ ...exchange, request: { ...exchange?.request, ...request } }]
})

const folder = (files: Readonly<Record<string, unknown>>) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const path = await mkdtemp(join(tmpdir(), "golden-"))
      for (const [name, content] of Object.entries(files)) {
        await writeFile(join(path, name), typeof content === "string" ? content : JSON.stringify(content))
      }
      return pathToFileURL(`${path}/`)
    }),
    (url) => Effect.promise(() => rm(url, { recursive: true }))
  )

/** An adapter of which nothing is there but data files. */
const withoutSimulator = (golden: URL | undefined): Subject => ({
  ...ecca,
  simulator: undefined,
  variants: undefined,
  settings: { ECCA_API_KEY: "a-key-of-the-test", ECCA_WEBHOOK_SECRETS: "a-secret-of-the-test" },
  golden
})

const outcomeOf = (subject: Subject, id: string): Effect.Effect<Outcome | undefined> =>
  Effect.map(AdapterContract.check(subject, { only: [id] }), ([result]) => result?.outcome)

/** What a case finds wrong with an adapter that has these files. */
const found = Effect.fnUntraced(function*(files: Readonly<Record<string, unknown>>, id: string) {
  const outcome = yield* outcomeOf(withoutSimulator(yield* folder(files)), id)
  return outcome?._tag === "Failed" ? outcome.found : outcome?._tag
})

const complaint = (content: unknown) =>
  Effect.map(Effect.flip(Golden.parse("one.json", JSON.stringify(content))), ({ message }) => message)

describe("a golden file", () => {
  it.effect("is read with its defaults", () =>
    Effect.gen(function*() {
      const { conversation, file } = yield* Golden.parse("one.json", JSON.stringify(unknownInvoice))
      assert.strictEqual(file, "one.json")
      assert.deepStrictEqual(conversation.settings, {})
      assert.deepStrictEqual(conversation.exchanges[0]?.request.without, [])
      assert.strictEqual(conversation.exchanges[0]?.response.status, 404)
    }))

  it.effect("that is wrong is named, with the place in it", () =>
    Effect.gen(function*() {
      assert.match(yield* complaint(asking({ path: "api" })), /^one\.json: exchanges\.0\.request\.path: /u)
      assert.match(yield* complaint(asking({ json: {}, text: "" })), /^one\.json: exchanges\.0\.request: /u)
      assert.match(yield* complaint(asking({ body: {} })), /^one\.json: exchanges\.0\.request\.body: /u)
      assert.match(yield* complaint({ ...unknownInvoice, operation: "invoices.pay" }), /^one\.json: operation: /u)
      assert.match(yield* complaint({ ...unknownInvoice, input: {} }), /^one\.json: input\.id: /u)
      assert.match(yield* complaint({ ...unknownInvoice, input: { id, also: 1 } }), /^one\.json: input\.also: /u)
      assert.match(yield* complaint({ ...unknownInvoice, outcome: {} }), /^one\.json: outcome: /u)
      assert.match(yield* complaint({ ...unknownInvoice, source: "" }), /^one\.json: source: /u)
      const noJson = yield* Effect.flip(Golden.parse("one.json", "{"))
      assert.strictEqual(noJson.message, "one.json: file: not JSON")
    }))

  it.effect("is found in a folder by its name", () =>
    Effect.gen(function*() {
      const url = yield* folder({ "b.json": unknownInvoice, "a.json": unknownInvoice, "notes.md": "nothing" })
      assert.deepStrictEqual((yield* Golden.read(url)).map(({ file }) => file), ["a.json", "b.json"])
      const { message } = yield* Effect.flip(Golden.read(new URL("none/", url)))
      assert.include(message, "cannot be read")
    }))
})

describe("an adapter without a simulator", () => {
  it.live("is held to its golden exchanges", () =>
    Effect.scoped(Effect.gen(function*() {
      assert.strictEqual(yield* found({ "one.json": unknownInvoice }, "golden-requests"), "Passed")
      assert.strictEqual(yield* found({ "one.json": unknownInvoice }, "golden-models"), "Passed")
      assert.include(yield* found({ "one.json": unknownInvoice }, "golden-for-each-operation"), "invoices.create")
    })))

  it.live("is told which file fails, and where", () =>
    Effect.scoped(Effect.gen(function*() {
      const requests = (file: unknown) => found({ "right.json": unknownInvoice, "wrong.json": file }, "golden-requests")
      const path = yield* requests(asking({ path: "/api/v1/invoice" }))
      assert.include(path, "wrong.json: ")
      assert.include(path, `came unexpectedly: GET /api/v1/invoices/${id}`)
      assert.include(path, "did not come: GET /api/v1/invoice ")
      assert.notInclude(path, "right.json")
      const header = yield* requests(asking({ headers: { "x-api-key": "another" } }))
      assert.include(header, "the header x-api-key should be \"another\", and is another")
      assert.notInclude(header, "a-key-of-the-test")
      assert.include(yield* requests(asking({ without: ["X-Api-Key"] })), "the header X-Api-Key should not be there")
      assert.include(yield* requests(asking({ json: { id } })), "the body should be JSON, and is \"\"")
      const missing = { ...unknownInvoice, exchanges: [...unknownInvoice.exchanges, ...unknownInvoice.exchanges] }
      assert.include(yield* requests(missing), "did not come: GET")
    })))

  it.live("is told what became of an answer instead", () =>
    Effect.scoped(Effect.gen(function*() {
      const models = (outcome: object) => found({ "one.json": { ...unknownInvoice, outcome } }, "golden-models")
      assert.include(
        yield* models({ failure: { reason: "NotFound", httpStatus: 410 } }),
        "one.json: error.httpStatus should be 410, and is 404"
      )
      assert.include(yield* models({ success: { id } }), "one.json: it should end in Success")
    })))

  it.live("is told which case needs a simulator, and which needs data files", () =>
    Effect.gen(function*() {
      const nothing = withoutSimulator(undefined)
      assert.deepStrictEqual(yield* outcomeOf(nothing, "lost-answer-is-unknown"), {
        _tag: "Unproven",
        reason: "it needs a simulator"
      })
      assert.deepStrictEqual(yield* outcomeOf(nothing, "golden-models"), {
        _tag: "Unproven",
        reason: "the subject names no folder with golden exchanges"
      })
    }))

  it.live("has to say which variable is its base URL", () =>
    Effect.scoped(Effect.gen(function*() {
      const url = yield* folder({ "one.json": unknownInvoice })
      const outcome = yield* outcomeOf({ ...withoutSimulator(url), baseUrl: undefined }, "golden-models")
      assert.strictEqual(outcome?._tag, "Unproven")
    })))
})

describe("an adapter with a simulator", () => {
  it.live("needs not say which variable is its base URL", () =>
    Effect.scoped(Effect.gen(function*() {
      const golden = yield* folder({ "one.json": unknownInvoice })
      const outcome = yield* outcomeOf({ ...ecca, golden, baseUrl: undefined }, "golden-requests")
      assert.deepStrictEqual(outcome, { _tag: "Passed" })
    })))

  it.live("is held to its golden exchanges once, and not in each variant", () =>
    Effect.gen(function*() {
      const results = yield* AdapterContract.check(ecca, { only: ["golden-for-each-operation"] })
      const tags = results.map(({ outcome, variant }) => [variant === "default", outcome._tag])
      assert.isAbove(tags.length, 1)
      assert.isTrue(tags.every(([isDefault, tag]) => tag === (isDefault ? "Passed" : "Skipped")))
    }))
})
