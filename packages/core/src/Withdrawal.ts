/**
 * Money leaving the provider for the merchant's own address.
 */
import * as Schema from "effect/Schema"
import * as Currency from "./Currency.ts"
import { AccountId, ProviderId, WithdrawalId } from "./Identifiers.ts"
import * as Money from "./Money.ts"
import * as Present from "./Present.ts"

/** Life cycle of a withdrawal; a word that is not understood is `unknown`. */
export const Status = Schema.Literals(["pending", "processing", "succeeded", "failed", "canceled", "unknown"])
export type Status = typeof Status.Type

/**
 * A withdrawal as the provider stated it. `amount` was asked for, `fee` is deducted by the network, `net` arrives.
 * `detail` is the provider's finer word, `transaction` the hash on the chain once there is one.
 */
export class Withdrawal extends Schema.Class<Withdrawal>("@gatefold/core/Withdrawal")({
  provider: ProviderId,
  account: AccountId,
  id: WithdrawalId,
  status: Status,
  providerStatus: Schema.String,
  detail: Schema.optionalKey(Schema.String),
  amount: Money.Money,
  fee: Schema.optionalKey(Money.Money),
  net: Schema.optionalKey(Money.Money),
  address: Schema.optionalKey(Schema.String),
  memo: Schema.optionalKey(Schema.String),
  network: Schema.optionalKey(Currency.Network),
  method: Schema.optionalKey(Schema.String),
  transaction: Schema.optionalKey(Schema.String),
  createdAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  updatedAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  processedAt: Schema.optionalKey(Schema.DateTimeUtcFromString)
}) {}

type Required = "provider" | "account" | "id" | "status" | "providerStatus" | "amount"

/** A withdrawal's fields, where what may be absent may also be `undefined`. */
export type Input =
  & Pick<Withdrawal, Required>
  & {
    readonly [K in Exclude<keyof Withdrawal, Required>]?: Withdrawal[K] | undefined
  }

/** Makes a withdrawal. */
export const make = (input: Input): Withdrawal => new Withdrawal(Present.only(input))
