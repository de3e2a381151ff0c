/**
 * Quotes that customers look at: one process follows the payment and shares what it sees, all others show that.
 */
import * as Accounts from "@gatefold/core/Accounts"
import { Gateway } from "@gatefold/core/Gateway"
import type { AccountId, InvoiceId } from "@gatefold/core/Identifiers"
import * as Payment from "@gatefold/core/Payment"
import { Payments } from "@gatefold/core/Payments"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { first, rows, run, Whole } from "./storage.ts"

/** How long after its last sign of life the process that follows a payment counts as gone. */
const leaseMillis = 30_000

const paymentJson = Schema.fromJsonString(Schema.toCodecJson(Payment.Payment))
const Row = Schema.Struct({ payment: Schema.NullOr(paymentJson) })
const encodePayment = Schema.encodeEffect(paymentJson)

/** @internal */
export const make = Effect.fnUntraced(function*(owner: string) {
  const sql = yield* SqlClient.SqlClient
  const taken = rows(Schema.Struct({ owner: Schema.String }))
  const shown = first(Row)
  const live = first(Schema.Struct({ lease_until: Whole }))

  /** Whether this process follows the payment from now on, or still does. */
  const claim = Effect.fnUntraced(function*(account: AccountId, invoice: InvoiceId) {
    const now = yield* Clock.currentTimeMillis
    const values = { account, invoice_id: invoice, owner, lease_until: now + leaseMillis, payment: null }
    const mine = yield* taken(
      sql`INSERT INTO gatefold_quotes ${sql.insert(values)}
        ON CONFLICT (account, invoice_id) DO UPDATE SET owner = ${owner}, lease_until = ${now + leaseMillis}
        WHERE gatefold_quotes.owner = ${owner} OR gatefold_quotes.lease_until < ${now} RETURNING owner`
    )
    return mine.length > 0
  })

  const publish = Effect.fnUntraced(function*(account: AccountId, invoice: InvoiceId, payment: Payment.Payment) {
    const now = yield* Clock.currentTimeMillis
    yield* run(
      sql`UPDATE gatefold_quotes
        SET payment = ${yield* Effect.orDie(encodePayment(payment))}, lease_until = ${now + leaseMillis}
        WHERE account = ${account} AND invoice_id = ${invoice} AND owner = ${owner}`
    )
  })

  const release = (account: AccountId, invoice: InvoiceId) =>
    run(
      sql`DELETE FROM gatefold_quotes WHERE account = ${account} AND invoice_id = ${invoice} AND owner = ${owner}`
    )

  const ofOthers = (account: AccountId, invoice: InvoiceId) =>
    Effect.map(
      shown(sql`SELECT payment FROM gatefold_quotes WHERE account = ${account} AND invoice_id = ${invoice}`),
      (row) => row?.payment ?? undefined
    )

  return {
    claim,
    release,
    ofOthers,
    /** Whether a customer looks at a quote of this invoice, at any process. */
    isLookedAt: Effect.fnUntraced(function*(account: AccountId, invoice: InvoiceId) {
      const now = yield* Clock.currentTimeMillis
      const row = yield* live(
        sql`SELECT lease_until FROM gatefold_quotes WHERE account = ${account} AND invoice_id = ${invoice}`
      )
      return row !== undefined && row.lease_until > now
    }),
    /** Whether the account's payments have quotes that run out. */
    hasQuotes: (account: AccountId) =>
      Accounts.on(account, Effect.map(Gateway, ({ capabilities }) => capabilities.has("payments.watch"))),
    /** Follows a payment and shares what it sees. */
    follow: (account: AccountId, invoice: InvoiceId, id: Payment.Payment["id"]) =>
      Stream.unwrap(
        Accounts.on(account, Effect.map(Payments, ({ watch }) => watch(id)))
      ).pipe(Stream.tap((payment) => publish(account, invoice, payment)))
  }
})

/** @internal */
export type Quotes = Effect.Success<ReturnType<typeof make>>
