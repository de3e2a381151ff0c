/**
 * Reads that renew a quote, one at a time per payment and no more often than needed.
 *
 * Whether a provider still honours the quote before the last one is unknown, so nobody may renew a quote that a customer
 * is looking at, and every viewer has to see the same one. All reads of one payment go through its holder.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as RcMap from "effect/RcMap"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"

/** How an adapter reads what has a quote. `Id` is the object's id. */
export interface Source<Id, A, E> {
  /** The read that renews. The quote in the answer holds from `sentAt`, when the request was begun. */
  readonly renew: (id: Id, sentAt: DateTime.Utc) => Effect.Effect<A, E>
  /** Reads the state without renewing; `undefined` where it was not found that way. */
  readonly peek: (id: Id) => Effect.Effect<A | undefined, E>
  /** What was peeked, with the quote that is held. */
  readonly keepQuote: (held: A, peeked: A) => A
  /** The same without anything that may be stale. */
  readonly withoutQuote: (value: A) => A
  /** Whether nothing more is to be paid. */
  readonly isSettled: (value: A) => boolean
  /** Whether a failed renewal may succeed later. */
  readonly isTransient: (error: E) => boolean
  /** How long a quote holds; it is renewed when four fifths of that are over. */
  readonly lasts: Duration.Duration
}

export interface QuoteHolder<Id, A, E> {
  /** The state as it is now; renews the quote only if the held one is due. */
  readonly get: (id: Id) => Effect.Effect<A, E>
  /**
   * The state at once and after each change, with a quote that holds. All watchers share one renewal. Ends after a
   * settled state; fails if a renewal fails for good.
   */
  readonly watch: (id: Id) => Stream.Stream<A, E>
  /** Takes over a quote that came with another answer, such as that of a create. */
  readonly hold: (id: Id, value: A, sentAt: DateTime.Utc) => Effect.Effect<void>
}

interface Entry<A, E> {
  readonly lock: Semaphore.Semaphore
  /** What is shown to watchers; `undefined` until something was read. */
  readonly shown: SubscriptionRef.SubscriptionRef<A | undefined>
  held: { readonly value: A; readonly sentAt: number } | undefined
  /** How many reads were begun, and what came of the last that ended. */
  begun: number
  last: { readonly number: number; readonly result: Result.Result<A, E> } | undefined
}

/** Makes the holder of one account's quotes. */
export const make = <Id, A, E>(source: Source<Id, A, E>): Effect.Effect<QuoteHolder<Id, A, E>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const entries = yield* RcMap.make<Id, Entry<A, E>, never, never>({
      lookup: (): Effect.Effect<Entry<A, E>> => newEntry(),
      idleTimeToLive: source.lasts
    })
    const drivers = yield* RcMap.make({
      lookup: (id: Id) => Effect.flatMap(RcMap.get(entries, id), (entry) => Effect.forkScoped(drive(source, id, entry)))
    })
    const withEntry = <B, E2>(id: Id, use: (entry: Entry<A, E>) => Effect.Effect<B, E2>) =>
      Effect.scoped(Effect.flatMap(RcMap.get(entries, id), use))
    return {
      get: (id) => withEntry(id, (entry) => get(source, id, entry)),
      hold: (id, value, sentAt) =>
        withEntry(id, (entry) => entry.lock.withPermit(hold(source, entry, value, DateTime.toEpochMillis(sentAt)))),
      watch: (id) =>
        Stream.unwrap(Effect.gen(function*() {
          const entry = yield* RcMap.get(entries, id)
          const driver = yield* RcMap.get(drivers, id)
          return watch(source, entry, driver)
        }))
    }
  })

const newEntry = <A, E>(): Effect.Effect<Entry<A, E>> =>
  Effect.map(SubscriptionRef.make<A | undefined>(undefined), (shown) => ({
    lock: Semaphore.makeUnsafe(1),
    shown,
    held: undefined,
    begun: 0,
    last: undefined
  }))

/**
 * Whenever something changed, what holds when it is looked at: a watcher that was busy meanwhile sees the newest state
 * and never a quote that is over. Ends in the driver's failure, but not with its end.
 */
const watch = <Id, A, E>(
  source: Source<Id, A, E>,
  entry: Entry<A, E>,
  driver: Fiber.Fiber<void, E>
): Stream.Stream<A, E> =>
  SubscriptionRef.changes(entry.shown).pipe(
    Stream.interruptWhen(Effect.andThen(Fiber.join(driver), Effect.never)),
    Stream.mapEffect(() => Effect.map(Clock.currentTimeMillis, (now) => visible(source, entry, now))),
    Stream.filter((value) => value !== undefined),
    Stream.changes,
    Stream.takeUntil(source.isSettled)
  )

const visible = <Id, A, E>(source: Source<Id, A, E>, { held, shown }: Entry<A, E>, now: number): A | undefined => {
  const value = SubscriptionRef.getUnsafe(shown)
  return value === undefined || held === undefined || holds(source, held.sentAt, now)
    ? value
    : source.withoutQuote(value)
}

/** Takes over an answer; one that took so long that its quote is over, without the quote. */
const take = <Id, A, E>(source: Source<Id, A, E>, entry: Entry<A, E>, value: A, sentAt: number): Effect.Effect<A> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const usable = holds(source, sentAt, now) ? value : source.withoutQuote(value)
    entry.held = { value: usable, sentAt }
    return Effect.as(SubscriptionRef.set(entry.shown, usable), usable)
  })

const hold = <Id, A, E>(source: Source<Id, A, E>, entry: Entry<A, E>, value: A, sentAt: number): Effect.Effect<void> =>
  Effect.suspend(() =>
    entry.held !== undefined && entry.held.sentAt > sentAt
      ? Effect.void
      : Effect.asVoid(take(source, entry, value, sentAt))
  )

interface Lasting {
  readonly lasts: Duration.Duration
}

const holds = ({ lasts }: Lasting, sentAt: number, now: number): boolean => now < sentAt + Duration.toMillis(lasts)

const renewEvery = ({ lasts }: Lasting): number => Duration.toMillis(lasts) * 0.8

const get = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const asked = entry.begun
    return entry.lock.withPermit(Effect.suspend(() =>
      // a read that was begun after this call answers it too, whether it went well or not
      entry.last !== undefined && entry.last.number > asked
        ? Effect.fromResult(entry.last.result)
        : counted(entry, read(source, id, entry))
    ))
  })

const counted = <A, E>(entry: Entry<A, E>, read: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const number = entry.begun + 1
    entry.begun = number
    return Effect.flatMap(Effect.result(read), (result) => {
      entry.last = { number, result }
      return Effect.fromResult(result)
    })
  })

const read = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>): Effect.Effect<A, E> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const { held } = entry
    return held === undefined || now - held.sentAt >= renewEvery(source)
      ? renew(source, id, entry)
      : Effect.flatMap(
        source.peek(id),
        (peeked) =>
          take(source, entry, peeked === undefined ? held.value : source.keepQuote(held.value, peeked), held.sentAt)
      )
  })

/** A renewal that failed may have renewed all the same, so the quote before it is not held any more. */
const renew = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>): Effect.Effect<A, E> =>
  Effect.flatMap(DateTime.now, (sentAt) =>
    source.renew(id, sentAt).pipe(
      Effect.flatMap((value) => take(source, entry, value, DateTime.toEpochMillis(sentAt))),
      Effect.onError(() => forget(source, entry))
    ))

const forget = <Id, A, E>(source: Source<Id, A, E>, entry: Entry<A, E>): Effect.Effect<void> =>
  Effect.andThen(
    hide(source, entry),
    Effect.sync(() => {
      entry.held = undefined
    })
  )

/** Shows the state that is held without its quote. */
const hide = <Id, A, E>(source: Source<Id, A, E>, entry: Entry<A, E>): Effect.Effect<void> =>
  Effect.suspend(() =>
    entry.held === undefined
      ? Effect.void
      : SubscriptionRef.set(entry.shown, source.withoutQuote(entry.held.value))
  )

/** Keeps a quote alive while there are watchers. */
const drive = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>): Effect.Effect<void, E> =>
  Effect.gen(function*() {
    while (entry.held === undefined || !source.isSettled(entry.held.value)) {
      const now = yield* Clock.currentTimeMillis
      const due = entry.held === undefined ? now : entry.held.sentAt + renewEvery(source)
      if (due > now) {
        yield* Effect.sleep(Duration.millis(due - now))
        continue
      }
      const renewal = entry.lock.withPermit(renewIfDue(source, id, entry))
      yield* Effect.raceFirst(renewal, hideWhenStale(source, entry, now)).pipe(
        Effect.catchIf(source.isTransient, () => Effect.sleep(Duration.millis(renewEvery(source) / 4)))
      )
    }
  })

/** Somebody else may have renewed while the lock was waited for. */
const renewIfDue = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>): Effect.Effect<void, E> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) =>
      entry.held !== undefined && now - entry.held.sentAt < renewEvery(source)
        ? Effect.void
        : Effect.asVoid(counted(entry, renew(source, id, entry)))
  )

/** A renewal may take longer than its quote lasts; nobody shall see the old one meanwhile. */
const hideWhenStale = <Id, A, E>(source: Source<Id, A, E>, entry: Entry<A, E>, now: number): Effect.Effect<never> =>
  entry.held === undefined ?
    Effect.never :
    Effect.sleep(Duration.millis(entry.held.sentAt + Duration.toMillis(source.lasts) - now)).pipe(
      Effect.andThen(hide(source, entry)),
      Effect.andThen(Effect.never)
    )
