/**
 * ecryptopay's calls for one account, with the holder of its quotes.
 */
import type * as Currency from "@gatefold/core/Currency"
import {
  type GatewayError,
  IntegrityMismatch,
  InvalidRequest,
  NotFound,
  OutcomeUnknown,
  type Reason
} from "@gatefold/core/GatewayError"
import { PaymentId } from "@gatefold/core/Identifiers"
import * as Money from "@gatefold/core/Money"
import * as Operation from "@gatefold/core/Operation"
import type { Identity } from "@gatefold/core/Provider"
import * as ProviderClient from "@gatefold/core/ProviderClient"
import * as QuoteHolder from "@gatefold/core/QuoteHolder"
import type { Refusal } from "@gatefold/core/Refusal"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import * as Unrecognized from "@gatefold/core/Unrecognized"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type EcryptopayOptions, productionUrl, quoteLasts } from "../EcryptopayOptions.ts"
import * as mapping from "./mapping.ts"
import * as token from "./token.ts"
import * as wire from "./wire.ts"

/** @internal There is no reference, no key and no look-up: a create is sent once. */
export const createPayment = Operation.write("payments.create", {
  safety: "none",
  findOut: "a person may look at the candidates; the next try is a new payment"
})

/** @internal Not a pure read: it renews the amount due and the QR image. */
export const getPayment = Operation.readRenewingQuote("payments.get")

/** @internal Reads without renewing any quote. No paging is documented. */
export const listPayments = Operation.list("payments.list")

/** @internal */
export interface Account {
  readonly client: ProviderClient.ProviderClient
  readonly reading: mapping.Reading
  /** `operation` is `createPayment` by the name that the caller knows. */
  readonly create: (
    operation: Operation.Operation,
    price: Money.Money,
    asset: Currency.Currency
  ) => Effect.Effect<mapping.Seen, GatewayError>
  readonly list: Effect.Effect<ReadonlyArray<mapping.Seen>, GatewayError>
  readonly quotes: QuoteHolder.QuoteHolder<PaymentId, mapping.Seen, GatewayError>
}

/** @internal */
export const make = Effect.fnUntraced(function*(options: EcryptopayOptions, identity: Identity) {
  const baseUrl = options.baseUrl ?? productionUrl
  const reading: mapping.Reading = {
    identity,
    baseUrl,
    quoteLasts: options.quoteLasts ?? quoteLasts,
    meanings: mapping.meaningsOf(options.states ?? {})
  }
  const { authorize } = yield* token.make(options, identity)
  const client = yield* ProviderClient.make({
    ...identity,
    baseUrl,
    authorize,
    secrets: [options.email, options.password, options.clientId, options.clientSecret],
    // no error form is documented
    readEnvelope: () => undefined,
    reasonOf,
    retry: options.retry,
    transformClient: options.transformClient
  })
  const { note } = Unrecognized.make(identity)
  const noted = (value: mapping.Seen) => Effect.as(note(mapping.payment(reading, value).unrecognized), value)
  const list = Effect.gen(function*() {
    const sentAt = yield* DateTime.now
    const answers = yield* client.call(listPayments, { method: "GET", path: "/payments" }, wire.Payments)
    // what a list says of the amount due may be stale by the time that anybody sees it
    return yield* Effect.forEach(answers, (answer) => noted({ answer, instruction: undefined, observedAt: sentAt }))
  })
  const quotes = yield* QuoteHolder.make<PaymentId, mapping.Seen, GatewayError>({
    lasts: reading.quoteLasts,
    renew: (id, sentAt) => Effect.flatMap(renew(client, reading, id, sentAt), noted),
    peek: (id) => isId(id) ? Effect.map(list, (all) => all.find(({ answer }) => answer.id === id)) : Effect.undefined,
    keepQuote: ({ instruction }, peeked) => ({ ...peeked, instruction }),
    withoutQuote: (value) => ({ ...value, instruction: undefined }),
    isSettled: (value) => mapping.isSettled(reading, value),
    isTransient: ({ isRetryable }) => isRetryable
  })
  const parts = { client, reading, list, quotes, noted }
  const account: Account = {
    client,
    reading,
    list,
    quotes,
    create: (operation, price, asset) => create(parts, operation, price, asset)
  }
  return account
})

/** No code is documented, so that JSON has to do: a 404 that is none comes from something on the way. */
const reasonOf = ({ detail, json, status }: Refusal): Reason | undefined =>
  (status === 404 || status === 410) && json !== undefined ? new NotFound(detail) : undefined

const isId = Schema.is(wire.Id)

const renew = Effect.fnUntraced(function*(
  client: ProviderClient.ProviderClient,
  reading: mapping.Reading,
  id: PaymentId,
  sentAt: DateTime.Utc
) {
  if (!isId(id)) return yield* client.error(getPayment, new NotFound({}))
  const request = { method: "GET", path: ProviderClient.path`/payments/${id}` } as const
  const answer = yield* client.call(getPayment, request, wire.Payment)
  if (answer.id === id) return mapping.seen(reading, answer, sentAt)
  return yield* client.error(getPayment, new IntegrityMismatch({ field: "id", asked: id, got: answer.id }))
})

interface Parts extends Omit<Account, "create"> {
  readonly noted: (value: mapping.Seen) => Effect.Effect<mapping.Seen>
}

const create = Effect.fnUntraced(function*(
  parts: Parts,
  operation: Operation.Operation,
  price: Money.Money,
  asset: Currency.Currency
) {
  const { client, noted, quotes, reading } = parts
  if (asset.network !== undefined) {
    const issue = "the network cannot be chosen at this provider: give the asset alone"
    return yield* client.error(operation, new InvalidRequest({ field: "payWith", issue }))
  }
  const sentAt = yield* DateTime.now
  const request = {
    method: "POST",
    path: "/payments/",
    body: { currency: asset.code.toLowerCase(), amount: Money.format(price) }
  } as const
  const answer = yield* client.call(operation, request, wire.Payment).pipe(
    Effect.catchReason(
      "GatewayError",
      "OutcomeUnknown",
      (reason) =>
        Effect.flatMap(
          candidates(parts, price, asset, sentAt),
          (found) => Effect.fail(client.error(operation, new OutcomeUnknown({ ...reason, candidates: found })))
        )
    )
  )
  const value = yield* noted(mapping.seen(reading, answer, sentAt))
  const mismatch = (field: string, asked: string, got: string) => {
    const invoice = mapping.invoice(reading, { ...value, instruction: undefined })
    return client.error(operation, new IntegrityMismatch({ field, asked, got, invoice }))
  }
  const made = Money.fromBigDecimal(answer.amount, mapping.mxn)
  if (!Money.equals(made, price)) return yield* mismatch("price", `${price}`, `${made}`)
  const coin = answer.currency.toUpperCase()
  if (coin !== asset.code) return yield* mismatch("asset", asset.code, coin)
  // a webhook may have made somebody read, and so renew, this payment before its create was answered
  return yield* quotes.hold(PaymentId.make(answer.id), value, sentAt)
})

/** A caller who waits for an outcome that stays unknown shall not wait long for a list that is only a help. */
const candidatesWithin = Duration.seconds(5)

/** How far the provider's clock may be off ours. */
const clockSkew = Duration.minutes(1)

/** Payments that may be what a create of unknown outcome made, for a person to judge: nothing is adopted. */
const candidates = ({ list, reading }: Parts, price: Money.Money, asset: Currency.Currency, sentAt: DateTime.Utc) =>
  Effect.map(
    list.pipe(
      Effect.provideService(RetryPolicy.Current, RetryPolicy.once),
      Effect.timeout(candidatesWithin),
      Effect.orElseSucceed(() => [])
    ),
    (all) =>
      all
        .filter(({ answer }) => answer.currency.toUpperCase() === asset.code)
        .map((value) => mapping.invoice(reading, value))
        .filter((invoice) => invoice.price !== undefined && Money.equals(invoice.price, price))
        .filter(({ createdAt }) =>
          createdAt === undefined || DateTime.isGreaterThan(createdAt, DateTime.subtractDuration(sentAt, clockSkew))
        )
  )
