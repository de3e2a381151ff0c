/**
 * The application's own word on whether an invoice is its own, before anything is asked of the provider.
 */
import { assert, describe, it } from "@effect/vitest"
import { InvoiceId } from "@gatefold/core/Identifiers"
import * as WebhookOwnership from "@gatefold/core/WebhookOwnership"
import { Effect } from "effect"
import * as TinyProvider from "./support/TinyProvider.ts"
import * as TinyWebhooks from "./support/TinyWebhooks.ts"

const { layer } = TinyProvider.transports[0]
const { modes, paid, signed, start } = TinyWebhooks

/** How a webhook about "one" ends under a hook. */
const ending = ({ events }: Effect.Success<ReturnType<typeof start>>) =>
  events.receive(signed(paid())).pipe(
    Effect.map(({ invoice }) => `taken ${invoice.id}`),
    Effect.catch((error) => Effect.succeed(error._tag === "WebhookRejected" ? error.why : error.reason._tag))
  )

const hook = (owns: WebhookOwnership.Owns) => Effect.provideService(WebhookOwnership.Current, owns)
const answering = (owns: boolean) => hook(() => Effect.succeed(owns))

describe("the ownership hook", () => {
  for (const mode of modes) {
    it.effect(`of a call decides, in ${mode}`, () =>
      Effect.gen(function*() {
        const account = yield* start(mode)
        assert.strictEqual(yield* answering(false)(ending(account)), "UnknownObject")
        assert.strictEqual(yield* account.reads, 0)
        assert.strictEqual(yield* answering(true)(ending(account)), "taken one")
        assert.strictEqual(yield* ending(account), "taken one")
      }).pipe(Effect.provide(layer)))

    it.effect(`of the layer decides where the call has none, in ${mode}`, () =>
      Effect.gen(function*() {
        const account = yield* answering(false)(start(mode))
        assert.strictEqual(yield* ending(account), "UnknownObject")
        assert.strictEqual(yield* account.reads, 0)
        assert.strictEqual(yield* answering(true)(ending(account)), "taken one")
      }).pipe(Effect.provide(layer)))

    const failing: ReadonlyArray<readonly [what: string, owns: WebhookOwnership.Owns]> = [
      ["fails", () => Effect.fail("hunter2")],
      ["dies", () => Effect.die("hunter2")],
      ["throws", () => {
        throw new Error("hunter2")
      }]
    ]
    for (const [what, owns] of failing) {
      it.effect(`that ${what} leaves it open, and nothing is asked, in ${mode}`, () =>
        Effect.gen(function*() {
          const account = yield* start(mode)
          assert.strictEqual(yield* hook(owns)(ending(account)), "Unavailable")
          const error = yield* Effect.flip(hook(owns)(account.events.receive(signed(paid()))))
          assert.include(error.message, "the ownership hook failed")
          assert.notInclude(JSON.stringify(error) + error.message, "hunter2")
          assert.strictEqual(yield* account.reads, 0)
        }).pipe(Effect.provide(layer)))
    }
  }

  it.effect("is told the account and the id, once per webhook, and only of what was admitted", () =>
    Effect.gen(function*() {
      const asked: Array<ReadonlyArray<string>> = []
      const { events } = yield* start("signature+readback")
      const listening = hook((...of) => Effect.sync(() => asked.push(of) > 0))
      yield* listening(events.receive(signed(paid())))
      yield* Effect.exit(listening(events.receive(signed(paid(), 0, "forged"))))
      yield* listening(events.admit(signed(paid())))
      assert.deepStrictEqual(asked, [[TinyWebhooks.identity.account, InvoiceId.make("one")]])
    }).pipe(Effect.provide(layer)))

  it.effect("keeps a flood of forged ids from the provider altogether", () =>
    Effect.gen(function*() {
      const { events, reads } = yield* hook((_, id) => Effect.succeed(id === "one"))(start("readback"))
      yield* Effect.forEach(
        Array.from({ length: 2_000 }, (_, index) => `forged-${index}`),
        (id) => Effect.exit(events.receive(signed(paid(id))))
      )
      assert.strictEqual(yield* reads, 0)
      assert.strictEqual((yield* events.receive(signed(paid()))).invoice.id, "one")
    }).pipe(Effect.provide(layer)))
})
