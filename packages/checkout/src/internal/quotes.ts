/**
 * Quotes that customers look at: one process follows the payment and shares what it sees, all others show that.
 */
import * as Accounts from "@gatefold/core/Accounts"
import { Gateway } from "@gatefold/core/Gateway"
import type { AccountId, InvoiceId } from "@gatefold/core/Identifiers"
import * as Payment from "@gatefold/core/Payment"
import { Payments } from "@gatefold/core/Payments"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { json, text } from "./jsonText.ts"
import { first, rows, run } from "./storage.ts"

/** How long after its last sign of life the process that follows a payment counts as gone. */
const leaseMillis = 30_000

const Row = Schema.Struct({ payment: Schema.NullOr(json(Payment.Payment)) })
const encodePayment = text(Payment.Payment)

/** @internal */
export const make = Effect.fnUntraced(function*(owner: string) {
  const sql = yield* SqlClient.SqlClient
  const taken = rows(Schema.Struct({ owner: Schema.String }))
  const shown = first(Row)

  /** Whether `who` has the quote from now on, or still has. */
  const claim = Effect.fnUntraced(function*(account: AccountId, invoice: InvoiceId, who: string) {
    const now = yield* Clock.currentTimeMillis
    const values = { account, invoice_id: invoice, owner: who, lease_until: now + leaseMillis, payment: null }
    const mine = yield* taken(
      sql`INSERT INTO gatefold_quotes ${sql.insert(values)}
        ON CONFLICT (account, invoice_id) DO UPDATE SET owner = ${who}, lease_until = ${now + leaseMillis}
        WHERE gatefold_quotes.owner = ${who} OR gatefold_quotes.lease_until < ${now} RETURNING owner`
    )
    return mine.length > 0
  })

  const release = (account: AccountId, invoice: InvoiceId, who: string) =>
    Effect.ignore(run(
      sql`DELETE FROM gatefold_quotes WHERE account = ${account} AND invoice_id = ${invoice} AND owner = ${who}`
    ))

  /** Keeps the quote for as long as `effect` runs, if nobody else has it, and tells whether it ran. */
  const having = <A, E, R>(account: AccountId, invoice: InvoiceId, who: string, effect: Effect.Effect<A, E, R>) =>
    Effect.acquireUseRelease(
      claim(account, invoice, who),
      (isMine) => isMine ? Effect.as(effect, true) : Effect.succeed(false),
      (isMine) => isMine ? release(account, invoice, who) : Effect.void
    )

  const publish = Effect.fnUntraced(function*(account: AccountId, invoice: InvoiceId, payment: Payment.Payment) {
    const told = yield* encodePayment(payment)
    yield* run(
      sql`UPDATE gatefold_quotes SET payment = ${told}
        WHERE account = ${account} AND invoice_id = ${invoice} AND owner = ${owner}`
    )
  })

  /** Ends when somebody else has the quote: this process was held up for longer than its lease. */
  const untilLost = Effect.fnUntraced(function*(account: AccountId, invoice: InvoiceId) {
    do yield* Effect.sleep(Duration.millis(leaseMillis / 3))
    while (yield* claim(account, invoice, owner))
  })

  return {
    /** Runs what may renew the quote, unless a customer looks at it: nobody begins to meanwhile. Tells whether it ran. */
    alone: <A, E, R>(account: AccountId, invoice: InvoiceId, effect: Effect.Effect<A, E, R>) =>
      having(account, invoice, `${owner}/alone`, effect),
    /** The payment as whoever follows it at the moment sees it. */
    shown: (account: AccountId, invoice: InvoiceId) =>
      Effect.map(
        shown(sql`SELECT payment FROM gatefold_quotes WHERE account = ${account} AND invoice_id = ${invoice}`),
        (row) => row?.payment ?? undefined
      ),
    /** Whether the account's payments have quotes that run out. */
    hasQuotes: (account: AccountId) =>
      Accounts.on(account, Effect.map(Gateway, ({ capabilities }) => capabilities.has("payments.watch"))),
    /** Follows a payment, if no other process does, and shares what it sees before it tells `seen` of it. */
    follow: <E, R>(
      account: AccountId,
      invoice: InvoiceId,
      id: Payment.Payment["id"],
      seen: (payment: Payment.Payment) => Effect.Effect<void, E, R>
    ) => {
      const watched = Stream.unwrap(Accounts.on(account, Effect.map(Payments, ({ watch }) => watch(id))))
      const followed = Stream.runForEach(
        watched,
        (payment) => Effect.andThen(publish(account, invoice, payment), seen(payment))
      )
      return having(account, invoice, owner, Effect.raceFirst(followed, untilLost(account, invoice)))
    }
  }
})

/** @internal */
export type Quotes = Effect.Success<ReturnType<typeof make>>
