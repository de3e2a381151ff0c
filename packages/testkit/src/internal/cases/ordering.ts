/**
 * H. Duplicated, reordered, late and lost messages end in the same state.
 */
import * as Invoice from "@gatefold/core/Invoice"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as TestClock from "effect/testing/TestClock"
import * as Case from "../../Case.ts"
import * as Histories from "../../Histories.ts"
import { unless, unlessEqual } from "../../Violation.ts"
import type { World } from "../../World.ts"
import { inapplicable } from "../inapplicable.ts"
import { lessThan, moneyOf } from "../price.ts"
import { believed, isReadBack, opened, paid } from "../webhook.ts"

const reads = ["invoices.create", "invoices.get"] as const

/** @internal */
export const ordering = Case.group("H", [
  {
    id: "webhook-and-read-are-one-fact",
    name: "a webhook and a read of the same fact are the same fact, with the same key",
    why: "Each payment would be seen twice, as two changes, and which of them is right would depend on chance.",
    look: "`observe` of `Webhooks.make` has to read as `Invoices.get` does, with everything that completes an invoice.",
    needs: [...reads, "webhookEvents.receive"],
    run: Effect.fnUntraced(function*(world) {
      yield* paid(world)
      for (const { acts, what } of ends(world)) {
        const { id } = yield* opened(world)
        if (!(yield* happen(acts, id))) continue
        const event = yield* believed(
          world.adapter,
          `a webhook about an invoice that ${what}`,
          yield* world.simulator.webhook(id)
        )
        const read = yield* world.adapter.invoices.get({ id })
        yield* unlessEqual(`the status in a webhook about an invoice that ${what}`, event.invoice.status, read.status)
        const [actual, expected] = isReadBack(world)
          ? [event.key, Invoice.factKey(read)]
          // what is signed may state less than a read, and never more
          : [Histories.keyOf(Histories.merged([event.invoice, read])), Invoice.factKey(read)]
        yield* unlessEqual(`the fact of a webhook about an invoice that ${what}`, actual, expected)
      }
    })
  },
  {
    id: "histories-converge",
    name: "whatever arrives of a history, in whatever order and however often, ends in what the last read says",
    why: "A webhook that comes late or twice would take an order back to a state that it has left.",
    look:
      "State facts that only grow: see `Invoice.merge`. A provider that takes something back is a flag, as `isReversed`.",
    isCritical: true,
    needs: reads,
    run: (world) =>
      Effect.gen(function*() {
        const { adapter: observer, order, simulator } = world
        const wait = Effect.andThen(TestClock.adjust("7 minutes"), simulator.advance(0))
        for (let each = 0; each < 4; each++) {
          const steps = yield* Histories.history({ observer, simulator, order: order(), acts: 6, wait })
          const [broken] = yield* Histories.judge(steps, { areWebhooksRead: isReadBack(world), cases: 20 })
          yield* unless(broken === undefined, `a generated history ${broken}`)
        }
      }).pipe(Random.withSeed("gatefold"))
  },
  {
    id: "older-observation-does-not-win",
    name: "what was seen of an invoice before changes nothing when it is seen again after something happened",
    why: "A paid order would be open again, and its customer asked to pay twice.",
    look: "State facts that can be joined: a success that is taken back is `isReversed`, and never a lower status.",
    isCritical: true,
    needs: reads,
    run: Effect.fnUntraced(function*(world) {
      const { invoices } = world.adapter
      for (const { acts, what } of ends(world)) {
        const created = yield* opened(world)
        const seen = [created, yield* invoices.get({ id: created.id })]
        for (const act of acts) {
          if (!(yield* happen([act], created.id))) break
          const now = yield* invoices.get({ id: created.id })
          for (const older of seen) {
            for (const arrived of [[older, now], [now, older], [now, older, now]]) {
              const fact = Histories.keyOf(Histories.merged(arrived))
              yield* unlessEqual(`what is known of an invoice that ${what}`, fact, Invoice.factKey(now))
            }
          }
          seen.push(now)
        }
      }
    })
  },
  {
    id: "terminal-state-stays",
    name: "what is paid stays paid, however much time passes",
    why: "A delivered order would turn into an expired one, or be delivered again.",
    look: "The provider's own word decides: no clock of ours, and no expiry, may overrule a success.",
    isCritical: true,
    needs: reads,
    run: Effect.fnUntraced(function*(world) {
      const { adapter: { invoices }, simulator } = world
      const { id } = yield* opened(world)
      yield* simulator.pay(id)
      const then = yield* invoices.get({ id })
      yield* unlessEqual("the status of a paid invoice", then.status, "paid")
      yield* TestClock.adjust("1 hour")
      yield* simulator.advance("1 day")
      const now = yield* invoices.get({ id })
      yield* unlessEqual("the fact of a paid invoice a day later", Invoice.factKey(now), Invoice.factKey(then))
    })
  },
  {
    id: "list-states-no-more-than-a-read",
    name: "an item of a list never states more than a read of that invoice at the same moment",
    why: "A sweep over the list would deliver an order that a look at the invoice says nobody has paid.",
    look: "Map items of lists with the same function as single answers, and complete them in the same way.",
    isCritical: true,
    needs: [...reads, "invoices.list"],
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      const untouched = yield* opened(world)
      const steps = [yield* Histories.observe(adapter, simulator, untouched.id)]
      for (const { acts } of ends(world)) {
        const { id } = yield* opened(world)
        if (yield* happen(acts, id)) steps.push(yield* Histories.observe(adapter, simulator, id))
      }
      yield* unless(steps.some(({ listed }) => listed !== undefined), "the list should have an invoice in it")
      const [broken] = Histories.dominated(steps, "listed")
      yield* unless(broken === undefined, broken ?? "")
    })
  },
  {
    id: "list-covers-no-more-than-a-read",
    name: "an item of a list covers its price only if a read of that invoice does",
    why: "A sweep over the list would deliver an order whose payment was taken back or corrected to less.",
    look: "What a list leaves out, such as an adjustment, is to be read for each finished item before it is given out.",
    isCritical: true,
    needs: [...reads, "invoices.list"],
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator, subject } = world
      const price = moneyOf(subject.order.price)
      let corrected = 0
      for (const correct of corrections(world)) {
        const { id } = yield* opened(world)
        yield* simulator.pay(id)
        if (!(yield* happen([correct], id))) continue
        corrected++
        const { listed, read } = yield* Histories.observe(adapter, simulator, id)
        yield* unless(
          listed === undefined || Invoice.covers(price, read) || !Invoice.covers(price, listed),
          `an invoice that was corrected after it was paid does not cover its price when it is read (${
            Invoice.conditions(read).join(", ")
          }), and covers it in the list`
        )
      }
      if (corrected === 0) return yield* inapplicable("the provider neither corrects nor takes back what is paid")
    })
  }
])

interface End {
  readonly what: string
  readonly acts: ReadonlyArray<Histories.Act>
}

/** Every end that an invoice can come to. */
const ends = ({ simulator, subject }: World): ReadonlyArray<End> => {
  const { adjust, begin, cancel, expire, fail, pay, reverse } = simulator
  const inFull: Histories.Act = (id) => pay(id)
  return [
    { what: "was paid", acts: [begin, inFull] },
    { what: "was paid in part, and then in full", acts: [(id) => pay(id, "partial"), inFull] },
    { what: "was paid with too much", acts: [(id) => pay(id, "over")] },
    { what: "has expired", acts: [expire] },
    { what: "was paid late", acts: [begin, expire, inFull] },
    { what: "has failed", acts: [begin, fail] },
    { what: "was canceled", acts: [cancel] },
    { what: "was adjusted", acts: [inFull, (id) => adjust(id)] },
    { what: "was adjusted to less", acts: [inFull, (id) => adjust(id, lessThan(subject.order.price))] },
    { what: "was taken back", acts: [inFull, reverse] }
  ]
}

const corrections = ({ simulator, subject }: World): ReadonlyArray<Histories.Act> => [
  (id) => simulator.adjust(id),
  (id) => simulator.adjust(id, lessThan(subject.order.price)),
  simulator.reverse
]

/** Whether the provider knows such things, and in this order. */
const happen = (acts: ReadonlyArray<Histories.Act>, id: string): Effect.Effect<boolean> =>
  Effect.isSuccess(Effect.forEach(acts, (act) => act(id), { discard: true }))
