/**
 * What is kept about an account: whether it is paused, and how many reads its sweeps have used.
 */
import { GatewayError } from "@gatefold/core/GatewayError"
import { AccountId } from "@gatefold/core/Identifiers"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { json } from "./jsonText.ts"
import { encoded } from "./orderRows.ts"
import { first, forUpdate, Moment, rows, run, transaction, Whole } from "./storage.ts"

const windowMillis = 60_000

/** By how much the clocks of machines may differ that share a budget; a window further ahead is a clock gone wrong. */
const mostAhead = 2 * windowMillis

/** An account that takes no part until somebody mends its credentials. */
export class PausedAccount extends Schema.Class<PausedAccount>("@gatefold/checkout/PausedAccount")({
  account: AccountId,
  since: Schema.DateTimeUtcFromString,
  reason: GatewayError
}) {}

const Row = Schema.Struct({
  account: AccountId,
  paused_at: Moment,
  failure: json(GatewayError)
})

/**
 * Whether the provider does not let the account in. A refusal without a word of its own may come from anything on the way,
 * such as a firewall's page, and passes.
 */
const refusesAccount = ({ reason }: GatewayError): boolean =>
  reason._tag === "Unauthenticated" || (reason._tag === "Forbidden" && reason.code !== undefined)

/** @internal */
export const make = Effect.fnUntraced(function*(readsPerMinute: number) {
  const sql = yield* SqlClient.SqlClient
  const pausedRows = rows(Row)
  const oneRow = first(Row)
  const window = first(Schema.Struct({ window_start: Whole, window_reads: Whole }))
  const named = rows(Schema.Struct({ account: Schema.String }))

  const paused = Effect.map(
    pausedRows(
      sql`SELECT account, paused_at, failure FROM gatefold_accounts WHERE paused_at IS NOT NULL ORDER BY account`
    ),
    (found) =>
      found.map(({ account, failure, paused_at }) => new PausedAccount({ account, since: paused_at, reason: failure }))
  )

  return {
    paused,
    isPaused: (account: AccountId) =>
      Effect.map(
        oneRow(
          sql`SELECT account, paused_at, failure FROM gatefold_accounts
            WHERE account = ${account} AND paused_at IS NOT NULL`
        ),
        (row) => row !== undefined
      ),
    /** Pauses the account if that is what a failure of one of its calls comes to. */
    heed: Effect.fnUntraced(function*(account: AccountId, error: GatewayError) {
      if (!refusesAccount(error)) return
      const now = yield* Clock.currentTimeMillis
      const failure = yield* encoded.failure(error)
      yield* run(
        sql`INSERT INTO gatefold_accounts ${
          sql.insert({ account, paused_at: null, failure: null, window_start: 0, window_reads: 0 })
        } ON CONFLICT (account) DO NOTHING`
      )
      const news = yield* named(
        sql`UPDATE gatefold_accounts SET paused_at = ${now}, failure = ${failure}
          WHERE account = ${account} AND paused_at IS NULL RETURNING account`
      )
      if (news.length === 0) return
      yield* Effect.logError(`account ${account} is paused: its credentials were refused (${error.reason._tag})`)
    }),
    resume: (account: string) =>
      run(sql`UPDATE gatefold_accounts SET paused_at = NULL, failure = NULL WHERE account = ${account}`),
    /**
     * Takes up to `wanted` reads out of this minute's budget, and tells how many there were. Processes that ask at once
     * share what is left: the row is held in between.
     */
    spend: (account: AccountId, wanted: number) =>
      transaction(sql)(Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        const current = now - now % windowMillis
        yield* run(
          sql`INSERT INTO gatefold_accounts ${
            sql.insert({ account, paused_at: null, failure: null, window_start: current, window_reads: 0 })
          } ON CONFLICT (account) DO NOTHING`
        )
        const books = yield* window(
          sql`SELECT window_start, window_reads FROM gatefold_accounts WHERE account = ${account}${forUpdate(sql)}`
        )
        // another machine's minute may have begun before ours: it is one budget
        const isAhead = books !== undefined && books.window_start > current && books.window_start <= current + mostAhead
        const start = isAhead ? books.window_start : current
        const used = books?.window_start === start ? books.window_reads : 0
        const granted = Math.max(0, Math.min(wanted, readsPerMinute - used))
        if (granted > 0) {
          yield* run(
            sql`UPDATE gatefold_accounts SET window_start = ${start}, window_reads = ${used + granted}
              WHERE account = ${account}`
          )
        }
        return granted
      }))
  }
})

/** @internal */
export type Paused = Effect.Success<ReturnType<typeof make>>
