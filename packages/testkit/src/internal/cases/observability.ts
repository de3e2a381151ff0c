/**
 * N. What operators of a shop get to see, and providers do not.
 */
import { InvoiceId } from "@gatefold/core/Identifiers"
import { Fault } from "@gatefold/core/Simulator"
import * as Observer from "@gatefold/simulator/Observer"
import * as Effect from "effect/Effect"
import type * as Metric from "effect/Metric"
import * as Case from "../../Case.ts"
import { show, unless, unlessEqual } from "../../Violation.ts"
import type { Transport, World } from "../../World.ts"
import { declared } from "../everyCall.ts"
import { inNoTime, objects } from "../sweep.ts"

const transports: ReadonlyArray<Transport> = ["undici", "fetch"]

const telemetry = "`ProviderClient.call` makes the span and the metrics of each call; a request beside it has none."

/** Every call that is declared, of an adapter that has asked nothing yet: what was sent and what was seen of it. */
const watched = Effect.fnUntraced(function*(world: World) {
  const about = yield* objects(world)
  const { simulator } = world
  const seen: Array<{ readonly path: string; readonly sent: number; readonly observer: Observer.Observer }> = []
  const adapter = yield* world.connect()
  for (const [path, call] of declared(adapter, world.order, about)) {
    const observer = Observer.make()
    const before = (yield* simulator.requests).length
    yield* Effect.exit(observer.watch(inNoTime(call)))
    seen.push({ path, sent: (yield* simulator.requests).length - before, observer })
  }
  return seen.filter(({ sent }) => sent > 0)
})

const refusal = Fault.Answer({ effect: "none", status: 403, body: "{}" })

const attribute = ({ attributes }: Metric.Metric.Snapshot, name: string): string | undefined => attributes?.[name]

/** The requests of every call, made within a span of the program's own. */
const requestsWithin = Effect.fnUntraced(function*(world: World, transport: Transport) {
  const { connect, order, simulator } = world
  const about = yield* objects(world)
  const adapter = yield* connect({ transport })
  const before = (yield* simulator.requests).length
  const observer = Observer.make()
  for (const [, call] of declared(adapter, order, about)) {
    yield* Effect.exit(observer.watch(Effect.withSpan(inNoTime(call), "checkout")))
  }
  const sent = (yield* simulator.requests).slice(before)
  yield* unless(sent.length > 0, "no call at all sent a request")
  return sent
})

/** @internal */
export const observability = Case.group("N", [
  {
    id: "calls-have-spans",
    name: "each operation that asks the provider leaves a span `gatefold.<provider>.<operation>` with its account",
    why: "When a checkout hangs at night, this is how somebody finds out which provider it waits for.",
    look: telemetry,
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const { gateway } = world.adapter
      for (const { observer, path } of yield* watched(world)) {
        const spans = observer.spans.filter(({ name }) => name.startsWith(`gatefold.${gateway.provider}.`))
        yield* unless(spans.length > 0, `${path} asks the provider, and leaves no span gatefold.${gateway.provider}.*`)
        for (const { attributes, kind, name } of spans) {
          const expected = {
            "gatefold.provider": gateway.provider,
            "gatefold.account": gateway.account,
            "gatefold.operation": name.slice(`gatefold.${gateway.provider}.`.length)
          }
          const actual = Object.fromEntries(Object.keys(expected).map((key) => [key, attributes.get(key)]))
          yield* unlessEqual(`the attributes of ${name}`, actual, expected)
          yield* unlessEqual(`the kind of ${name}`, kind, "client")
        }
        const operation = gateway.capabilities.get(path) === "native" ? gateway.operations.get(path) : undefined
        const names = spans.map(({ name }) => name)
        yield* unless(
          operation === undefined || names.includes(`gatefold.${gateway.provider}.${operation.name}`),
          `${path} is declared as ${operation?.name}, and its spans are ${show(names)}`
        )
      }
    })
  },
  {
    id: "calls-are-counted",
    name: "each operation that asks the provider is counted, with its outcome and the time it took",
    why: "Alerts stand on these numbers: a provider that fails every tenth call is found here or by customers.",
    look: telemetry,
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const { gateway } = world.adapter
      for (const { observer, path } of yield* watched(world)) {
        for (const metric of ["gatefold_calls", "gatefold_call_duration"]) {
          const found = (yield* observer.metric(metric)).filter((one) =>
            attribute(one, "provider") === gateway.provider && attribute(one, "account") === gateway.account &&
            attribute(one, "operation") !== undefined
          )
          yield* unless(found.length > 0, `${path} asks the provider, and ${metric} has nothing of it`)
        }
      }
    })
  },
  {
    id: "failures-are-counted-by-reason",
    name: "a call that fails is counted by its reason, and its span says so",
    why: "An account that is blocked and a provider that is down need different people.",
    look: telemetry,
    needs: ["invoices.get"],
    run: Effect.fnUntraced(function*(world) {
      const observer = Observer.make()
      const { invoice } = yield* objects(world)
      const adapter = yield* world.connect()
      yield* world.simulator.arm(refusal, { times: "always" })
      const { reason } = yield* Effect.flip(observer.watch(adapter.invoices.get({ id: InvoiceId.make(invoice) })))
      const outcomes = (yield* observer.metric("gatefold_calls")).map((one) => attribute(one, "outcome"))
      yield* unless(
        outcomes.includes(reason._tag),
        `a call failed with ${reason._tag}, and is counted as ${show(outcomes)}`
      )
      const told = observer.spans.map(({ attributes }) => attributes.get("gatefold.reason"))
      yield* unless(told.includes(reason._tag), `a call failed with ${reason._tag}, and its spans say ${show(told)}`)
    })
  },
  {
    id: "no-trace-headers",
    name: "the provider gets no trace headers, over undici nor over fetch",
    why: "They tell another company how the shop is built, and link its customers' requests to one another.",
    look: "`HttpClient.TracerPropagationEnabled`, which `ProviderClient` turns off.",
    isCritical: true,
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      for (const transport of transports) {
        for (const { headers, url } of yield* requestsWithin(world, transport)) {
          const traces = Object.keys(headers).filter((name) =>
            /^(traceparent|tracestate|baggage|b3|x-b3-.*)$/u.test(name)
          )
          yield* unlessEqual(`trace headers sent to ${url} over ${transport}`, traces, [])
        }
      }
    })
  },
  {
    id: "user-agent-is-sent",
    name: "each request says which program it comes from, whatever the transport",
    why: "Providers block clients that hide, and their support can find no request of a shop that sends none.",
    look: "The `user-agent` that `ProviderClient` sends.",
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const agents = new Set<string>()
      for (const transport of transports) {
        for (const { headers, method, url } of yield* requestsWithin(world, transport)) {
          const agent = headers["user-agent"] ?? ""
          yield* unless(agent.trim() !== "", `${method} ${url} has no User-Agent over ${transport}`)
          yield* unless(
            !["node", "undici"].includes(agent),
            `${method} ${url} has the transport's own User-Agent: ${agent}`
          )
          agents.add(agent)
        }
      }
      yield* unless(agents.size === 1, `requests have several names: ${show([...agents])}`)
    })
  }
])
