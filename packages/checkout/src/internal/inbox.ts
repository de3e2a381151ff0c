/**
 * Webhooks: what is signed is stored before it is acknowledged and resolved afterwards; what is not is a hint that makes
 * us look sooner.
 */
import * as Accounts from "@gatefold/core/Accounts"
import { AccountId } from "@gatefold/core/Identifiers"
import type { RawWebhook } from "@gatefold/core/RawWebhook"
import { Admitted } from "@gatefold/core/WebhookEvent"
import { WebhookEvents } from "@gatefold/core/WebhookEvents"
import * as Clock from "effect/Clock"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import type { Received } from "../Checkout.ts"
import { StorageFailed } from "../CheckoutError.ts"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import type { Paused } from "./accounts.ts"
import type { Observing } from "./observe.ts"
import type { Signal } from "./signal.ts"
import { first, rows, run, transaction, Whole } from "./storage.ts"

/** How many webhooks one process resolves at a time. */
const takers = 16

/** Two hints about one invoice make one look within this time, so that a flood of them is none of reads. */
const hintGapMillis = 2_000

const Key = Schema.Struct({ account: AccountId, digest: Schema.String })
type Key = typeof Key.Type

const admittedJson = Schema.fromJsonString(Schema.toCodecJson(Admitted))
const Row = Schema.Struct({ admitted: admittedJson, result: Schema.String })
const encodeAdmitted = Schema.encodeEffect(admittedJson)

/** @internal */
export interface Options {
  readonly options: CheckoutOptions
  readonly observing: Observing
  readonly accounts: Paused
  readonly signal: Signal
}

/** @internal */
export const make = Effect.fnUntraced(function*({ accounts, observing, options, signal }: Options) {
  const sql = yield* SqlClient.SqlClient
  const { digest } = yield* Digest.Digest
  const { store } = options
  const touched = rows(Schema.Struct({ number: Whole }))
  const row = first(Row)
  const queue = yield* PersistedQueue.make({
    name: `gatefold/${store}/webhooks`,
    schema: Key,
    // outages and kills use up attempts too: what is stored is tried until it is settled
    maxAttempts: 1_000_000,
    retrySchedule: Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("1 minute")])
  })

  /** The fingerprint of the bytes, by which a webhook that is sent again is known. */
  const fingerprint = (body: Uint8Array) => Effect.map(Effect.orDie(digest(Digest.sha256, body)), Hex.encode)

  const store_ = Effect.fnUntraced(function*(key: Key, admitted: Admitted) {
    const now = yield* Clock.currentTimeMillis
    const values = {
      ...key,
      admitted: yield* Effect.orDie(encodeAdmitted(admitted)),
      received_at: now,
      result: "admitted",
      settled_at: null
    }
    const isNew = (yield* rows(Schema.Struct({ digest: Schema.String }))(
      sql`INSERT INTO gatefold_inbox ${sql.insert(values)}
        ON CONFLICT (account, digest) DO NOTHING RETURNING digest`
    )).length > 0
    if (isNew) {
      yield* Effect.mapError(
        queue.offer(key, { id: `${key.account}/${key.digest}` }),
        () => new StorageFailed({ kind: "unreachable" })
      )
    }
    const received: Received = isNew ? "stored" : "known"
    return received
  })

  /** Makes the next look at an invoice of ours happen now, and that at whatever may turn out to be it. */
  const hint = Effect.fnUntraced(function*(account: AccountId, invoice: string) {
    const now = yield* Clock.currentTimeMillis
    const ours = yield* touched(
      sql`UPDATE gatefold_attempts SET is_woken = 1,
          due_at = CASE WHEN polled_at + ${hintGapMillis} > ${now} THEN polled_at + ${hintGapMillis} ELSE ${now} END
        WHERE store = ${store} AND account = ${account} AND invoice_id = ${invoice} RETURNING number`
    )
    if (ours.length === 0) {
      // it may be the invoice of a create whose answer is still on its way, or was lost
      yield* run(
        sql`UPDATE gatefold_attempts SET is_woken = 1, due_at = ${now}
          WHERE store = ${store} AND account = ${account} AND state IN ('sending', 'unknown')`
      )
    }
    yield* signal.ring
    const received: Received = ours.length > 0 ? "looking" : "unowned"
    return received
  })

  const receive = Effect.fnUntraced(function*(account: string, webhook: RawWebhook) {
    const admitted = yield* Accounts.on(account, Effect.flatMap(WebhookEvents, ({ admit }) => admit(webhook)))
    if (admitted.proof.mode === "readback") return yield* hint(admitted.account, admitted.invoice)
    const key: Key = { account: admitted.account, digest: yield* fingerprint(webhook.body) }
    return yield* transaction(sql)(store_(key, admitted))
  })

  const settle = Effect.fnUntraced(function*({ account, digest }: Key, result: string) {
    const now = yield* Clock.currentTimeMillis
    yield* run(
      sql`UPDATE gatefold_inbox SET result = ${result}, settled_at = ${now}
        WHERE account = ${account} AND digest = ${digest}`
    )
  })

  /** What a stored webhook says becomes known. Fails if the provider could not be asked: it is tried again. */
  const process = Effect.fnUntraced(function*(key: Key) {
    const found = yield* row(
      sql`SELECT admitted, result FROM gatefold_inbox WHERE account = ${key.account} AND digest = ${key.digest}`
    )
    if (found === undefined || found.result !== "admitted") return
    const resolve = Accounts.on(key.account, Effect.flatMap(WebhookEvents, (events) => events.resolve(found.admitted)))
    yield* resolve.pipe(
      Effect.tapError((error) =>
        error._tag === "GatewayError" && isRefused(error.reason._tag)
          ? accounts.pause(key.account, error)
          : Effect.void
      ),
      Effect.flatMap(({ invoice }) => observing.observe(key.account, invoice, "webhook")),
      Effect.flatMap((order) => settle(key, order === undefined ? "unowned" : "applied")),
      Effect.catchTag("WebhookRejected", ({ why }) => settle(key, why))
    )
  })

  const worker = Effect.forever(
    queue.take((key) => Effect.mapError(process(key), ({ _tag }) => new Unsettled({ kind: _tag }))).pipe(
      // the queue keeps it; its own outages come back as failures of take
      Effect.catch(() => Effect.sleep("200 millis"))
    )
  )

  return {
    receive,
    work: Effect.forEach(Array.from({ length: takers }), () => worker, { concurrency: "unbounded", discard: true })
  }
})

const isRefused = (reason: string): boolean => reason === "Unauthenticated" || reason === "Forbidden"

/** What the queue stores of a failure. */
class Unsettled extends Schema.TaggedError<Unsettled>("@gatefold/checkout/Unsettled")("Unsettled", {
  kind: Schema.String
}) {}
