/**
 * Orders and attempts in the database. Whoever changes an order holds its row: all changes of one order happen one after
 * the other, whichever process makes them.
 */
import { GatewayError } from "@gatefold/core/GatewayError"
import { AccountId, type InvoiceId, Reference } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import * as Present from "@gatefold/core/Present"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Order from "../Order.ts"
import { first, forUpdate, Moment, rows, run, transaction, Whole } from "./storage.ts"

const json = <S extends Schema.Constraint>(schema: S) => Schema.fromJsonString(Schema.toCodecJson(schema))

const text = <S extends Schema.Codec<unknown, unknown>>(schema: S) => {
  const encode = Schema.encodeEffect(json(schema))
  return (value: S["Type"]): Effect.Effect<string> => Effect.orDie(encode(value))
}

/** @internal What was asked for, apart from reference and price. */
export const Request = Schema.Struct({
  customer: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  payWith: Schema.optionalKey(Schema.String),
  successUrl: Schema.optionalKey(Schema.String),
  failureUrl: Schema.optionalKey(Schema.String),
  webhookUrl: Schema.optionalKey(Schema.String)
})
export type Request = typeof Request.Type

const Metadata = Schema.Record(Schema.String, Schema.String)

const OrderRow = Schema.Struct({
  store: Schema.String,
  reference: Reference,
  price: json(Money.Money),
  request: json(Request),
  metadata: json(Metadata),
  created_at: Moment
})

const AttemptRow = Schema.Struct({
  number: Whole,
  account: AccountId,
  provider_reference: Reference,
  state: Order.State,
  invoice: Schema.NullOr(json(Invoice.Invoice)),
  version: Whole,
  failure: Schema.NullOr(json(GatewayError)),
  last_observed: Schema.NullOr(Schema.String),
  facts: Whole,
  was_sent: Whole,
  owner: Schema.NullOr(Schema.String),
  fence: Whole,
  lease_until: Whole,
  ended_at: Schema.NullOr(Whole),
  created_at: Moment,
  canceled_at: Schema.NullOr(Moment),
  stale_at: Schema.NullOr(Moment),
  settled_at: Schema.NullOr(Moment)
})

/** @internal An attempt with what only the engine needs. */
export interface Stored {
  readonly attempt: Order.Attempt
  /** The key of the newest observation, so that a poll without news leaves no fact. */
  readonly lastObserved: string | undefined
  readonly facts: number
  /** Whether a create of it may have reached the provider. */
  readonly wasSent: boolean
  readonly owner: string | undefined
  readonly fence: number
  readonly leaseUntil: number
  /** When it was first seen to have ended. */
  readonly endedAt: number | undefined
}

/** @internal An order as it is stored. */
export interface Loaded {
  readonly store: string
  readonly reference: Reference
  readonly price: Money.Money
  readonly request: Request
  readonly metadata: Readonly<Record<string, string>>
  readonly createdAt: DateTime.Utc
  readonly attempts: ReadonlyArray<Stored>
}

/** @internal The order as it is shown: with nothing to pay but what the customer shall pay. */
export const shown = ({ createdAt, metadata, price, reference, store, ...loaded }: Loaded): Order.Order => {
  const attempts = loaded.attempts.map(({ attempt }) => attempt)
  const safe = attempts.map((attempt) => Order.isPayable({ attempts }, attempt) ? attempt : withoutCheckout(attempt))
  return new Order.Order({ store, reference, price, metadata, createdAt, attempts: safe })
}

const withoutCheckout = (attempt: Order.Attempt): Order.Attempt => {
  if (attempt.invoice?.checkout === undefined) return attempt
  const { checkout: _, ...invoice } = attempt.invoice
  return new Order.Attempt({ ...attempt, invoice: new Invoice.Invoice(invoice) })
}

/** @internal The same order with one attempt changed or added. */
export const withAttempt = (order: Loaded, changed: Stored): Loaded => ({
  ...order,
  attempts: [...order.attempts.filter(({ attempt }) => attempt.number !== changed.attempt.number), changed].toSorted(
    (a, b) => a.attempt.number - b.attempt.number
  )
})

const stored = (row: typeof AttemptRow.Type): Stored => ({
  attempt: new Order.Attempt({
    number: row.number,
    account: row.account,
    providerReference: row.provider_reference,
    state: row.state,
    version: row.version,
    createdAt: row.created_at,
    ...Present.only({
      invoice: row.invoice ?? undefined,
      failure: row.failure ?? undefined,
      canceledAt: row.canceled_at ?? undefined,
      staleAt: row.stale_at ?? undefined,
      settledAt: row.settled_at ?? undefined
    })
  }),
  lastObserved: row.last_observed ?? undefined,
  facts: row.facts,
  wasSent: row.was_sent === 1,
  owner: row.owner ?? undefined,
  fence: row.fence,
  leaseUntil: row.lease_until,
  endedAt: row.ended_at ?? undefined
})

const moment = (at: DateTime.Utc | undefined): number | null => at === undefined ? null : DateTime.toEpochMillis(at)

/** @internal Statements about orders and attempts of one store. */
export const make = Effect.fnUntraced(function*(store: string) {
  const sql = yield* SqlClient.SqlClient
  const oneOrder = first(OrderRow)
  const manyAttempts = rows(AttemptRow)
  const encoded = {
    price: text(Money.Money),
    request: text(Request),
    metadata: text(Metadata),
    invoice: text(Invoice.Invoice),
    failure: text(GatewayError)
  }

  const load = Effect.fnUntraced(function*(reference: string, lock: boolean) {
    const row = yield* oneOrder(
      sql`SELECT * FROM gatefold_orders WHERE store = ${store} AND reference = ${reference}${
        lock ? forUpdate(sql) : sql.literal("")
      }`
    )
    if (row === undefined) return undefined
    const attempts = yield* manyAttempts(
      sql`SELECT * FROM gatefold_attempts WHERE store = ${store} AND reference = ${reference} ORDER BY number`
    )
    const loaded: Loaded = {
      store,
      reference: row.reference,
      price: row.price,
      request: row.request,
      metadata: row.metadata,
      createdAt: row.created_at,
      attempts: attempts.map(stored)
    }
    return loaded
  })

  /** Writes the order down unless it exists. */
  const insert = Effect.fnUntraced(function*(order: Omit<Loaded, "attempts" | "store">) {
    const values = {
      store,
      reference: order.reference,
      price: yield* encoded.price(order.price),
      request: yield* encoded.request(order.request),
      metadata: yield* encoded.metadata(order.metadata),
      created_at: moment(order.createdAt)
    }
    yield* run(sql`INSERT INTO gatefold_orders ${sql.insert(values)} ON CONFLICT (store, reference) DO NOTHING`)
  })

  const columns = Effect.fnUntraced(
    function*({ attempt, endedAt, fence, facts, lastObserved, leaseUntil, owner, wasSent }: Stored) {
      return {
        state: attempt.state,
        invoice_id: attempt.invoice?.id ?? null,
        invoice: attempt.invoice === undefined ? null : yield* encoded.invoice(attempt.invoice),
        version: attempt.version,
        failure: attempt.failure === undefined ? null : yield* encoded.failure(attempt.failure),
        last_observed: lastObserved ?? null,
        facts,
        was_sent: wasSent ? 1 : 0,
        owner: owner ?? null,
        fence,
        lease_until: leaseUntil,
        ended_at: endedAt ?? null,
        canceled_at: moment(attempt.canceledAt),
        stale_at: moment(attempt.staleAt),
        settled_at: moment(attempt.settledAt)
      }
    }
  )

  /** Writes a new attempt down; its order is held. */
  const insertAttempt = Effect.fnUntraced(function*(reference: Reference, one: Stored) {
    const values = {
      store,
      reference,
      number: one.attempt.number,
      account: one.attempt.account,
      provider_reference: one.attempt.providerReference,
      created_at: moment(one.attempt.createdAt),
      ...yield* columns(one),
      due_at: null,
      failed_polls: 0,
      poll_until: 0,
      polled_at: 0,
      is_woken: 0
    }
    yield* run(sql`INSERT INTO gatefold_attempts ${sql.insert(values)}`)
  })

  /**
   * When to ask about an attempt next; `undefined` for not by itself. A hint that came meanwhile goes before it. Its order
   * is held.
   */
  const plan = Effect.fnUntraced(function*(reference: Reference, number: number, dueAt: number | undefined) {
    const now = yield* Clock.currentTimeMillis
    yield* run(
      sql`UPDATE gatefold_attempts SET due_at = CASE WHEN is_woken = 1 THEN ${now} ELSE ${dueAt ?? null} END
        WHERE store = ${store} AND reference = ${reference} AND number = ${number}`
    )
  })

  /** When to look at an attempt that is not settled next. */
  const postpone = Effect.fnUntraced(function*(reference: Reference, number: number, dueAt: number) {
    yield* run(
      sql`UPDATE gatefold_attempts SET due_at = ${Math.round(dueAt)}
        WHERE store = ${store} AND reference = ${reference} AND number = ${number}`
    )
  })

  /** Writes a changed attempt down; its order is held. */
  const update = Effect.fnUntraced(function*(reference: Reference, one: Stored) {
    yield* run(
      sql`UPDATE gatefold_attempts SET ${sql.update(yield* columns(one))}
        WHERE store = ${store} AND reference = ${reference} AND number = ${one.attempt.number}`
    )
  })

  const owner = first(Schema.Struct({ store: Schema.String, reference: Reference, number: Whole }))
  const ofStore = (found: { readonly store: string; readonly reference: Reference } | undefined) =>
    found?.store === store ? found.reference : undefined

  /** The attempt that has this invoice, of whichever store. */
  const ownerOf = (account: AccountId, id: InvoiceId) =>
    owner(
      sql`SELECT store, reference, number FROM gatefold_attempts WHERE account = ${account} AND invoice_id = ${id}`
    )

  /** The attempt that goes by this reference at the provider, of whichever store. */
  const namedBy = (account: AccountId, reference: Reference) =>
    owner(
      sql`SELECT store, reference, number FROM gatefold_attempts
        WHERE account = ${account} AND provider_reference = ${reference}`
    )

  /** Runs an effect while this process holds the order; all that it writes is written at once or not at all. */
  const held = <A, E, R>(reference: string, use: (order: Loaded | undefined) => Effect.Effect<A, E, R>) =>
    transaction(sql)(Effect.flatMap(load(reference, true), use))

  return {
    get: (reference: string) => load(reference, false),
    insertAttempt,
    update,
    plan,
    postpone,
    ownerOf,
    namedBy,
    held,
    /** The same for an order that is written down first, unless it exists. */
    begun: <A, E, R>(
      order: Parameters<typeof insert>[0],
      use: (order: Loaded | undefined) => Effect.Effect<A, E, R>
    ) => transaction(sql)(Effect.andThen(insert(order), held(order.reference, use))),
    /** The order of this store whose attempt has this invoice. */
    ofInvoice: (account: AccountId, id: InvoiceId) => Effect.map(ownerOf(account, id), ofStore),
    /** The order of this store whose attempt goes by this reference at the provider. */
    ofProviderReference: (account: AccountId, reference: Reference) => Effect.map(namedBy(account, reference), ofStore)
  }
})

/** @internal */
export type Orders = Effect.Success<ReturnType<typeof make>>
