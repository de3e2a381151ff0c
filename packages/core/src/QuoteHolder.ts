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
import * as RcMap from "effect/RcMap"
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

type Shown<A, E> =
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Value"; readonly value: A }
  | { readonly _tag: "Failure"; readonly error: E }

interface Entry<A, E> {
  readonly lock: Semaphore.Semaphore
  readonly shown: SubscriptionRef.SubscriptionRef<Shown<A, E>>
  held: { readonly value: A; readonly sentAt: number } | undefined
}

/** Makes the holder of one account's quotes. */
export const make = <Id, A, E>(source: Source<Id, A, E>): Effect.Effect<QuoteHolder<Id, A, E>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const entries = yield* RcMap.make<Id, Entry<A, E>, never, never>({
      lookup: (): Effect.Effect<Entry<A, E>> => newEntry(),
      idleTimeToLive: source.lasts
    })
    const drivers = yield* RcMap.make({
      lookup: (id: Id) =>
        Effect.flatMap(
          RcMap.get(entries, id),
          (entry) => Effect.andThen(forgetFailure(entry), Effect.forkScoped(drive(source, id, entry)))
        )
    })
    const withEntry = <B, E2>(id: Id, use: (entry: Entry<A, E>) => Effect.Effect<B, E2>) =>
      Effect.scoped(Effect.flatMap(RcMap.get(entries, id), (entry) => entry.lock.withPermit(use(entry))))
    return {
      get: (id) => withEntry(id, (entry) => read(source, id, entry)),
      hold: (id, value, sentAt) => withEntry(id, (entry) => take(entry, value, DateTime.toEpochMillis(sentAt))),
      watch: (id) =>
        Stream.unwrap(Effect.gen(function*() {
          const entry = yield* RcMap.get(entries, id)
          yield* RcMap.get(drivers, id)
          return values(entry).pipe(Stream.takeUntil(source.isSettled))
        }))
    }
  })

const newEntry = <A, E>(): Effect.Effect<Entry<A, E>> =>
  Effect.map(SubscriptionRef.make<Shown<A, E>>({ _tag: "Nothing" }), (shown) => ({
    lock: Semaphore.makeUnsafe(1),
    shown,
    held: undefined
  }))

const forgetFailure = <A, E>({ shown }: Entry<A, E>) =>
  SubscriptionRef.update(shown, (now): Shown<A, E> => now._tag === "Failure" ? { _tag: "Nothing" } : now)

const values = <A, E>({ shown }: Entry<A, E>): Stream.Stream<A, E> =>
  Stream.flatMap(SubscriptionRef.changes(shown), (now): Stream.Stream<A, E> => {
    switch (now._tag) {
      case "Nothing":
        return Stream.empty
      case "Value":
        return Stream.succeed(now.value)
      case "Failure":
        return Stream.fail(now.error)
    }
  })

const show = <A, E>(entry: Entry<A, E>, value: A) => SubscriptionRef.set(entry.shown, { _tag: "Value", value })

const take = <A, E>(entry: Entry<A, E>, value: A, sentAt: number) =>
  Effect.suspend(() => {
    entry.held = { value, sentAt }
    return show(entry, value)
  })

const renewEvery = ({ lasts }: { readonly lasts: Duration.Duration }) => Duration.toMillis(lasts) * 0.8

const read = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>): Effect.Effect<A, E> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const { held } = entry
    if (held === undefined || now - held.sentAt >= renewEvery(source)) return renew(source, id, entry)
    return Effect.flatMap(source.peek(id), (peeked) =>
      peeked === undefined
        ? Effect.succeed(held.value)
        : Effect.suspend(() => {
          const value = source.keepQuote(held.value, peeked)
          return Effect.as(take(entry, value, held.sentAt), value)
        }))
  })

/** A renewal that failed may have renewed all the same, so the quote before it is not held any more. */
const renew = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>): Effect.Effect<A, E> =>
  Effect.flatMap(DateTime.now, (sentAt) =>
    source.renew(id, sentAt).pipe(
      Effect.tap((value) => take(entry, value, DateTime.toEpochMillis(sentAt))),
      Effect.onError(() => hide(source, entry))
    ))

const hide = <Id, A, E>(source: Source<Id, A, E>, entry: Entry<A, E>) =>
  Effect.suspend(() => {
    const { held } = entry
    entry.held = undefined
    return held === undefined ? Effect.void : show(entry, source.withoutQuote(held.value))
  })

/** Keeps a quote alive while there are watchers. */
const drive = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>): Effect.Effect<void> =>
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
  }).pipe(Effect.catch((error) => SubscriptionRef.set(entry.shown, { _tag: "Failure", error })))

/** Somebody else may have renewed while the lock was waited for. */
const renewIfDue = <Id, A, E>(source: Source<Id, A, E>, id: Id, entry: Entry<A, E>) =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) =>
      entry.held !== undefined && now - entry.held.sentAt < renewEvery(source)
        ? Effect.void
        : Effect.asVoid(renew(source, id, entry))
  )

/** A renewal may take longer than its quote lasts; nobody shall see the old one meanwhile. */
const hideWhenStale = <Id, A, E>(source: Source<Id, A, E>, { held, shown }: Entry<A, E>, now: number) =>
  held === undefined ?
    Effect.never :
    Effect.sleep(Duration.millis(held.sentAt + Duration.toMillis(source.lasts) - now)).pipe(
      Effect.andThen(SubscriptionRef.set(shown, { _tag: "Value", value: source.withoutQuote(held.value) })),
      Effect.andThen(Effect.never)
    )
