/**
 * The tables of a checkout, the same on SQLite and on PostgreSQL. Money and models are kept as exact JSON text, moments as
 * milliseconds of the epoch. No webhook's body, no secret and no rendered cause has a column.
 */
import * as Effect from "effect/Effect"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"

/** The table that says which migrations have run. */
export const table = "gatefold_migrations"

const first = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE gatefold_orders (
    store TEXT NOT NULL,
    reference TEXT NOT NULL,
    price TEXT NOT NULL,
    request TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (store, reference)
  )`
  yield* sql`CREATE TABLE gatefold_attempts (
    store TEXT NOT NULL,
    reference TEXT NOT NULL,
    number INTEGER NOT NULL,
    account TEXT NOT NULL,
    provider_reference TEXT NOT NULL,
    state TEXT NOT NULL,
    invoice_id TEXT,
    invoice TEXT,
    version INTEGER NOT NULL,
    failure TEXT,
    last_observed TEXT,
    facts INTEGER NOT NULL,
    was_sent INTEGER NOT NULL,
    owner TEXT,
    fence INTEGER NOT NULL,
    lease_until BIGINT NOT NULL,
    ended_at BIGINT,
    created_at BIGINT NOT NULL,
    canceled_at BIGINT,
    stale_at BIGINT,
    settled_at BIGINT,
    due_at BIGINT,
    failed_polls INTEGER NOT NULL,
    poller TEXT,
    poll_until BIGINT NOT NULL,
    polled_at BIGINT NOT NULL,
    is_woken INTEGER NOT NULL,
    PRIMARY KEY (store, reference, number)
  )`
  // one attempt per reference of the provider, one owner per invoice: whatever the processes do
  yield* sql`CREATE UNIQUE INDEX gatefold_attempts_reference ON gatefold_attempts (account, provider_reference)`
  yield* sql`CREATE UNIQUE INDEX gatefold_attempts_invoice ON gatefold_attempts (account, invoice_id)`
  yield* sql`CREATE INDEX gatefold_attempts_due ON gatefold_attempts (account, due_at) WHERE due_at IS NOT NULL`
  yield* sql`CREATE INDEX gatefold_attempts_unsettled ON gatefold_attempts (account, state)
    WHERE state IN ('sending', 'unknown')`
  yield* sql`CREATE TABLE gatefold_facts (
    store TEXT NOT NULL,
    reference TEXT NOT NULL,
    number INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    invoice TEXT,
    failure TEXT,
    note TEXT,
    PRIMARY KEY (store, reference, number, seq)
  )`
  yield* sql`CREATE TABLE gatefold_inbox (
    store TEXT NOT NULL,
    account TEXT NOT NULL,
    digest TEXT NOT NULL,
    admitted TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    result TEXT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (store, account, digest)
  )`
  yield* sql`CREATE INDEX gatefold_inbox_settled ON gatefold_inbox (store, settled_at)
    WHERE settled_at IS NOT NULL`
  yield* sql`CREATE TABLE gatefold_changes (
    store TEXT NOT NULL,
    reference TEXT NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    change TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (store, reference, number, version)
  )`
  yield* sql`CREATE INDEX gatefold_changes_created ON gatefold_changes (store, created_at)`
  yield* sql`CREATE TABLE gatefold_change_heads (
    store TEXT NOT NULL,
    reference TEXT NOT NULL,
    number INTEGER NOT NULL,
    last_version INTEGER NOT NULL,
    delivered_version INTEGER NOT NULL,
    due_at BIGINT,
    owner TEXT,
    lease_until BIGINT NOT NULL,
    tries INTEGER NOT NULL,
    parked_at BIGINT,
    failure TEXT,
    PRIMARY KEY (store, reference, number)
  )`
  yield* sql`CREATE INDEX gatefold_change_heads_due ON gatefold_change_heads (store, due_at)
    WHERE due_at IS NOT NULL`
  yield* sql`CREATE TABLE gatefold_accounts (
    account TEXT NOT NULL PRIMARY KEY,
    paused_at BIGINT,
    failure TEXT,
    window_start BIGINT NOT NULL,
    window_reads INTEGER NOT NULL
  )`
  yield* sql`CREATE TABLE gatefold_quotes (
    account TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    payment TEXT,
    PRIMARY KEY (account, invoice_id)
  )`
})

const migrations = { "0001_checkout": first }

/** The newest version that this program knows. */
export const newest = Object.keys(migrations).length

export const loader: Migrator.Loader = Migrator.fromRecord(migrations)
