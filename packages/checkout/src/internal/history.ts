/**
 * Reading what was kept: the history of an order, and what our books and a provider's list say of each other.
 */
import * as Accounts from "@gatefold/core/Accounts"
import { GatewayError } from "@gatefold/core/GatewayError"
import { AccountId, Reference } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import { Invoices } from "@gatefold/core/Invoices"
import * as Present from "@gatefold/core/Present"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { UnknownReference } from "../CheckoutError.ts"
import type { CheckoutOptions } from "../CheckoutOptions.ts"
import * as Difference from "../Difference.ts"
import * as Fact from "../Fact.ts"
import { json } from "./jsonText.ts"
import type { Observing } from "./observe.ts"
import type * as Orders from "./orders.ts"
import { Moment, rows, Whole } from "./storage.ts"

const FactRow = Schema.Struct({
  number: Whole,
  seq: Whole,
  at: Moment,
  kind: Fact.Kind,
  source: Fact.Source,
  invoice: Schema.NullOr(json(Invoice.Invoice)),
  failure: Schema.NullOr(json(GatewayError)),
  note: Schema.NullOr(Schema.String)
})

const KnownRow = Schema.Struct({ reference: Reference, number: Whole, invoice: json(Invoice.Invoice) })

/** @internal */
export interface Options {
  readonly options: CheckoutOptions
  readonly orders: Orders.Orders
  readonly observing: Observing
}

/** @internal */
export const make = Effect.fnUntraced(function*({ observing, options, orders }: Options) {
  const sql = yield* SqlClient.SqlClient
  const { store } = options
  const facts = rows(FactRow)
  const known = rows(KnownRow)

  const history = Effect.fnUntraced(function*(reference: string) {
    if ((yield* orders.get(reference)) === undefined) return yield* new UnknownReference({ reference })
    const found = yield* facts(
      sql`SELECT number, seq, at, kind, source, invoice, failure, note FROM gatefold_facts
        WHERE store = ${store} AND reference = ${reference} ORDER BY at, number, seq`
    )
    return inOrder(found).map(({ at, failure, invoice, kind, note, number, seq, source }) =>
      new Fact.Fact({
        attempt: number,
        seq,
        at,
        kind,
        source,
        ...Present.only({
          invoice: invoice ?? undefined,
          failure: failure ?? undefined,
          note: note ?? undefined
        })
      })
    )
  })

  /** One invoice of the list against our books. */
  const compare = Effect.fnUntraced(function*(account: AccountId, theirs: Invoice.Invoice) {
    const reference = yield* orders.ofInvoice(account, theirs.id)
    const order = reference === undefined ? undefined : yield* orders.get(reference)
    const ours = order?.attempts.find(({ attempt }) => attempt.invoice?.id === theirs.id)?.attempt
    const after = yield* observing.observe(account, theirs, "poll")
    if (after === undefined) return new Difference.Orphan({ account, invoice: theirs })
    const is = after.attempts.find(({ attempt }) => attempt.account === account && attempt.invoice?.id === theirs.id)
    if (is === undefined || is.attempt.version === ours?.version) return undefined
    return new Difference.Behind({
      account,
      reference: after.reference,
      attempt: is.attempt.number,
      theirs,
      ...Present.only({ ours: ours?.invoice })
    })
  })

  /** Of those that were begun before the list was. */
  const notListed = (account: AccountId, seen: ReadonlySet<string>, began: number) =>
    Stream.fromIterableEffect(Effect.map(
      known(
        sql`SELECT reference, number, invoice FROM gatefold_attempts
          WHERE store = ${store} AND account = ${account} AND invoice IS NOT NULL AND created_at < ${began}
          ORDER BY created_at`
      ),
      (found) =>
        found.filter(({ invoice }) => !seen.has(invoice.id)).map(({ invoice, number, reference }) =>
          new Difference.NotListed({ account, reference, attempt: number, ours: invoice })
        )
    ))

  const reconcile = (account: string) =>
    Stream.unwrap(Accounts.on(
      account,
      Effect.map(Effect.all([Invoices, Clock.currentTimeMillis]), ([{ list }, began]) => {
        const seen = new Set<string>()
        const listed = list().pipe(
          Stream.tap(({ id }) => Effect.sync(() => seen.add(id))),
          Stream.mapEffect((theirs) => compare(theirs.account, theirs)),
          Stream.filter((difference) => difference !== undefined)
        )
        const ours = Stream.suspend(() => notListed(AccountId.make(account), seen, began))
        return Stream.concat(listed, ours)
      })
    ))

  return { history, reconcile }
})

/**
 * By time, but those of one attempt always as they happened: two processes need not have the same time.
 */
const inOrder = (found: ReadonlyArray<typeof FactRow.Type>): ReadonlyArray<typeof FactRow.Type> => {
  const latest = new Map<number, number>()
  return found
    .toSorted((a, b) => a.number - b.number || a.seq - b.seq)
    .map((fact) => {
      const since = Math.max(latest.get(fact.number) ?? 0, fact.at.epochMilliseconds)
      latest.set(fact.number, since)
      return { fact, since }
    })
    .toSorted((a, b) => a.since - b.since)
    .map(({ fact }) => fact)
}
