/**
 * M. Secrets stay secret.
 */
import { InvoiceId } from "@gatefold/core/Identifiers"
import * as Observer from "@gatefold/simulator/Observer"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import * as Case from "../../Case.ts"
import { unless } from "../../Violation.ts"
import type { World } from "../../World.ts"
import { customer, nobody } from "../everyCall.ts"
import { once } from "../once.ts"
import * as secrets from "../secrets.ts"
import * as Sweep from "../sweep.ts"

/** What everybody who reads logs, traces or errors would get. */
const why = "Whoever reads it has the account: logs, traces and errors go to many people and are kept for years."

const ownModules = "`ProviderClient` keeps the request out of errors and spans; a header's value is a `Redacted`."

/** Sweeps in all weathers and looks for secrets in one thing that came of it. */
const swept = (where: string, textOf: (sweep: Sweep.Sweep) => string) =>
  Effect.fnUntraced(function*(world: World) {
    const before = yield* secrets.all(world)
    const sweep = yield* Sweep.sweep(world, Sweep.faults(before))
    yield* unless(sweep.exits.some(Exit.isSuccess), "no call at all went well")
    yield* unless(sweep.exits.some(Exit.isFailure), "no call at all failed, whatever was done to its answer")
    yield* secrets.unlessHides(where, textOf(sweep), yield* secrets.all(world))
  })

/** @internal */
export const secrecy = Case.group("M", [
  {
    id: "secret-in-url",
    name: "no secret is in the address of a request",
    why: "Addresses are logged by every proxy on the way, and by the provider.",
    look: "Credentials belong into a header (`Options.authorize`), never into `path` or `query`.",
    isCritical: true,
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      yield* Sweep.sweep(world, [])
      const addresses = (yield* world.simulator.requests).map(({ url }) => url)
      yield* unless(addresses.length > 0, "no call at all sent a request")
      yield* secrets.unlessHides("the address of a request", addresses.join("\n"), yield* secrets.all(world))
    })
  },
  {
    id: "secret-in-error",
    name: "no secret is in an error, however one looks at it, also where the provider repeats it",
    why,
    look: `${ownModules} A refusal's words come from the provider: keep its code alone, by \`readEnvelope\`.`,
    isCritical: true,
    needs: [],
    run: swept("an error", Sweep.errorsOf)
  },
  {
    id: "secret-in-span",
    name: "no secret is in a span",
    why,
    look: `${ownModules} Whatever is annotated beside it.`,
    isCritical: true,
    needs: [],
    run: swept("a span", Sweep.spansOf)
  },
  {
    id: "secret-in-log",
    name: "no secret is in a log, at whatever level",
    why,
    look: "Whatever the adapter logs, also of what it does not understand.",
    isCritical: true,
    needs: [],
    run: swept("a log", Sweep.logsOf)
  },
  {
    id: "secret-in-metric",
    name: "no secret is in a metric",
    why,
    look: "The attributes of metrics, which are kept for each value that there is.",
    isCritical: true,
    needs: [],
    run: swept("a metric", ({ metrics }) => Observer.look(metrics))
  },
  {
    id: "secret-in-result",
    name: "no secret is in a result, also where the provider says one in an answer",
    why: "Results are stored and shown: what a provider says by mistake would stand in the shop's rows for ever.",
    look: "`ProviderClient` withholds texts of answers that hold one of its `secrets`: give it all of them.",
    isCritical: true,
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const { adapter, order, simulator } = world
      if (!adapter.gateway.capabilities.has("invoices.create")) return yield* swept("a result", Sweep.resultsOf)(world)
      yield* adapter.invoices.create(order())
      // with the tokens of this connection, and not yet those of others
      const own = yield* secrets.all(world)
      yield* swept("a result", Sweep.resultsOf)(world)
      for (const secret of own) {
        const { id } = yield* adapter.invoices.create(order())
        yield* simulator.relabel(id, secret)
        const read = yield* Effect.exit(adapter.invoices.get({ id }))
        const listed = yield* Effect.exit(Stream.runCollect(adapter.invoices.list()))
        yield* secrets.unlessHides("an invoice whose status is a secret", secrets.looks([read, listed]), [secret])
      }
    })
  },
  {
    id: "secret-in-services",
    name: "no secret shows when one looks at the services themselves",
    why: "A program that logs what it was given, or a crash that prints it, shows the key.",
    look: "Keep credentials as `Redacted`, and take the value out where the header is written.",
    isCritical: true,
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const { adapter, connect, subject } = world
      yield* Sweep.sweep(world, [])
      const text = [adapter, yield* connect(), subject.provider].map(secrets.looks).join("\n")
      yield* secrets.unlessHides("a service", text, yield* secrets.all(world))
    })
  },
  {
    id: "secret-in-refusal",
    name: "no secret is in the error of a call that the provider refuses",
    why,
    look: ownModules,
    isCritical: true,
    isLive: true,
    needs: ["invoices.get"],
    run: Effect.fnUntraced(function*({ adapter, connect, settings, subject }) {
      const hidden = yield* secrets.inSettings(subject.provider, settings)
      const stranger = yield* connect({ settings: secrets.changed(settings, hidden) })
      for (const { invoices } of [adapter, stranger]) {
        const refused = yield* Effect.flip(once(invoices.get({ id: InvoiceId.make(nobody) })))
        yield* secrets.unlessHides("the error of a refused call", secrets.looks(refused), hidden)
      }
    })
  },
  {
    id: "person-in-telemetry",
    name: "neither who orders nor what a webhook says is in a log, a span or a metric",
    why: "What people buy is nobody's business who only reads logs; and an unproven webhook may say anything.",
    look: "Whatever is logged or annotated around `invoices.create` and `webhookEvents`.",
    isCritical: true,
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const sweep = yield* Sweep.sweep(world, Sweep.faults([]).slice(0, 3))
      const text = [Sweep.logsOf(sweep), Sweep.spansOf(sweep), Observer.look(sweep.metrics)].join("\n")
      yield* unless(!text.includes(customer), "the customer of an order is in a log, a span or a metric")
      yield* unless(!text.includes(Sweep.marker), "the body of a webhook is in a log, a span or a metric")
    })
  }
])
