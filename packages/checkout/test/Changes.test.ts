/**
 * Changes reach the application at least once, in order for each attempt, whatever its handlers do.
 */
import { assert, describe, it } from "@effect/vitest"
import type * as Change from "@gatefold/checkout/Change"
import { Deferred, Effect, Exit, Scope, Stream } from "effect"
import { databases } from "./support/Databases.ts"
import { eventually } from "./support/Eventually.ts"
import * as Shop from "./support/Shop.ts"

const quick = { pollInterval: "30 millis" } as const

const attemptOf = ({ id }: Change.Change) => id.slice(0, id.lastIndexOf("/"))

/** What a handler was given and took, by attempt. */
const ledger = () => {
  const taken: Array<Change.Change> = []
  const versions = () => {
    const byAttempt = new Map<string, Array<number>>()
    for (const change of taken) {
      byAttempt.set(attemptOf(change), [...(byAttempt.get(attemptOf(change)) ?? []), change.version])
    }
    return byAttempt
  }
  const kinds = (reference: string) =>
    taken.filter(({ order }) => order.reference === reference).flatMap(({ kinds }) => kinds)
  return { taken, versions, kinds, take: (change: Change.Change) => Effect.sync(() => void taken.push(change)) }
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

describe.each(databases)("changes on $name", ({ make }) => {
  const open = Effect.fnUntraced(function*(setup: Shop.Setup = {}) {
    const database = yield* make
    const providers = yield* Shop.providers
    const start = (other: Shop.Setup = {}) =>
      Shop.start(providers, database, { ...setup, ...other, options: { ...quick, ...setup.options, ...other.options } })
    const shop = yield* start()
    /** Opens an order, pays it, and makes its process look. */
    const paid = Effect.fnUntraced(function*(reference: string) {
      const order = yield* shop.checkout.open(Shop.order(reference))
      yield* providers.ecca.pay(order.current?.invoice?.id ?? "")
      yield* shop.sql`UPDATE gatefold_attempts SET due_at = 0 WHERE reference = ${reference}`
      yield* shop.checkout.sweep
      yield* eventually(shop.checkout.get(reference), ({ isCovered }) => isCovered)
    })
    /** What waits for a retry waits no longer. */
    const retryNow = shop.sql`UPDATE gatefold_change_heads SET due_at = 0 WHERE due_at IS NOT NULL AND owner IS NULL`
    return { ...providers, database, start, shop, paid, retryNow }
  })

  it.live("come in order and at least once to two processes that share them, with handlers that fail now and then", () =>
    Effect.gen(function*() {
      const { paid, retryNow, shop, start } = yield* open()
      const other = yield* start()
      const { take, taken, versions } = ledger()
      let calls = 0
      const sometimes = (change: Change.Change) => ++calls % 4 === 0 ? Effect.fail("busy") : take(change)
      yield* shop.checkout.changes(sometimes)
      yield* other.checkout.changes(sometimes)
      const references = upTo(8).map((number) => `o-${number}`)
      yield* Effect.forEach(references, paid, { concurrency: 4 })
      const expected = yield* shop.sql<{ count: number }>`SELECT COUNT(*) AS count FROM gatefold_changes`
      const ids = () => new Set(taken.map(({ id }) => id)).size
      const delivered = yield* eventually(
        Effect.as(retryNow, 0).pipe(Effect.map(ids)),
        (count) => count >= Number(expected[0]?.count)
      )
      assert.strictEqual(delivered, Number(expected[0]?.count))
      assert.isAtLeast(delivered, references.length * 2)
      for (const [attempt, seen] of versions()) {
        assert.deepStrictEqual([...new Set(seen)], upTo(Math.max(...seen)), attempt)
        assert.deepStrictEqual(seen, seen.toSorted((a, b) => a - b), attempt)
      }
    }))

  it.live("go to one handler of a process: a second one is refused until the first one's scope ends", () =>
    Effect.gen(function*() {
      const { shop } = yield* open()
      const [first, second] = [ledger(), ledger()]
      const scope = yield* Scope.make()
      yield* Scope.provide(shop.checkout.changes(first.take), scope)
      const refused = yield* Effect.flip(shop.checkout.changes(second.take))
      assert.strictEqual(refused._tag, "ChangesTaken")
      assert.include(refused.message, "another handler")
      const references = upTo(4).map((number) => `o-${number}`)
      yield* Effect.forEach(references, (reference) => shop.checkout.open(Shop.order(reference)))
      const taken = ({ taken }: ReturnType<typeof ledger>) => Effect.sync(() => taken.map(({ id }) => id).toSorted())
      const all = yield* eventually(taken(first), ({ length }) => length === references.length)
      assert.deepStrictEqual(all, references.map((reference) => `main/${reference}/1/1`))
      assert.deepStrictEqual(yield* taken(second), [])
      yield* Scope.close(scope, Exit.void)
      yield* shop.checkout.changes(second.take)
      yield* shop.checkout.open(Shop.order("o-5"))
      assert.deepStrictEqual(yield* eventually(taken(second), ({ length }) => length > 0), ["main/o-5/1/1"])
      assert.deepStrictEqual(yield* taken(first), all)
    }))

  it.live("are not acknowledged by a process that was held up until another one had them", () =>
    Effect.gen(function*() {
      const { paid, shop, start } = yield* open({ options: { handlerTimeout: "20 seconds" } })
      // looks only when something happens in it, so that what it had in hand is taken over
      const slow = yield* start({ options: { pollInterval: "1 hour" } })
      const [bySlow, byOther] = [ledger(), ledger()]
      const [goesOn, finishes] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const heads = shop.sql`SELECT delivered_version, last_version, owner, lease_until, due_at, tries, failure
        FROM gatefold_change_heads`
      yield* slow.checkout.changes((change) => Effect.andThen(bySlow.take(change), Deferred.await(goesOn)))
      yield* slow.checkout.open(Shop.order("o-1"))
      yield* eventually(Effect.sync(() => bySlow.taken.length), (count) => count > 0)
      yield* shop.sql`UPDATE gatefold_change_heads SET lease_until = 0`
      yield* shop.checkout.changes((change) => Effect.andThen(byOther.take(change), Deferred.await(finishes)))
      yield* eventually(Effect.sync(() => byOther.taken.length), (count) => count > 0)
      yield* paid("o-1")
      const held = yield* heads
      yield* Deferred.succeed(goesOn, undefined)
      yield* Effect.sleep("200 millis")
      assert.deepStrictEqual(yield* heads, held, "whoever has it now still has all of it to do")
      yield* Deferred.succeed(finishes, undefined)
      yield* eventually(Effect.sync(() => byOther.kinds("o-1")), (all) => all.includes("paid"))
      assert.deepStrictEqual(byOther.versions().get("main/o-1/1"), [1, 2])
      assert.deepStrictEqual(bySlow.versions().get("main/o-1/1"), [1])
    }))

  it.live("that fail too often are parked for their attempt only, and delivered in order by a replay", () =>
    Effect.gen(function*() {
      const { paid, retryNow, shop } = yield* open({ options: { deliveryTries: 3 } })
      const { kinds, take, versions } = ledger()
      let isBroken = true
      yield* shop.checkout.changes((change) =>
        isBroken && change.order.reference === "bad" ? Effect.fail({ _tag: "Secret", text: "hunter2" }) : take(change)
      )
      yield* shop.checkout.open(Shop.order("bad"))
      const letters = yield* eventually(
        Effect.andThen(retryNow, Stream.runCollect(shop.checkout.deadLetters)),
        ({ length }) => length > 0
      )
      assert.deepStrictEqual(
        letters.map(({ attempt, failure, reference, version }) => [String(reference), attempt, version, failure]),
        [["bad", 1, 1, "Secret"]]
      )
      yield* paid("good")
      yield* eventually(Effect.sync(() => kinds("good")), (all) => all.includes("paid"))
      assert.include(kinds("good"), "paid")
      // what happens meanwhile waits behind it, and does not wake it
      yield* paid("bad")
      assert.deepStrictEqual(kinds("bad"), [])
      const [parked] = yield* Stream.runCollect(shop.checkout.deadLetters)
      assert.isAtLeast(parked?.lastVersion ?? 0, 2)
      isBroken = false
      assert.strictEqual(yield* shop.checkout.replay("bad"), 1)
      yield* eventually(Effect.sync(() => kinds("bad")), (all) => all.includes("paid"))
      assert.deepStrictEqual(versions().get("main/bad/1"), upTo(parked?.lastVersion ?? 0))
      assert.deepStrictEqual(yield* Stream.runCollect(shop.checkout.deadLetters), [])
      assert.strictEqual(yield* shop.checkout.replay("bad"), 0)
      assert.strictEqual((yield* Effect.flip(shop.checkout.replay("none")))._tag, "UnknownReference")
    }))

  it.live("get past handlers that never return, die or interrupt themselves", () =>
    Effect.gen(function*() {
      const { paid, shop } = yield* open({ options: { deliveryTries: 1, handlerTimeout: "100 millis" } })
      const { kinds, take } = ledger()
      const bad: Readonly<Record<string, Effect.Effect<void>>> = {
        hangs: Effect.never,
        "hangs-for-good": Effect.uninterruptible(Effect.never),
        dies: Effect.die(new RangeError("hunter2")),
        interrupts: Effect.interrupt
      }
      yield* shop.checkout.changes((change) => bad[change.order.reference] ?? take(change))
      // more of each than there are workers
      for (const reference of Object.keys(bad)) yield* shop.checkout.open(Shop.order(reference))
      const letters = yield* eventually(
        Stream.runCollect(shop.checkout.deadLetters),
        ({ length }) => length === Object.keys(bad).length
      )
      const failures = Object.fromEntries(letters.map(({ failure, reference }) => [reference, failure]))
      assert.deepInclude(failures, {
        hangs: "HandlerTimeout",
        "hangs-for-good": "HandlerTimeout",
        dies: "RangeError",
        interrupts: "Interrupted"
      })
      yield* paid("good")
      const seen = yield* eventually(Effect.sync(() => kinds("good")), (all) => all.includes("paid"))
      assert.include(seen, "paid")
    }))

  it.live("that a process had in hand when it stopped are delivered by the next one, with the same id", () =>
    Effect.gen(function*() {
      const { shop, start } = yield* open()
      const scope = yield* Scope.make()
      const gone = yield* Scope.provide(start(), scope)
      const begun: Array<string> = []
      yield* Scope.provide(
        gone.checkout.changes(({ id }) => Effect.andThen(Effect.sync(() => begun.push(id)), Effect.never)),
        scope
      )
      yield* shop.checkout.open(Shop.order("o-1"))
      yield* eventually(Effect.sync(() => begun.length), (count) => count > 0)
      yield* Scope.close(scope, Exit.void)
      const { take, taken } = ledger()
      yield* shop.checkout.changes(take)
      const ids = yield* eventually(Effect.sync(() => taken.map(({ id }) => id)), ({ length }) => length > 0)
      assert.deepStrictEqual(ids.slice(0, 1), begun)
    }))

  it.live("that were delivered are cleaned up when they are old, and those that are parked are kept", () =>
    Effect.gen(function*() {
      const { ecca, paid, shop } = yield* open({ options: { deliveryTries: 1 } })
      let isBroken = true
      const { kinds, take } = ledger()
      yield* shop.checkout.changes((change) =>
        isBroken && change.order.reference === "bad" ? Effect.fail("no") : take(change)
      )
      yield* paid("bad")
      yield* paid("good")
      yield* eventually(Effect.sync(() => kinds("good")), (all) => all.includes("paid"))
      yield* eventually(Stream.runCollect(shop.checkout.deadLetters), ({ length }) => length > 0)
      const { current } = yield* shop.checkout.get("good")
      const webhook = yield* ecca.webhook(current?.invoice?.id ?? "")
      yield* shop.checkout.receive("ecca", webhook)
      const settled = shop.sql`SELECT digest FROM gatefold_inbox WHERE settled_at IS NOT NULL`
      yield* eventually(settled, ({ length }) => length === 1)
      yield* eventually(
        shop.sql`SELECT reference FROM gatefold_change_heads
          WHERE reference = ${"good"} AND delivered_version = last_version AND owner IS NULL`,
        ({ length }) => length === 1
      )
      assert.strictEqual(yield* shop.checkout.cleanUp("1 hour"), 0)
      yield* Effect.sleep("10 millis")
      assert.isAtLeast(yield* shop.checkout.cleanUp(0), 3)
      assert.deepStrictEqual(yield* settled, [])
      // a webhook that was forgotten and comes again is only one more look
      assert.strictEqual(yield* shop.checkout.receive("ecca", webhook), "stored")
      assert.strictEqual((yield* eventually(settled, ({ length }) => length === 1)).length, 1)
      isBroken = false
      yield* shop.checkout.replay("bad")
      assert.include(yield* eventually(Effect.sync(() => kinds("bad")), (all) => all.includes("paid")), "paid")
      assert.isAtLeast((yield* shop.checkout.history("good")).length, 2)
    }))
})
