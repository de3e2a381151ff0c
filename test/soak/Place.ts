/**
 * Where a soak keeps what outlives the shop.
 */
import * as Effect from "effect/Effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Postgres from "../../packages/checkout/test/support/Postgres.ts"
import type * as Database from "./Database.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "gatefold-soak-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** A folder and an empty database, until the scope ends. */
export const make = Effect.fnUntraced(function*(kind: Database.Kind) {
  const path = yield* folder
  const at = kind === "sqlite"
    ? join(path, "checkout.db")
    : yield* Effect.flatMap(Postgres.shared, ({ createDatabase }) => createDatabase)
  const database: Database.Location = { kind, at }
  return { database, folder: path }
})
