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
import type * as Result from "effect/Result"
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
  /** The state with a quote that holds; renews it only if the held one is due. */
  readonly get: (id: Id) => Effect.Effect<A, E>
  /**
   * The state as it is now, with the quote that is held if there is one. Renews nothing as long as the state can be
   * peeked: somebody elsewhere may be looking at a quote that this process knows nothing of.
   */
  readonly observe: (id: Id) => Effect.Effect<A, E>
  /**
   * The state at once and after each change, with a quote that holds. All watchers share one renewal. Ends after a
   * settled state; fails if a renewal fails for good.
   */
  readonly watch: (id: Id) => Stream.Stream<A, E>
  /**
   * Takes over a quote that came with another answer, such as that of a create, and gives what is held then: a quote
   * that was asked for later, or nothing that may be shown if this one is over already.
   */
  readonly hold: (id: Id, value: A, sentAt: DateTime.Utc) => Effect.Effect<A>
}

/** How many reads of a kind were begun, and what came of the last that ended. */
interface Reads<A, E> {
  begun: number
  last: { readonly number: number; readonly result: Result.Result<A, E> } | undefined
}

interface Entry<A, E> {
  readonly lock: Semaphore.Semaphore
  /** What is shown to watchers; `undefined` until something was read. */
  readonly shown: SubscriptionRef.SubscriptionRef<A | undefined>
  held: { readonly value: A; readonly sentAt: number } | undefined
  readonly gets: Reads<A, E>
  readonly observations: Reads<A, E>
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
      get: (id) => withEntry(id, (entry) => shared(entry, entry.gets, read(source, id, entry))),
      observe: (id) => withEntry(id, (entry) => shared(entry, entry.observations, observe(source, id, entry))),
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
    gets: { begun: 0, last: undefined },
    observations: { begun: 0, last: undefined }
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

const hold = <Id, A, E>(source: Source<Id, A, E>, entry: Entry<A, E>, value: A, sentAt: number): Effect.Effect<A> =>
  Effect.suspend(() =>
    entry.held !== undefined && entry.held.sentAt > sentAt
      ? Effect.succeed(entry.held.value)
      : take(source, entry, value, sentAt)
  )

interface Lasting {
  readonly lasts: Duration.Duration
}

const holds = ({ lasts }: Lasting, sentAt: number, now: number): boolean => now < sentAt + Duration.toMillis(lasts)

const renewEvery = ({ lasts }: Lasting): number => Duration.toMillis(lasts) * 0.8

/** One read at a time; one that was begun after a call answers that call too, whether it went well or not. */
const shared = <A, E>(
  { lock }: Entry<A, E>,
  reads: Reads<A, E>,
  read: Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const asked = reads.begun
    return lock.withPermit(Effect.suspend(() =>
      reads.last !== undefined && reads.last.number > asked
        ? Effect.fromResult(reads.last.result)
        : counted(reads, read)
    ))
  })

const counted = <A, E>(reads: Reads<A, E>, read: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const number = reads.begun + 1
    reads.begun = number
    return Effect.flatMap(Effect.result(read), (result) => {
      reads.last = { number, result }
      return Effect.fromResult(result)
    })
  })

/** What was peeked where it was found, else what a renewal says. */
const observe = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>): Effect.Effect<A, E> =>
  Effect.flatMap(source.peek(id), (peeked) => {
    const { held } = entry
    if (held === undefined) {
      return peeked === undefined ? renew(source, id, entry) : Effect.succeed(source.withoutQuote(peeked))
    }
    return take(source, entry, peeked === undefined ? held.value : source.keepQuote(held.value, peeked), held.sentAt)
  })

const read = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>): Effect.Effect<A, E> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) =>
      entry.held === undefined || now - entry.held.sentAt >= renewEvery(source)
        ? renew(source, id, entry)
        : observe(source, id, entry)
  )

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

/** Keeps a quote alive, and takes a stale one out of sight, while there are watchers. */
const drive = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>): Effect.Effect<void, E> =>
  Effect.raceFirst(keepAlive(source, id, entry), hideWhenStale(source, entry))

const keepAlive = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>): Effect.Effect<void, E> =>
  Effect.gen(function*() {
    while (entry.held === undefined || !source.isSettled(entry.held.value)) {
      const now = yield* Clock.currentTimeMillis
      const due = entry.held === undefined ? now : entry.held.sentAt + renewEvery(source)
      if (due > now) {
        yield* Effect.sleep(Duration.millis(due - now))
        continue
      }
      yield* entry.lock.withPermit(renewIfDue(source, id, entry)).pipe(
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
        : Effect.asVoid(counted(entry.gets, renew(source, id, entry)))
  )

/** A renewal may take longer than the quote before it lasts, whoever asked for either. */
const hideWhenStale = <Id, A, E>(source: Source<Id, A, E>, entry: Entry<A, E>): Effect.Effect<never> =>
  SubscriptionRef.changes(entry.shown).pipe(
    Stream.switchMap(() => Stream.fromEffect(hideAtEnd(source, entry))),
    Stream.runDrain,
    Effect.andThen(Effect.never)
  )

const hideAtEnd = <Id, A, E>(source: Source<Id, A, E>, entry: Entry<A, E>): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const left = entry.held === undefined ? 0 : entry.held.sentAt + Duration.toMillis(source.lasts) - now
    return left > 0 ? Effect.andThen(Effect.sleep(Duration.millis(left)), hide(source, entry)) : Effect.void
  })
