/**
 * Credentials and tokens are in no log, span, metric or error, however it is looked at, and go to nobody else.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Fault } from "@gatefold/core/Simulator"
import { Ecryptopay } from "@gatefold/ecryptopay"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import * as Observer from "@gatefold/simulator/Observer"
import { Cause, Effect, Exit, Redacted, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import * as Receiver from "./support/Receiver.ts"
import { connect, morning, optionsOf, requestsOf } from "./support/Shop.ts"

const price = { amount: "250.00", currency: "MXN" }

const transports = [
  { transport: "undici", layer: NodeHttpClient.layerUndici },
  { transport: "fetch", layer: FetchHttpClient.layer }
] as const

/** Everything that can be seen of a value without asking for it by name. */
const looks = (value: unknown): string =>
  [
    String(value),
    value instanceof Error ? value.stack : "",
    jsonOf(value),
    inspect(value, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity, showHidden: true }),
    inspect(value, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity, customInspect: false })
  ].join("\n")

const jsonOf = (value: unknown): string => {
  const seen = new Set<unknown>()
  const once = (_key: string, each: unknown) => {
    if (typeof each === "bigint") return String(each)
    if (typeof each !== "object" || each === null) return each
    if (seen.has(each)) return undefined
    seen.add(each)
    return each instanceof Map ? [...each] : each
  }
  return JSON.stringify(value, once) ?? ""
}

/** Every secret that went over the wire, and those that came. */
const secretsOf = Effect.fnUntraced(function*(simulator: EcryptopaySimulator.Service, known: ReadonlyArray<string>) {
  const requests = yield* simulator.requests
  const bearers = requests.map(({ headers }) => (headers["authorization"] ?? "").replace("Bearer ", ""))
  const refreshes = (yield* requestsOf(simulator, "token")).map(({ body }): string => JSON.parse(body).refresh_token)
  return [...new Set([...known, ...bearers, ...refreshes])].filter((secret) => secret !== undefined && secret !== "")
})

const answer = (status: number, body: unknown) =>
  Fault.Answer({ effect: "none", status, body: typeof body === "string" ? body : JSON.stringify(body) })

for (const { layer, transport } of transports) {
  describe(`over ${transport}`, () => {
    it.effect("nothing that is observed of a busy day holds a secret", () => {
      const observer = Observer.make()
      return observer.watch(Effect.gen(function*() {
        yield* TestClock.setTime(morning)
        const simulator = yield* EcryptopaySimulator.make({ webhooks: "manual" })
        const options = yield* optionsOf(simulator)
        const { email, password, clientId, clientSecret } = options
        const credentials = [email, password, clientId, clientSecret].map(Redacted.value)
        const { invoices, payments, webhooks } = yield* connect(simulator, { retry: RetryPolicy.once }, layer)
        const wrong = yield* connect(
          simulator,
          { password: Redacted.make("guess-51e0"), retry: RetryPolicy.once },
          layer
        )
        const outcomes: Array<unknown> = []
        const keep = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
          Effect.map(Effect.exit(effect), (exit) => {
            outcomes.push(exit)
            if (Exit.isFailure(exit)) {
              outcomes.push(Cause.pretty(exit.cause), ...exit.cause.reasons, Cause.squash(exit.cause))
            }
          })
        const token = (fields: Record<string, unknown>) =>
          answer(200, { access_token: "abierto-9f27", expires_in: 7200, refresh_token: "renueva-c3d1", ...fields })

        yield* keep(wrong.payments.create({ price }))
        const { id } = yield* payments.create({ price })
        yield* keep(invoices.create({ reference: "order-7", price }))
        yield* keep(payments.get(id))
        yield* keep(Stream.runCollect(payments.list()))
        yield* keep(Stream.runHead(payments.watch(id)))
        yield* keep(webhooks.receive(yield* simulator.webhook(id)))
        yield* keep(webhooks.receive(yield* simulator.forge("999")))

        const echoes = [...credentials, "renueva-c3d1", "abierto-9f27"]
        const faults = [
          Fault.Reset({ effect: "applied" }),
          Fault.Hangup({ effect: "none" }),
          Fault.ErrorPage({ effect: "none" }),
          Fault.RateLimited({ retryAfter: credentials[1] ?? "" }),
          Fault.Truncated(),
          Fault.EmptyBody(),
          Fault.Redirect({ to: `http://127.0.0.1:9/${credentials[1]}` }),
          ...echoes.flatMap((echo) => [
            answer(400, { error: echo, error_description: echo }),
            answer(422, { error: { code: echo, request_id: echo } }),
            answer(200, { id: echo, amount: echo, currency: echo, expires_in: echo, access_token: `${echo}\n` }),
            answer(200, echo)
          ])
        ]
        for (const fault of faults) {
          for (const operation of ["token", "payments.create", "payments.get", "payments.list"]) {
            yield* simulator.arm(token({}), { operation: "token" })
            yield* simulator.arm(fault, { operation })
            yield* keep(payments.create({ price }))
            yield* keep(payments.get(id))
            yield* keep(Stream.runCollect(payments.list()))
            yield* simulator.disarm
            yield* TestClock.adjust("3 hours")
          }
        }
        yield* simulator.revokeTokens
        yield* keep(payments.create({ price }))

        const secrets = yield* secretsOf(simulator, [...echoes, "guess-51e0"])
        assert.isAbove(secrets.length, 10)
        const observed: ReadonlyArray<readonly [where: string, what: string]> = [
          ["errors", outcomes.map(looks).join("\n")],
          ["logs, spans and metrics", yield* observer.text],
          ["options", looks(options)],
          ["layer", looks(Ecryptopay.layer(options))],
          ["services", looks([payments, invoices, webhooks])]
        ]
        assert.isAbove(observer.spans.length, 200)
        assert.include(observed[0]?.[1] ?? "", "Unauthenticated")
        for (const [where, what] of observed) {
          for (const secret of secrets) {
            assert.isFalse(what.includes(secret), `${where}: ${around(what, secret)}`)
          }
        }
      }))
    })

    it.effect("a redirect to another host carries nothing there", () =>
      Effect.gen(function*() {
        const other = yield* Receiver.make
        const simulator = yield* EcryptopaySimulator.make()
        const { payments } = yield* connect(simulator, { retry: RetryPolicy.once }, layer)
        for (const operation of ["token", "payments.create", "payments.get", "payments.list"]) {
          const { id } = yield* payments.create({ price })
          yield* TestClock.adjust("3 hours")
          yield* simulator.arm(Fault.Redirect({ to: other.url }), { operation, times: "always" })
          yield* Effect.exit(payments.create({ price }))
          yield* Effect.exit(payments.get(id))
          yield* Effect.exit(Stream.runDrain(payments.list()))
          yield* simulator.disarm
        }
        assert.deepStrictEqual(yield* other.received, [])
      }))
  })
}

const around = (text: string, secret: string): string => {
  const at = text.indexOf(secret)
  return text.slice(Math.max(0, at - 80), at + 80)
}

describe("the proof", () => {
  it("would see a secret in each of the looks", () => {
    class Hidden {
      readonly inside = { secret: "abierto-9f27" }
    }
    assert.include(looks(new Hidden()), "abierto-9f27")
    assert.include(looks(new Error("x", { cause: { token: "abierto-9f27" } })), "abierto-9f27")
    assert.include(looks(new Map([["token", { a: { b: { c: { d: "abierto-9f27" } } } }]])), "abierto-9f27")
    assert.notInclude(looks(Redacted.make("abierto-9f27")), "abierto-9f27")
  })
})
