/** Scripted providers, as an author without a simulator uses them. */
import { assert, describe, it } from "@effect/vitest"
import { Fault } from "@gatefold/core/Simulator"
import * as Script from "@gatefold/testkit/Script"
import { Clock, Effect, Exit } from "effect"

interface Heard {
  readonly status: number
  readonly body: string
}

/** Asks and tells what came back. */
const ask = (url: string, init: RequestInit = {}): Effect.Effect<Heard> =>
  Effect.promise(async () => {
    const response = await fetch(url, init)
    return { status: response.status, body: await response.text() }
  })

const post = (url: string, body: string) => ask(url, { method: "POST", body })

const statusOf = (url: string) => Effect.map(ask(url), ({ status }) => status)

const complaint = (provider: Script.ScriptedProvider) =>
  Effect.map(Effect.flip(provider.verify), ({ message }) => message)

describe("a scripted provider", () => {
  it.effect("answers each step once, and is content when all of them came", () =>
    Effect.gen(function*() {
      const provider = yield* Script.serve(
        Script.on("POST", "/v1/invoices", "invoices.create").answer(Script.json({ id: "i-1" }, 201)),
        Script.on("GET", "/v1/invoices/:id", "invoices.get").answer(({ params }) => Script.json({ id: params["id"] }))
      )
      assert.deepStrictEqual(yield* post(`${provider.url}/v1/invoices`, "{}"), {
        status: 201,
        body: "{\"id\":\"i-1\"}"
      })
      assert.deepStrictEqual(yield* ask(`${provider.url}/v1/invoices/i-7`), { status: 200, body: "{\"id\":\"i-7\"}" })
      yield* provider.verify
    }))

  it.effect("refuses and names what no step expects", () =>
    Effect.gen(function*() {
      const provider = yield* Script.serve(Script.on("GET", "/v1/invoices/:id"))
      assert.strictEqual(yield* statusOf(`${provider.url}/v1/invoices/a`), 204)
      assert.strictEqual(yield* statusOf(`${provider.url}/v1/invoices/b?full=1`), 500)
      assert.strictEqual((yield* post(`${provider.url}/elsewhere`, "text")).status, 500)
      const message = yield* complaint(provider)
      assert.include(message, "came unexpectedly: GET /v1/invoices/b?full=1")
      assert.include(message, "came unexpectedly: POST /elsewhere text")
    }))

  it.effect("names what did not come", () =>
    Effect.gen(function*() {
      const provider = yield* Script.serve(Script.on("GET", "/v1/invoices", "invoices.list"))
      assert.include(yield* complaint(provider), "did not come: GET /v1/invoices (invoices.list)")
    }))

  it.effect("answers for ever where it is told so, and does not insist", () =>
    Effect.gen(function*() {
      const provider = yield* Script.serve(
        Script.on("GET", "/a").answer(Script.text("first")),
        Script.on("GET", "/a").answer(Script.text("later")).always(),
        Script.on("GET", "/b").always()
      )
      const bodies = yield* Effect.forEach([1, 2, 3], () => ask(`${provider.url}/a`))
      assert.deepStrictEqual(bodies.map(({ body }) => body), ["first", "later", "later"])
      yield* provider.verify
    }))

  it.effect("takes steps in order only in that order", () =>
    Effect.gen(function*() {
      const provider = yield* Script.serve(
        Script.on("GET", "/status").always(),
        Script.inOrder(Script.on("POST", "/token"), Script.on("GET", "/list").always(), Script.on("POST", "/close"))
      )
      assert.strictEqual(yield* statusOf(`${provider.url}/list`), 500)
      assert.strictEqual((yield* post(`${provider.url}/token`, "")).status, 204)
      assert.strictEqual(yield* statusOf(`${provider.url}/list`), 204)
      assert.strictEqual(yield* statusOf(`${provider.url}/list`), 204)
      assert.strictEqual(yield* statusOf(`${provider.url}/status`), 204)
      assert.strictEqual((yield* post(`${provider.url}/close`, "")).status, 204)
      assert.strictEqual(yield* statusOf(`${provider.url}/list`), 500)
      assert.strictEqual((yield* complaint(provider)).split("came unexpectedly").length - 1, 2)
    }))

  it.effect("matches JSON by its fields and the digits of its numbers", () =>
    Effect.gen(function*() {
      const provider = yield* Script.serve(
        Script.on("POST", "/pay").withJson({ amount: 250, to: { id: "a" } }).answer(Script.text("number")),
        Script.on("POST", "/pay").withJson({ amount: "250" }).answer(Script.text("text"))
      )
      assert.strictEqual((yield* post(`${provider.url}/pay`, "{\"amount\":250.0,\"to\":{\"id\":\"a\"}}")).status, 500)
      assert.strictEqual((yield* post(`${provider.url}/pay`, "{\"amount\": \"250\"}")).body, "text")
      assert.strictEqual(
        (yield* post(`${provider.url}/pay`, "{ \"to\": {\"id\":\"a\"}, \"amount\":250 }")).body,
        "number"
      )
    }))

  it.effect("matches a query as a whole, in any order", () =>
    Effect.gen(function*() {
      const provider = yield* Script.serve(
        Script.on("GET", "/list").withQuery({ page: "1", status: "paid" }).always()
      )
      assert.strictEqual(yield* statusOf(`${provider.url}/list?status=paid&page=1`), 204)
      assert.strictEqual(yield* statusOf(`${provider.url}/list?page=1`), 500)
      assert.strictEqual(yield* statusOf(`${provider.url}/list?status=paid&page=1&more=1`), 500)
    }))

  it.effect("matches by whatever else a request has", () =>
    Effect.gen(function*() {
      const provider = yield* Script.serve(
        Script.on("GET", "/me").when(({ headers }) => headers["x-key"] === "k").answer(Script.empty(202))
      )
      assert.strictEqual(yield* statusOf(`${provider.url}/me`), 500)
      assert.strictEqual((yield* ask(`${provider.url}/me`, { headers: { "X-Key": "k" } })).status, 202)
    }))

  it.effect("spoils the answer of a step on the wire, and of no other", () =>
    Effect.gen(function*() {
      const provider = yield* Script.serve(
        Script.on("GET", "/a").fault(Fault.Reset({ effect: "none" })),
        Script.on("GET", "/a").fault(Fault.Truncated()).answer(Script.text("abcdef")),
        Script.on("GET", "/a").answer(Script.text("whole"))
      )
      const call = Effect.tryPromise({ try: () => fetch(`${provider.url}/a`), catch: () => "reset" as const })
      assert.isTrue(Exit.isFailure(yield* Effect.exit(call)))
      assert.strictEqual((yield* ask(`${provider.url}/a`)).body, "abc")
      assert.strictEqual((yield* ask(`${provider.url}/a`)).body, "whole")
      yield* provider.verify
    }))

  it.live("answers late where it is told so", () =>
    Effect.scoped(Effect.gen(function*() {
      const provider = yield* Script.serve(Script.on("GET", "/a").delay("60 millis").answer(Script.text("late")))
      const before = yield* Clock.currentTimeMillis
      assert.strictEqual((yield* ask(`${provider.url}/a`)).body, "late")
      assert.isAtLeast((yield* Clock.currentTimeMillis) - before, 55)
    })))

  it.effect("records every request with the operations of its step", () =>
    Effect.gen(function*() {
      const provider = yield* Script.serve(
        Script.on("GET", "/a", "invoices.get", "payments.get"),
        Script.on("GET", "/b")
      )
      for (const path of ["/a", "/b", "/c"]) yield* ask(provider.url + path)
      assert.deepStrictEqual((yield* provider.requests).map(({ operations, url }) => [url, operations]), [
        ["/a", ["invoices.get", "payments.get"]],
        ["/b", ["GET /b"]],
        ["/c", []]
      ])
    }))
})
