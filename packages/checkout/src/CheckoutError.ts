/**
 * What can go wrong with a checkout, each with what to do about it.
 *
 * `isRetryable` says whether the same call is safe to repeat and may succeed, after a pause, without anybody doing
 * anything.
 */
import { UnknownAccount } from "@gatefold/core/Accounts"
import { GatewayError } from "@gatefold/core/GatewayError"
import { AccountId } from "@gatefold/core/Identifiers"
import * as Money from "@gatefold/core/Money"
import { WebhookRejected } from "@gatefold/core/WebhookRejected"
import * as Schema from "effect/Schema"

const path = (name: string) => `@gatefold/checkout/CheckoutError/${name}`

/** The order, or what else a call was given, is not as it has to be. Nothing was done. */
export class InvalidOrder extends Schema.TaggedError<InvalidOrder>(path("InvalidOrder"))("InvalidOrder", {
  field: Schema.String,
  issue: Schema.String
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `${this.field}: ${this.issue}`
  }
}

/**
 * The order exists at another price, which it keeps from the moment that a provider may have it: take another reference.
 * Only what every provider has refused to open at all is opened anew at another price.
 */
export class PriceConflict extends Schema.TaggedError<PriceConflict>(path("PriceConflict"))("PriceConflict", {
  reference: Schema.String,
  known: Money.Money,
  asked: Money.Money
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `order ${this.reference} was opened at ${this.known} and cannot be opened at ${this.asked}: ` +
      "use another reference for another price"
  }
}

/** No such order, attempt or dead letter is stored. */
export class UnknownReference extends Schema.TaggedError<UnknownReference>(path("UnknownReference"))(
  "UnknownReference",
  { reference: Schema.String }
) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `no order ${this.reference} is stored: open it first, and check the store that it belongs to`
  }
}

/** What was asked does not fit the state that the order is in. */
export class InvalidTransition extends Schema.TaggedError<InvalidTransition>(path("InvalidTransition"))(
  "InvalidTransition",
  { reference: Schema.String, issue: Schema.String }
) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `order ${this.reference}: ${this.issue}`
  }
}

/** The provider refused the attempt, or could not be reached: nothing is open. Opening the order again tries again. */
export class NotOpened extends Schema.TaggedError<NotOpened>(path("NotOpened"))("NotOpened", {
  reference: Schema.String,
  attempt: Schema.Int,
  reason: GatewayError
}) {
  /** Whether opening it again may help without a change of anything. */
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
  override get message(): string {
    return `order ${this.reference} could not be opened: ${this.reason.message}`
  }
}

/** Nobody knows yet whether the provider has the invoice. It is looked after; a person may `resolve` it. */
export class OpenUnknown extends Schema.TaggedError<OpenUnknown>(path("OpenUnknown"))("OpenUnknown", {
  reference: Schema.String,
  attempt: Schema.Int,
  reason: Schema.optionalKey(GatewayError)
}) {
  /** Opening it again is safe: it never makes a second one, and gives the invoice if that has been found by then. */
  get isRetryable(): boolean {
    return true
  }
  override get message(): string {
    return `it is not known whether attempt ${this.attempt} of order ${this.reference} is open: ` +
      "open it again in a minute, or let a person resolve it"
  }
}

/** The account does not take new attempts, because its credentials are not accepted. */
export class AccountPaused extends Schema.TaggedError<AccountPaused>(path("AccountPaused"))("AccountPaused", {
  account: AccountId
}) {
  /** Not until somebody has mended its credentials and resumed it. */
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `account ${this.account} is paused since its credentials were refused: mend them, then resume it`
  }
}

/**
 * The database cannot be used. Nothing was acknowledged that is not stored, and what was stored before it failed stays:
 * an `open` may have sent its attempt by then, which is `sending` until it is found out what became of it.
 *
 * `unreachable`, `busy` (somebody holds a lock for too long): try again. `cannotOpen`, `readOnly`, `full`, `corrupt`,
 * `schema` (the tables are not those that Gatefold made), `newerSchema`, `wrongCredentials`, `noTls`, `noDatabase`,
 * `missingPermission`: somebody has to act; the message says how.
 *
 * `code` is what the driver calls it, such as `SQLITE_ERROR` or `42P01`, if it does. `at` is the file's path, or the
 * server as `host:port/name`, if the database could not be opened by `Database`. Neither holds a password, a statement or
 * a value.
 */
export class StorageFailed extends Schema.TaggedError<StorageFailed>(path("StorageFailed"))("StorageFailed", {
  kind: Schema.Literals([
    "unreachable",
    "busy",
    "cannotOpen",
    "readOnly",
    "full",
    "corrupt",
    "schema",
    "newerSchema",
    "wrongCredentials",
    "noTls",
    "noDatabase",
    "missingPermission",
    "other"
  ]),
  code: Schema.optionalKey(Schema.String),
  at: Schema.optionalKey(Schema.String)
}) {
  get isRetryable(): boolean {
    return this.kind === "unreachable" || this.kind === "busy" || this.kind === "other"
  }
  override get message(): string {
    const about = [
      ...(this.at === undefined ? [] : [`at ${this.at}`]),
      ...(this.code === undefined ? [] : [`code ${this.code}`])
    ]
    const said = adviceByCode[this.code ?? ""] ?? advice[this.kind]
    return about.length === 0 ? said : `${said} (${about.join(", ")})`
  }
}

const advice = {
  unreachable: "the database cannot be reached: try again, and see that it runs at its address",
  busy: "another connection holds a lock on the database for too long: try again, and see that transactions are short",
  cannotOpen: "the database's file cannot be opened: make its folder, and let this process read and write there",
  full: "the database has no room left: free space on its disk, then try again",
  readOnly: "the database is read-only: make its file and folder writable for this process",
  corrupt: "the database file is damaged or is no database: restore it from a backup",
  schema: "the database's tables are not as Gatefold made them: something else changed or took them. " +
    "Restore the tables gatefold_*, or give Gatefold a database or a schema of its own",
  newerSchema: "the database was written by a newer version of Gatefold: upgrade this program",
  wrongCredentials: "the database refuses this user or password: correct them in its address",
  noTls:
    "the server speaks no TLS, which sslmode in its address asks for: turn TLS on at the server, or leave sslmode out",
  noDatabase: "the server has no database of that name: create it, or correct the name in its address",
  missingPermission: "the database refuses this user: grant it the right to create and change tables",
  other: "the database failed in an unexpected way: look its code up, and see the server's log if there is one"
}

/** PostgreSQL's codes that say more than their kind. */
const adviceByCode: Readonly<Record<string, string>> = {
  "25006": "the database's server or user is read-only: give the address of the primary, or a user that may write",
  "28000": "the database does not let this user in from here: see the server's pg_hba.conf, correct the user in its " +
    "address, and add sslmode=require if the server asks for TLS"
}

/**
 * The call was made inside a transaction of the application's own on this database, and nothing was done.
 *
 * A provider cannot be rolled back: were an order forgotten after its invoice was made, the next `open` would make a
 * second one. Commit first, then call; or tell the application's own rows in a handler of `changes`.
 */
export class InsideTransaction extends Schema.TaggedError<InsideTransaction>(path("InsideTransaction"))(
  "InsideTransaction",
  { operation: Schema.String }
) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `${this.operation} was called inside a transaction of this database, and did nothing: commit first, then call it`
  }
}

/** Options of a checkout that make no sense, all of them. */
export class InvalidOptions extends Schema.TaggedError<InvalidOptions>(path("InvalidOptions"))("InvalidOptions", {
  problems: Schema.Array(Schema.Struct({ option: Schema.String, issue: Schema.String }))
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `options of the checkout: ${this.problems.map(({ issue, option }) => `${option} ${issue}`).join("; ")}`
  }
}

/** Attempts that are still watched belong to accounts that are not configured: configure them again. */
export class MissingAccounts extends Schema.TaggedError<MissingAccounts>(path("MissingAccounts"))("MissingAccounts", {
  /** How many attempts of each are watched, and the order of one of them. */
  accounts: Schema.Array(Schema.Struct({ account: Schema.String, attempts: Schema.Int, order: Schema.String }))
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    const each = this.accounts.map(({ account, attempts, order }) =>
      attempts === 1 ? `${account} (order ${order})` : `${account} (order ${order} and ${attempts - 1} more attempts)`
    )
    return `orders in flight belong to accounts that are not configured: ${each.join(", ")}. ` +
      "Give their providers and their settings again until nothing of theirs is watched any more; what went stale is " +
      "let go when its order is canceled. Where the credentials no longer exist any others will do: the account is " +
      "paused then, and the rest of the shop runs"
  }
}

/** The changes go to another handler of this process, which would no longer get those that this one gets. */
export class ChangesTaken extends Schema.TaggedError<ChangesTaken>(path("ChangesTaken"))("ChangesTaken", {}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return "the changes of this checkout go to another handler: let one do all that is to be done, or end that one first"
  }
}

/** The checkout was closed, or is being closed. */
export class CheckoutClosed extends Schema.TaggedError<CheckoutClosed>(path("CheckoutClosed"))("CheckoutClosed", {}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return "the checkout is closed: make another one"
  }
}

const classes = [
  InvalidOrder,
  PriceConflict,
  UnknownReference,
  InvalidTransition,
  NotOpened,
  OpenUnknown,
  AccountPaused,
  StorageFailed,
  InsideTransaction,
  MissingAccounts,
  ChangesTaken,
  CheckoutClosed,
  GatewayError,
  UnknownAccount,
  WebhookRejected
] as const

/** Everything that an operation fails with, or is rejected with. A start may fail with more, see `StartError`. */
export type AnyError = InstanceType<(typeof classes)[number]>

/** Whether what was caught is an error of a checkout, to be told apart by its `_tag`. */
export const isAnyError = (caught: unknown): caught is AnyError => classes.some((known) => caught instanceof known)
