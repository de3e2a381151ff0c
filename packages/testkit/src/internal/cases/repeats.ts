/**
 * F. Nothing twice.
 */
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Case from "../../Case.ts"
import { unless, unlessEqual } from "../../Violation.ts"
import { eventually, withoutPauses, type World } from "../../World.ts"
import { attempt, booked, creates, safetyOf, said, unlessOnce, unlessRepeatable } from "../creating.ts"
import { lost, pages, refused, spoilt } from "../lanes.ts"
import { whileTimePasses } from "../time.ts"
import { cancels } from "./cancels.ts"
import { lookUps } from "./lookUps.ts"
import { references } from "./references.ts"
import { single } from "./single.ts"

const create = { operation: "invoices.create" }

const twice = "The customer is asked to pay the same order twice, and some pay twice."

const byReference = "Create through `CreateByReference.create`, which looks up what it does not know."

/** Every way in which an answer goes wrong without time. */
const lanes = [...lost, ...pages, ...spoilt, ...refused]

/** The invoice of an order, whatever happened before: one on the books, and that one is given. */
const unlessOne = Effect.fnUntraced(
  function*(world: World, what: string, before: number, result: { readonly id: string }) {
    const made = (yield* world.simulator.books).slice(before)
    yield* unless(made.length === 1, `${what} should leave one invoice on the books, and left ${booked(made)}`)
    yield* unlessEqual(`the invoice that ${what} gave`, result.id, made[0]?.id)
  }
)

const repeatable = Case.group("F", [
  {
    id: "same-order-one-invoice",
    name: "an order that is created twice is one invoice at the provider",
    why: twice,
    look: byReference,
    isCritical: true,
    needs: ["invoices.create"],
    unless: unlessRepeatable,
    run: Effect.fnUntraced(function*(world) {
      const order = world.order()
      yield* world.adapter.invoices.create(order)
      yield* unlessOne(world, "creating an order again", 0, yield* world.adapter.invoices.create(order))
    })
  },
  {
    id: "one-invoice-after-any-fault",
    name: "an order that is created again after anything went wrong is one invoice",
    why: twice,
    look: byReference,
    isCritical: true,
    needs: ["invoices.create"],
    unless: unlessRepeatable,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, order, simulator } = world
      for (const { fault, name } of lanes) {
        const [asked, before] = [order(), (yield* simulator.books).length]
        yield* simulator.arm(fault, create)
        yield* Effect.ignore(withoutPauses(adapter.invoices.create(asked)))
        const invoice = yield* withoutPauses(adapter.invoices.create(asked))
        yield* unlessOne(world, `creating an order again after ${name}`, before, invoice)
      }
    })
  },
  {
    id: "one-invoice-after-timeout",
    name: "an order that is created again after time ran out is one invoice",
    why: twice,
    look: byReference,
    isCritical: true,
    needs: ["invoices.create"],
    unless: unlessRepeatable,
    run: Effect.fnUntraced(function*(world) {
      const asked = world.order()
      yield* world.simulator.arm(Fault.Timeout({ effect: "applied" }), create)
      yield* attempt(world, world.adapter, asked, whileTimePasses(world.simulator))
      const invoice = yield* world.adapter.invoices.create(asked)
      yield* unlessOne(world, "creating an order again after no answer came", 0, invoice)
    })
  },
  {
    id: "two-at-once-one-invoice",
    name: "an order that two processes create at once is one invoice",
    why: twice,
    look: "Leave it to the provider to refuse the second one; a look before the create cannot see what is under way.",
    isCritical: true,
    needs: ["invoices.create"],
    unless: unlessRepeatable,
    run: Effect.fnUntraced(function*(world) {
      const order = world.order()
      const adapters = [world.adapter, world.adapter, yield* world.connect()]
      const invoices = yield* Effect.forEach(adapters, ({ invoices }) => withoutPauses(invoices.create(order)), {
        concurrency: "unbounded"
      })
      for (const invoice of invoices) yield* unlessOne(world, "creating an order three times at once", 0, invoice)
    })
  },
  {
    id: "one-invoice-after-crash",
    name: "an order whose process died while it was created is one invoice after the restart",
    why: twice,
    look: "Derive reference and idempotency key from the order alone, never from the process, the time or chance.",
    isCritical: true,
    needs: ["invoices.create"],
    unless: unlessRepeatable,
    run: Effect.fnUntraced(function*(world) {
      const order = world.order()
      yield* world.simulator.arm(Fault.Timeout({ effect: "applied" }), create)
      const fiber = yield* Effect.forkChild(world.adapter.invoices.create(order))
      yield* eventually("the provider makes the invoice", Effect.map(world.simulator.books, (all) => all.length > 0))
      yield* Fiber.interrupt(fiber)
      const { invoices } = yield* world.connect()
      yield* unlessOne(world, "creating an order again after a crash", 0, yield* withoutPauses(invoices.create(order)))
    })
  },
  {
    id: "refusal-after-unknown-is-looked-up",
    name: "what is refused after an unknown outcome is looked up before it is reported",
    why: "The refusal is of the second request; the first one worked. The shop says no to a customer who is charged.",
    look: byReference,
    isCritical: true,
    needs: ["invoices.create"],
    unless: unlessRepeatable,
    run: Effect.fnUntraced(function*(world) {
      for (const { fault, name } of refusals) {
        yield* world.simulator.arm(Fault.Reset({ effect: "none" }), create)
        yield* world.simulator.arm(fault, { ...create, times: "always" })
        const came = yield* attempt(world, world.adapter, world.order())
        yield* world.simulator.disarm
        yield* unlessOnce(`a create that is refused with ${name} after an unknown outcome`, came)
        const isHonest = Result.isSuccess(came.result) || came.result.failure.effect === "unknown"
        yield* unless(
          came.made.length === 0 || isHonest,
          `an invoice is on the books (${booked(came.made)}) after a reset and then ${name}, but ${said(came)}`
        )
      }
    })
  },
  {
    id: "look-up-404-is-not-absence",
    name: "a create that cannot be looked up is not sent again on the strength of a 404 that nobody wrote",
    why: `A proxy says 404 of everything. ${twice}`,
    look:
      "Tell `CreateByReference` that a look-up is `Absent` only for the provider's documented form; else `Inconclusive`.",
    isCritical: true,
    needs: ["invoices.create"],
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      yield* adapter.invoices.create(world.order())
      const before = (yield* simulator.books).length
      yield* simulator.arm(Fault.Timeout({ effect: "applied" }), create)
      const headers = { "content-type": "text/html" }
      const missing = Fault.Answer({ effect: "none", status: 404, headers, body: "<h1>Not Found</h1>" })
      const isMade = Effect.map(simulator.books, ({ length }) => length > before)
      const afterwards = Effect.andThen(
        eventually("the provider makes the invoice", isMade),
        simulator.arm(missing, { times: "always" })
      )
      const came = yield* attempt(world, adapter, world.order(), (call) =>
        Effect.andThen(
          Effect.forkChild(Effect.ignore(afterwards)),
          whileTimePasses(simulator)(call)
        ))
      if (safetyOf(world) !== "key") {
        yield* unlessEqual("the number of creates sent, the first of which worked,", came.sent, 1)
      }
      yield* unless(
        Result.isFailure(came.result) && came.result.failure.effect === "unknown",
        `a create whose look-up is a page with HTTP 404 should end in OutcomeUnknown, and ${said(came)}`
      )
    })
  },
  {
    id: "idempotency-key-is-sent",
    name: "a create that is declared to carry an idempotency key carries it: one for each order",
    why: `It is what keeps a repeated create from happening twice. ${twice}`,
    look: "Put the `keyHeader` that `Operation.write` names into `headers` of the request, derived from the reference.",
    isCritical: true,
    needs: ["invoices.create"],
    unless: (world) => safetyOf(world) === "key" ? undefined : "it declares no idempotency key",
    run: Effect.fnUntraced(function*({ adapter, order, simulator }) {
      const header = adapter.gateway.operations.get("invoices.create")?.keyHeader?.toLowerCase() ?? ""
      const [one, other] = [order(), order()]
      yield* Effect.forEach([one, one, other], (each) => adapter.invoices.create(each))
      const keys = (yield* creates(simulator)).map(({ body, headers }) => ({ body, key: headers[header] ?? "" }))
      yield* unless(
        keys.every(({ key }) => key.trim() !== ""),
        `every create should carry the header ${header}, and one of ${keys.length} does not`
      )
      yield* unlessEqual("the number of keys of two orders", new Set(keys.map(({ key }) => key)).size, 2)
    })
  }
])

/** Refusals in spite of which the provider did it: it answered for the second request and not for the first. */
const refusals = [400, 403, 409, 422, 503].map((status) => ({
  name: `HTTP ${status}`,
  fault: Fault.Answer({ effect: "applied", status, body: "{}" })
}))

/** @internal */
export const repeats = [...single, ...repeatable, ...references, ...lookUps, ...cancels]
