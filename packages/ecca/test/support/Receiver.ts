/**
 * A shop's receiver of webhooks, as raw as they come.
 */
import { RawWebhook } from "@gatefold/core"
import { Fault } from "@gatefold/core/Simulator"
import { Answer, MovableClock, SimulatedServer } from "@gatefold/simulator"
import { Effect } from "effect"

/** Starts one that answers 200 unless it is told otherwise. */
export const start = Effect.gen(function*() {
  const clock = yield* MovableClock.make
  const server = yield* SimulatedServer.make({
    now: clock.now,
    notFound: Answer.html("no", 404),
    unavailable: Answer.html("busy", 503),
    routes: [
      { method: "POST", path: "/hook", operations: ["hook"], handle: () => Effect.succeed(Answer.json({ ok: true })) }
    ]
  })
  return {
    hook: `${server.url}/hook`,
    /** The status of the next answer. */
    answerWith: (status: number) => server.arm(Fault.Answer({ effect: "none", status, body: "" })),
    /** Every webhook so far, as `WebhookEvents` takes it. */
    received: Effect.map(
      server.requests,
      (all) => all.map(({ body, headers, method, url }) => RawWebhook.make({ method, path: url, headers, body }))
    )
  }
})
