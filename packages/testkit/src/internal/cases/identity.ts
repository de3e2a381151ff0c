/**
 * A. Who the adapter is, and what it says that it can do.
 */
import type { Path } from "@gatefold/core/Capability"
import * as Capability from "@gatefold/core/Capability"
import * as Currency from "@gatefold/core/Currency"
import { GatewayError } from "@gatefold/core/GatewayError"
import { ProviderId } from "@gatefold/core/Identifiers"
import { make as rawWebhook } from "@gatefold/core/RawWebhook"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Case from "../../Case.ts"
import { show, unless, unlessEqual, Violation } from "../../Violation.ts"
import type { World } from "../../World.ts"
import { calls, everyPath, nobody } from "../everyCall.ts"
import { settings } from "./settings.ts"

/** What the operations of an adapter are called on when nothing shall come of it. */
const nothing = {
  invoice: nobody,
  reference: "nobodys-order",
  payment: nobody,
  withdrawal: nobody,
  webhook: rawWebhook({ headers: {}, body: "{}" })
}

const absentCalls = ({ adapter, order }: World) =>
  Object.entries(calls(adapter, order, nothing)).filter(([path]) => !adapter.gateway.capabilities.has(path))

const isUnsupported = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isFailure(exit) && !Cause.hasDies(exit.cause) &&
  exit.cause.reasons.some((one) =>
    one._tag === "Fail" && one.error instanceof GatewayError && one.error.reason._tag === "Unsupported"
  )

/** The writes that there are, by the path under which a program asks how they are made safe. */
const writes: ReadonlyArray<Path> = [
  "invoices.create",
  "invoices.cancel",
  "payments.create",
  "webhookDeliveries.resend"
]

/** Why a service or an operation is said to be absent. */
const reasonFor = ({ subject: { absent } }: World, path: string): string =>
  absent[path] ?? absent[path.slice(0, path.indexOf("."))] ?? ""

/** The adapter as it is without the settings of a variant. */
const withoutVariant = (world: World) => {
  const base: Readonly<Record<string, string>> = { ...world.simulator.settings, ...world.subject.settings }
  return world.connect({
    settings: Object.fromEntries(Object.keys({ ...world.settings, ...base }).map((name) => [name, base[name]]))
  })
}

/** @internal */
export const identity = Case.group("A", [
  {
    id: "provider-is-named",
    name: "it has an id that settings and web addresses can hold, a name for people, and is the gateway it says",
    why: "The id stands in the names of settings, in stored rows and in the address of its webhooks, for ever.",
    look: "The `id` and `name` of the descriptor; make it with `Provider.make`.",
    isLive: true,
    needs: [],
    run: Effect.fnUntraced(function*({ adapter: { gateway }, subject: { provider } }) {
      yield* unless(
        Schema.is(ProviderId)(provider.id),
        `${show(provider.id)} is no id: lower-case letters, digits and -`
      )
      yield* unless(provider.name.trim() !== "", "the name for people is blank")
      yield* unlessEqual("the gateway's provider", gateway.provider, provider.id)
      yield* unlessEqual("the gateway's name", gateway.name, provider.name)
    })
  },
  {
    id: "currencies-are-known",
    name: "its currencies are codes, each once, and one of them is what the author's order is priced in",
    why: "A checkout offers these currencies; one that nobody can order in, or a misspelt one, is found by a customer.",
    look: "`currencies` of the descriptor; `asked` takes a native `catalog.currencies`.",
    isLive: true,
    needs: [],
    run: Effect.fnUntraced(function*({ adapter: { gateway }, order, subject: { provider: { currencies } } }) {
      if (currencies !== "asked") {
        const wrong = currencies.filter((code) => Currency.parse(code)?.toString() !== code)
        yield* unlessEqual("currencies that are no upper-case codes", wrong, [])
      }
      const codes = (yield* gateway.currencies).map(({ code }) => code)
      yield* unlessEqual("currencies that are named twice", codes.filter((code, at) => codes.indexOf(code) !== at), [])
      const asked = Currency.parse(order().price.currency)?.code
      yield* unless(
        asked !== undefined && codes.includes(asked),
        `${show(asked)} is ordered, and it takes ${show(codes)}`
      )
    })
  },
  {
    id: "capabilities-are-as-declared",
    name: "the account's capabilities are those that are declared, at their level, less what its settings lack",
    why: "Applications hide buttons and choose providers by this; one that is wrong fails in front of a customer.",
    look: "`capabilities` and `without` of the descriptor; `Provider.make` derives the gateway's from them.",
    isLive: true,
    needs: [],
    run: Effect.fnUntraced(function*({ adapter: { gateway }, subject: { provider } }) {
      const declared = Capability.levels(provider.capabilities)
      const unknown = [...declared.keys()].filter((path) => !everyPath.includes(path))
      yield* unlessEqual("declared operations that no service has", unknown, [])
      for (const [path, level] of gateway.capabilities) {
        yield* unlessEqual(`the level of ${path}`, level, declared.get(path) ?? "absent")
      }
      yield* unless(gateway.capabilities.size > 0, "the account can do nothing at all")
    })
  },
  {
    id: "absent-is-unsupported",
    name: "each operation that it lacks fails with `Unsupported`",
    why: "An operation that does nothing in silence is taken for done: a cancel that did not cancel gets paid.",
    look: "Declare what it has and leave the rest out: `Provider.make` puts stand-ins in.",
    isCritical: true,
    isLive: true,
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      for (const [path, call] of absentCalls(world)) {
        const exit = yield* Effect.exit(call)
        yield* unless(
          isUnsupported(exit),
          `${path} is absent and should fail with Unsupported; it came to ${show(exit)}`
        )
      }
    })
  },
  {
    id: "absent-sends-nothing",
    name: "an operation that it lacks sends no request",
    why: "What is refused here must not have been tried there.",
    look: "The check stands before the request: nothing of an absent operation reaches `ProviderClient.call`.",
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      yield* Effect.forEach(absentCalls(world), ([, call]) => Effect.exit(call), { discard: true })
      const sent = (yield* world.simulator.requests).map(({ method, url }) => `${method} ${url}`)
      yield* unlessEqual("requests of absent operations", sent, [])
    })
  },
  {
    id: "absence-is-explained",
    name: "the subject says of each operation that is absent why, and of no other",
    why: "Whoever chooses a provider by the report has to know whether the provider or the adapter lacks it.",
    look: "`absent` of the subject, by `service.operation` or by service.",
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const { adapter, subject } = world
      const unexplained = everyPath.filter((path) =>
        !adapter.gateway.capabilities.has(path) && reasonFor(world, path).trim() === ""
      )
      yield* unlessEqual("absent operations without a reason", unexplained, [])
      const { gateway } = yield* withoutVariant(world)
      for (const name of Object.keys(subject.absent)) {
        const paths = everyPath.filter((path) => path === name || path.startsWith(`${name}.`))
        yield* unless(paths.length > 0, `absent names ${name}, which is neither a service nor an operation`)
        const present = paths.filter((path) => gateway.capabilities.has(path))
        yield* unlessEqual(`operations that ${name} is said to lack and has`, present, [])
      }
    })
  },
  {
    id: "writes-say-how-to-find-out",
    name: "each write is declared with its safety and with how its outcome is found out",
    why: "Where the answer to a write is lost, this is all that a program or a person has to go by.",
    look: "`operations` of the descriptor, made with `Operation.write`.",
    isLive: true,
    needs: [],
    run: Effect.fnUntraced(function*({ adapter: { gateway } }) {
      for (const path of writes.filter((one) => gateway.capabilities.get(one) === "native")) {
        yield* unless(gateway.operations.has(path), `${path} is native, and how it is declared is not told`)
      }
      for (const [path, { findOut, keyHeader, kind, safety }] of gateway.operations) {
        yield* unless(gateway.capabilities.has(path), `${path} is declared as an operation, and absent`)
        const isWrite = writes.some((one) => one === path)
        yield* unless(
          !isWrite || kind === "write",
          `${path} changes what the provider has, and is declared as a ${kind}`
        )
        if (kind !== "write") continue
        yield* unless(findOut.trim() !== "", `${path} does not say how its outcome is found out`)
        yield* unless(
          safety !== "key" || (keyHeader ?? "") !== "",
          `${path} is safe by a key and names no header for it`
        )
      }
    })
  },
  {
    id: "created-invoice-reads-back",
    name: "an invoice that was created reads back by its id and, where there is such a look-up, by its reference",
    why: "Everything else builds on finding an order's invoice again.",
    look: "`invoices.get`, and which id the answer to create is taken by.",
    isLive: true,
    needs: ["invoices.create", "invoices.get"],
    run: Effect.fnUntraced(function*({ adapter: { gateway, invoices }, order }) {
      const asked = order()
      const made = yield* invoices.create(asked)
      yield* unlessEqual("the id read by id", (yield* invoices.get({ id: made.id })).id, made.id)
      if (!gateway.capabilities.has("invoices.getByReference")) return
      const found = yield* invoices.get({ reference: asked.reference })
      yield* unlessEqual("the id read by reference", found.id, made.id)
    })
  },
  {
    id: "unknown-invoice-is-not-found",
    name: "an invoice id that the provider does not know is `NotFound`",
    why: "Taken for an outage it is asked for without end; taken for an invoice it is somebody else's.",
    look: "`reasonOf` of the client, and the status of the provider's refusal.",
    isLive: true,
    needs: ["invoices.get"],
    run: Effect.fnUntraced(function*({ adapter, order }) {
      const exit = yield* Effect.exit(calls(adapter, order, nothing)["invoices.get"] ?? Effect.void)
      const found = Exit.isFailure(exit)
        ? exit.cause.reasons.flatMap((one) =>
          one._tag === "Fail" && one.error instanceof GatewayError ? [one.error] : []
        )
        : []
      if (found[0]?.reason._tag === "NotFound") return
      return yield* new Violation({ message: `an unknown invoice should be NotFound, and came to ${show(exit)}` })
    })
  },
  ...settings
])
