/** A process that opens the database of its settings and says how that went. */
import * as Database from "@gatefold/checkout/Database"
import { Effect, Layer } from "effect"

if (process.env["WITHOUT_RIGHTS"] !== undefined && process.getuid?.() === 0) {
  // root may write everything, nobody may not: not even load what is closed to others
  await import("@gatefold/sqlite/SqliteClient")
  process.seteuid?.(65534)
}

const outcome = await Layer.build(Database.layerConfig).pipe(
  Effect.scoped,
  Effect.match({
    onSuccess: () => "started",
    onFailure: (error) => error._tag === "StorageFailed" ? error.kind : error.message
  }),
  Effect.runPromise
)
process.stdout.write(`${outcome}\n`)
