/**
 * K. Lists, page after page.
 */
import { GatewayError } from "@gatefold/core/GatewayError"
import { Fault } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Case from "../../Case.ts"
import { show, unless, unlessEqual, Violation } from "../../Violation.ts"
import { withoutPauses, type World } from "../../World.ts"
import { all, filled, type Filtered, type Item, type List } from "../lists.ts"
import { requestsFor } from "../provider.ts"

type Cases = Parameters<typeof Case.group>[1]

const twice = (ids: ReadonlyArray<string>): ReadonlyArray<string> => ids.filter((id, at) => ids.indexOf(id) !== at)

const unlessOnceEach = Effect.fnUntraced(function*(ids: ReadonlyArray<string>, count: number) {
  yield* unlessEqual("entries that came twice", twice(ids), [])
  yield* unlessEqual("the number of entries", ids.length, count)
})

const complete = (list: List): Cases => [
  {
    id: `${list.name}-list-pages`,
    name: `a list of ${list.name} over several pages has each of them once`,
    why: "What a list leaves out is not reconciled; what comes twice is booked twice.",
    look: "`Pages.numbered`; the number of the first page, and when the list ends.",
    needs: [list.path, ...list.needs],
    run: Effect.fnUntraced(function*(world) {
      const { count, items } = yield* filled(list, world, 3, 1)
      yield* unlessOnceEach((yield* Stream.runCollect(items)).map(({ id }) => id), count)
    })
  },
  {
    id: `${list.name}-list-full-page`,
    name: `a list of ${list.name} whose last page is full ends there`,
    why: "A list that takes a full page for the last one, or an empty one for a mistake, fails on some days only.",
    look: "`Pages.numbered` ends at the first empty page.",
    needs: [list.path, ...list.needs],
    run: Effect.fnUntraced(function*(world) {
      const { count, items } = yield* filled(list, world, 2)
      yield* unlessOnceEach((yield* Stream.runCollect(items)).map(({ id }) => id), count)
    })
  },
  {
    id: `${list.name}-list-empty`,
    name: `a list of no ${list.name} is empty`,
    why: "A new account that cannot be listed looks broken on its first day.",
    look: "A provider may say \"none\" with a 404 of its own code, which is no failure of a list.",
    needs: [list.path],
    run: (world) =>
      Effect.flatMap(
        Stream.runCollect(list.items(world)),
        (found) => unlessEqual(`the ${list.name} of a new account`, found, [])
      )
  },
  {
    id: `${list.name}-list-grows`,
    name: `a list of ${list.name} that grows while it is read loses none and has none twice`,
    why: "Orders come in while books are reconciled: pages move, and one order is skipped or counted twice.",
    look: "`Pages.numbered` drops what it has had; a list that is newest first moves towards its end.",
    needs: [list.path, ...list.needs],
    run: Effect.fnUntraced(function*(world) {
      const { items } = yield* filled(list, world, 3)
      const before = (yield* Stream.runCollect(items)).map(({ id }) => id)
      const seen: Array<string> = []
      yield* Stream.runForEach(items, ({ id }) => {
        seen.push(id)
        return seen.length === 1 ? list.add(world) : Effect.void
      })
      yield* unlessEqual("entries that came twice", twice(seen), [])
      yield* unlessEqual("entries that were lost", before.filter((id) => !seen.includes(id)), [])
    })
  },
  {
    id: `${list.name}-list-agrees`,
    name: `an entry of the list of ${list.name} says what the same one says when it is read by itself`,
    why: "A paid order that the list shows as open is delivered late, or chased for money.",
    look: "One mapping for both; what only the single read tells has to be read for the list, too.",
    needs: [list.path, list.getPath, ...list.needs],
    run: Effect.fnUntraced(function*(world) {
      yield* list.add(world)
      yield* list.add(world, "other")
      const listed = yield* Stream.runCollect(list.items(world))
      yield* unless(listed.length === 2, `of two ${list.name} the list has ${listed.length}`)
      for (const one of listed) yield* unlessEqual("an entry", one, yield* list.get(world, one.id))
    })
  },
  {
    id: `${list.name}-list-filter`,
    name: `a list of ${list.name} by any field of its filter is as that says, or is refused by the name of the field`,
    why: "A filter that is ignored makes a program treat every order as if it were paid, or of one currency.",
    look: "`InvalidRequest({ field: \"status\" })` for each field, and each value, that cannot be asked for.",
    isCritical: true,
    needs: [list.path, ...list.needs],
    run: Effect.fnUntraced(function*(world) {
      const everything = yield* addedInTurn(list, world)
      for (const filter of list.filters(world)) yield* unlessFiltered(list, everything, filter)
    })
  }
]

/** Some entries, each a while after the one before, oldest first. */
const addedInTurn = Effect.fnUntraced(function*(list: List, world: World) {
  const before = new Map<string, Item>()
  for (const kind of [undefined, "other", undefined] as const) {
    yield* list.add(world, kind)
    for (const one of yield* Stream.runCollect(list.items(world))) before.set(one.id, one)
    yield* world.simulator.advance("2 seconds")
  }
  return [...before.values()]
})

const unlessFiltered = Effect.fnUntraced(
  function*(list: List, everything: ReadonlyArray<Item>, { field, items, value, wanted }: Filtered) {
    const result = yield* Effect.result(Stream.runCollect(items))
    if (Result.isFailure(result)) {
      const { reason } = result.failure
      return yield* unless(
        reason._tag === "InvalidRequest" && reason.field === field,
        `a filter by the ${field} ${value}, if it is not offered, should be InvalidRequest(${field}), and is ${
          show(reason)
        }`
      )
    }
    const ids = (all: ReadonlyArray<Item>) => all.map(({ id }) => id)
    const sorted = (all: ReadonlyArray<Item>) => field === "order" ? ids(all) : ids(all).toSorted()
    yield* unlessEqual(`${list.name} by the ${field} ${value}`, sorted(result.success), sorted(wanted(everything)))
  }
)

/** How many requests a list that does not get on may make until it is given up. */
const mostRequests = 20

/** The pages that may be read ahead of the first entry. */
const readAhead = 4

const troubled = (list: List): Cases => [
  {
    id: `${list.name}-list-stuck`,
    name: `a list of ${list.name} that repeats itself comes to an end`,
    why: "It is read for ever: memory fills, and the provider blocks the account.",
    look: "`Pages.numbered` fails when pages bring nothing new.",
    needs: [list.path, ...list.needs],
    run: Effect.fnUntraced(function*(world) {
      yield* list.add(world)
      yield* list.add(world)
      yield* world.simulator.arm(Fault.Stuck(), { operation: list.path, times: "always" })
      const ended = yield* Effect.raceFirst(
        Effect.exit(Stream.runDrain(list.items(world, 1)).pipe(withoutPauses)),
        TestClock.withLive(Effect.sleep("1 second"))
      )
      yield* unless(ended !== undefined, "the list was still being read after a second")
      const requests = yield* requestsFor(world.simulator, list.path)
      yield* unless(requests <= mostRequests, `it took ${requests} requests to give up`)
    })
  },
  {
    id: `${list.name}-list-on-demand`,
    name: `the first entry of a list of ${list.name} is there before the last page is asked for`,
    why: "Whoever looks for the newest order reads years of them, and runs into the provider's limits.",
    look: "`Pages.numbered` asks for a page when it is wanted.",
    needs: [list.path, ...list.needs],
    run: Effect.fnUntraced(function*(world) {
      const pages = 3 * readAhead
      const { items } = yield* filled(list, world, pages)
      const before = yield* requestsFor(world.simulator, list.path)
      yield* Stream.runDrain(Stream.take(items, 1))
      const requests = (yield* requestsFor(world.simulator, list.path)) - before
      yield* unless(requests <= readAhead, `the first of ${pages} pages took ${requests} requests`)
    })
  },
  {
    id: `${list.name}-list-broken`,
    name: `a list of ${list.name} that breaks off at a later page fails, and is not taken for a short one`,
    why: "Half a list looks like a whole one: what is not on it is taken for gone.",
    look: "Anything that catches the error of a page, or ends the list at an answer that cannot be read.",
    isCritical: true,
    needs: [list.path, ...list.needs],
    run: Effect.fnUntraced(function*(world) {
      const { count, items } = yield* filled(list, world, 3 * readAhead)
      let seen = 0
      const breaking = Stream.runForEach(items, () =>
        ++seen > 1
          ? Effect.void
          : world.simulator.arm(Fault.ErrorPage({ effect: "none" }), { operation: list.path, times: "always" }))
      const result = yield* Effect.result(withoutPauses(breaking))
      if (Result.isFailure(result)) {
        return yield* unless(result.failure instanceof GatewayError, `it failed with ${show(result.failure)}`)
      }
      if (seen < count) {
        return yield* new Violation({ message: `it ended without an error after ${seen} of ${count} ${list.name}` })
      }
    })
  }
]

/** @internal */
export const lists = Case.group("K", [
  ...all.flatMap((list) => [...complete(list), ...troubled(list)]),
  {
    id: "first-page-of-lists",
    name: "the first entries of each list can be read",
    why: "What an account has in it may hold words and fields that no documentation names.",
    look: "Fields that are required and need not be; words that are no state.",
    isLive: true,
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      for (const { items, path } of all) {
        if (world.adapter.gateway.capabilities.has(path)) yield* Stream.runDrain(Stream.take(items(world), 5))
      }
    })
  }
])
