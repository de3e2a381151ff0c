/**
 * The load: customers who order, pay, come too late, pay twice, or give up.
 */
import type * as Order from "@gatefold/checkout/Order"
import type { Simulator } from "@gatefold/core/Simulator"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import * as Evidence from "./Evidence.ts"
import * as Http from "./Http.ts"

export interface World {
  readonly shop: string
  readonly providers: Readonly<Record<string, Simulator>>
  readonly evidence: Evidence.Evidence
  /** Open while the shop is up: who waits for it keeps off the processor that it starts on. */
  readonly isUp: Latch.Latch
  /** Is told that somebody was answered. */
  readonly answered: Effect.Effect<void>
}

/** What a customer does, as often as it stands here. */
const fates = [
  "pays",
  "pays",
  "pays",
  "pays",
  "pays with an adjustment",
  "pays with an adjustment",
  "lets it expire",
  "fails",
  "pays late",
  "pays twice",
  "is canceled",
  "is canceled and pays",
  "leaves"
] as const

type Fate = typeof fates[number]

class NotYet extends Data.TaggedError("NotYet")<{}> {}

const pause = (least: number, most: number) => Effect.flatMap(Random.nextBetween(least, most), Effect.sleep)

/** They do not all come in the moment that the shop is up again. */
const arrival = ({ isUp }: World) =>
  Effect.suspend(() => Latch.isOpen(isUp) ? Effect.void : Effect.andThen(isUp.await, pause(0, 400)))

/** Asks until the shop has answered. */
const asked = (world: World, method: string, path: string): Effect.Effect<string> =>
  Effect.andThen(
    arrival(world),
    Effect.tryPromise({
      try: async (signal) => {
        const answered = await fetch(`${world.shop}/orders/${path}`, {
          method,
          signal: AbortSignal.any([signal, AbortSignal.timeout(8_000)])
        })
        const text = await answered.text()
        return answered.ok ? text : Promise.reject(new Error(text))
      },
      catch: () => new NotYet()
    })
  ).pipe(
    Effect.catch(() => Effect.andThen(pause(20, 150), asked(world, method, path)))
  )

/** The same as an order. */
const read = (world: World, method: string, path: string): Effect.Effect<Order.Order> =>
  asked(world, method, path).pipe(
    Effect.tap(world.answered),
    Effect.flatMap((text) => Effect.orDie(Http.decodeOrder(text)))
  )

/** Whether a provider would take money for it. */
const isPayable = (world: World, { account, invoice }: Evidence.Shown) =>
  Effect.map(
    world.providers[account]?.books ?? Effect.succeed([]),
    (books) => books.some(({ id, status }) => id === invoice && (status === "open" || status === "processing"))
  )

/** Takes note of what a customer sees; an older instruction that could still be paid must not be beside it. */
const look = Effect.fnUntraced(function*(world: World, order: Order.Order) {
  const { evidence } = world
  const { reference } = order
  evidence.orders.add(reference)
  const shown = Evidence.shownOf(reference, order.current)
  if (shown === undefined || evidence.shown.some((one) => isSame(one, shown))) return
  evidence.shown.push(shown)
  for (const older of evidence.shown) {
    if (older.reference !== reference || older.attempt >= shown.attempt) continue
    if (evidence.canceled.has(Evidence.key(reference, older.attempt))) continue
    if (yield* isPayable(world, older)) {
      evidence.double.push(
        `${reference}: attempt ${shown.attempt} was shown while attempt ${older.attempt} was payable`
      )
    }
  }
})

const isSame = (one: Evidence.Shown, other: Evidence.Shown): boolean =>
  one.reference === other.reference && one.attempt === other.attempt && one.invoice === other.invoice &&
  one.instruction === other.instruction

const seen = Effect.fnUntraced(function*(world: World, method: string, path: string) {
  const order = yield* read(world, method, path)
  yield* look(world, order)
  return order
})

/** Opens the order, at times with a double click, until it has a live attempt after this one. */
const opened = Effect.fnUntraced(function*(world: World, reference: string, after = 0) {
  for (;;) {
    const clicks = (yield* Random.next) < 0.2 ? 2 : 1
    const orders = yield* Effect.all(Array.from({ length: clicks }, () => seen(world, "POST", reference)), {
      concurrency: clicks
    })
    const current = orders.at(-1)?.current
    if (current?.invoice !== undefined && current.number > after) return current
    yield* Effect.sleep("100 millis")
  }
})

/** The customer or the provider does something; what its state forbids by now is left undone. */
const done = (
  world: World,
  { account, invoice }: Order.Attempt,
  what: (provider: Simulator, id: string) => Effect.Effect<unknown, { readonly reason: string }>
) => {
  const provider = world.providers[account]
  return provider === undefined || invoice === undefined
    ? Effect.succeed(false)
    : Effect.match(what(provider, invoice.id), { onSuccess: () => true, onFailure: () => false })
}

const pays = (world: World, attempt: Order.Attempt) => done(world, attempt, (provider, id) => provider.pay(id))

const correct = Effect.fnUntraced(function*(world: World, attempt: Order.Attempt) {
  const id = attempt.invoice?.id ?? ""
  if (yield* done(world, attempt, (provider) => provider.adjust(id))) world.evidence.adjusted.add(id)
  else if (yield* done(world, attempt, (provider) => provider.reverse(id))) world.evidence.reversed.add(id)
})

/** The customer comes back to the page after a while: it shows the same, or why it is over. */
const reload = (world: World, reference: string) => Effect.andThen(pause(0, 1_000), seen(world, "POST", reference))

const live = Effect.fnUntraced(function*(world: World, reference: string, fate: Fate) {
  const first = yield* opened(world, reference)
  if ((yield* Random.next) < 0.3) yield* reload(world, reference)
  const next = opened(world, reference, first.number)
  const cancel = Effect.suspend(() => {
    world.evidence.canceled.add(Evidence.key(reference, first.number))
    return seen(world, "POST", `${reference}/cancel`)
  })
  switch (fate) {
    case "pays":
      return yield* pays(world, first)
    case "pays with an adjustment":
      return yield* Effect.andThen(pays(world, first), correct(world, first))
    case "lets it expire":
      yield* done(world, first, (provider, id) => provider.expire(id))
      return yield* pays(world, yield* next)
    case "fails":
      yield* done(world, first, (provider, id) => Effect.andThen(provider.begin(id), provider.fail(id)))
      return yield* pays(world, yield* next)
    case "pays late":
      yield* done(world, first, (provider, id) => Effect.andThen(provider.begin(id), provider.expire(id)))
      return yield* pays(world, first)
    case "pays twice":
      yield* done(world, first, (provider, id) => Effect.andThen(provider.begin(id), provider.expire(id)))
      return yield* Effect.all([pays(world, yield* next), pays(world, first)], { concurrency: 2, discard: true })
    case "is canceled":
      yield* cancel
      return yield* pays(world, yield* next)
    case "is canceled and pays":
      yield* cancel
      return yield* pays(world, first)
    case "leaves":
      return
  }
})

/** One customer after another, as long as there is time for another. */
export const queue = Effect.fnUntraced(function*(world: World, next: () => string | undefined) {
  for (let reference = next(); reference !== undefined; reference = next()) {
    const fate = yield* Random.choice(fates)
    yield* pause(0, 60)
    yield* live(world, reference, fate)
  }
})
