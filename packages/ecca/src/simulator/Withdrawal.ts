/**
 * Withdrawals: money that left the platform for the merchant's wallet [WD]. The API only reads them.
 */
import type * as Simulator from "@gatefold/core/Simulator"
import { randomUUID } from "node:crypto"
import * as Money from "./Money.ts"

/** A neutral status for which the guide has a word [WD]. */
export type Documented = Exclude<NonNullable<Simulator.NewWithdrawal["status"]>, "processing">

/** What is told about a new withdrawal; the rest is made up. Amounts are decimal text. */
export interface NewWithdrawal extends Simulator.NewWithdrawal {
  /** Default `1.00`. */
  readonly networkFee?: string | undefined
  readonly address?: string | undefined
  readonly memo?: string | undefined
  readonly substatus?: string | undefined
}

/** One that Ecca can have. */
export interface DocumentedWithdrawal extends NewWithdrawal {
  /** Default `pending`. */
  readonly status?: Documented | undefined
}

/** What happened to a withdrawal since. */
export interface Change {
  /** `pending`, `success`, `failed`, `cancelled`, or a word that the guide does not list. */
  readonly status?: string | undefined
  readonly substatus?: string | undefined
  /** The chain's hash; made up when the status becomes `success` without one. */
  readonly externalTxId?: string | undefined
}

export interface Withdrawal {
  readonly withdrawUuid: string
  readonly methodId: number
  readonly address: string
  readonly memo: string | undefined
  readonly amount: string
  readonly networkFee: string
  readonly amountToReceive: string
  readonly status: string
  /** What the provider calls that status instead, until the status changes. */
  readonly label: string | undefined
  readonly substatus: string | undefined
  readonly externalTxId: string | undefined
  readonly createdAt: number
  readonly updatedAt: number
  readonly processedAt: number | undefined
}

const words: Readonly<Record<Documented, string>> = {
  pending: "pending",
  succeeded: "success",
  failed: "failed",
  canceled: "cancelled"
}

/** The word for its status. */
export const word = ({ label, status }: Withdrawal): string => label ?? status

export const isDocumented = (asked: NewWithdrawal): asked is DocumentedWithdrawal => asked.status !== "processing"

export const make = (asked: DocumentedWithdrawal, now: number): Withdrawal => {
  const networkFee = asked.networkFee ?? "1.00"
  const created: Withdrawal = {
    withdrawUuid: randomUUID(),
    methodId: 1,
    address: asked.address ?? "TXqZ5nM3YwK8vR2pL7dFcJ6hG9bE4sA1uN",
    memo: asked.memo,
    amount: asked.amount,
    networkFee,
    amountToReceive: Money.minus(asked.amount, networkFee),
    status: "pending",
    label: undefined,
    substatus: undefined,
    externalTxId: undefined,
    createdAt: now,
    updatedAt: now,
    processedAt: undefined
  }
  return change(created, { status: words[asked.status ?? "pending"], substatus: asked.substatus }, now)
}

export const change = (withdrawal: Withdrawal, what: Change, now: number): Withdrawal => {
  const status = what.status ?? withdrawal.status
  const hash = status === "success" ? randomUUID().replaceAll("-", "") : undefined
  return {
    ...withdrawal,
    status,
    label: status === withdrawal.status ? withdrawal.label : undefined,
    substatus: what.substatus ?? withdrawal.substatus,
    externalTxId: what.externalTxId ?? withdrawal.externalTxId ?? hash,
    updatedAt: now,
    processedAt: status === "pending" ? undefined : withdrawal.processedAt ?? now
  }
}
