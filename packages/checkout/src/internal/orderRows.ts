/**
 * Orders and attempts as the engine knows them, and as their rows hold them.
 */
import { GatewayError } from "@gatefold/core/GatewayError"
import { AccountId, Reference } from "@gatefold/core/Identifiers"
import * as Invoice from "@gatefold/core/Invoice"
import * as Money from "@gatefold/core/Money"
import * as Present from "@gatefold/core/Present"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Order from "../Order.ts"
import { json, text } from "./jsonText.ts"
import { Moment, Whole } from "./storage.ts"

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

/** @internal */
export const OrderRow = Schema.Struct({
  store: Schema.String,
  reference: Reference,
  price: json(Money.Money),
  request: json(Request),
  metadata: json(Metadata),
  created_at: Moment
})

/** @internal */
export const AttemptRow = Schema.Struct({
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

/** @internal A row as the engine knows it. */
export const stored = (row: typeof AttemptRow.Type): Stored => ({
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

/** @internal */
export const moment = (at: DateTime.Utc | undefined): number | null =>
  at === undefined ? null : DateTime.toEpochMillis(at)

/** @internal */
export const encoded = {
  price: text(Money.Money),
  request: text(Request),
  metadata: text(Metadata),
  invoice: text(Invoice.Invoice),
  failure: text(GatewayError)
}

/** @internal The columns of an attempt that can change. */
export const columns = Effect.fnUntraced(
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
