/**
 * Nothing that is stored holds a webhook's body, a secret or the text of somebody's failure.
 */
import { assert, describe, it } from "@effect/vitest"
import { Simulator } from "@gatefold/core"
import { Data, Effect } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { databases } from "./support/Databases.ts"
import { eventually } from "./support/Eventually.ts"
import * as Shop from "./support/Shop.ts"

/** Every row of every table as text. */
const dump = Effect.fnUntraced(function*(sql: SqlClient) {
  const tables = yield* sql.onDialectOrElse({
    pg: () =>
      sql<{ name: string }>`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    orElse: () => sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`
  })
  const texts = yield* Effect.forEach(
    tables,
    ({ name }) =>
      Effect.map(
        sql`SELECT * FROM ${sql(name)}`,
        (rows) => JSON.stringify(rows, (_, value) => typeof value === "bigint" ? String(value) : value)
      )
  )
  return texts.join("\n")
})

class HandlerFailed extends Data.TaggedError("HandlerFailed")<{ readonly text: string }> {}

const secretNames = [
  "ECCA_API_KEY",
  "ECCA_WEBHOOK_SECRETS",
  "ECRYPTOPAY_EMAIL",
  "ECRYPTOPAY_PASSWORD",
  "ECRYPTOPAY_CLIENT_ID",
  "ECRYPTOPAY_CLIENT_SECRET"
]

describe.each(databases)("what is stored on $name", ({ make }) => {
  it.live("holds no secret, no body and no rendered cause after a run with faults", () =>
    Effect.gen(function*() {
      const database = yield* make
      const { ecca, ecryptopay } = yield* Shop.providers
      const options = { pollInterval: "50 millis", deliveryTries: 1 } as const
      const shop = yield* Shop.start({ ecca, ecryptopay }, database, { options })
      const inPesos = yield* Shop.start({ ecca, ecryptopay }, database, { chosen: "ecryptopay", options })
      yield* shop.checkout.changes(({ order }) =>
        order.reference === "bad" ? Effect.fail(new HandlerFailed({ text: "hunter2 in a handler" })) : Effect.void
      )
      const { Fault } = Simulator
      const idOf = (reference: string) =>
        Effect.map(shop.checkout.get(reference), ({ current }) => current?.invoice?.id ?? "")
      yield* shop.checkout.open(Shop.order("paid", { metadata: { kept: "yes" } }))
      yield* shop.checkout.open(Shop.order("bad"))
      yield* inPesos.checkout.open(Shop.pesos("pesos"))
      // creates that go wrong in several ways, with pages that say what they must not
      const page = Fault.Answer({ effect: "none", status: 500, body: "<h1>hunter2 on a page</h1>" })
      for (const [index, fault] of [page, Fault.Reset({ effect: "applied" }), Fault.Unavailable()].entries()) {
        yield* ecca.arm(fault, { operation: "invoices.create", times: 5 })
        yield* Effect.exit(shop.checkout.open(Shop.order(`odd-${index}`)))
        yield* ecca.disarm
        yield* ecryptopay.arm(fault, { operation: "payments.create", times: 5 })
        yield* Effect.exit(inPesos.checkout.open(Shop.pesos(`odd-pesos-${index}`)))
        yield* ecryptopay.disarm
      }
      const id = yield* idOf("paid")
      yield* ecca.pay(id)
      const webhook = yield* ecca.webhook(id)
      yield* ecca.arm(page, { operation: "invoices.get", times: "always" })
      yield* shop.checkout.receive("ecca", webhook)
      const failures = shop.sql<{ last_failure: string }>`SELECT last_failure FROM gatefold_queue
        WHERE last_failure IS NOT NULL`
      const stored = yield* eventually(failures, ({ length }) => length > 0)
      assert.deepStrictEqual(stored.map(({ last_failure }) => last_failure), ["Error: GatewayError"])
      yield* ecca.disarm
      yield* ecca.rotateApiKey("ek_rotated_away_0123456789")
      yield* shop.sql`UPDATE gatefold_queue SET visible_at = created_at`
      yield* eventually(shop.checkout.paused, ({ length }) => length > 0)

      const text = yield* dump(shop.sql)
      for (const known of ["paid", "odd-2", id, "GatewayError", "gatefold/main/webhooks"]) assert.include(text, known)
      const secrets = secretNames.flatMap((name) => ({ ...ecca.settings, ...ecryptopay.settings })[name] ?? [])
      assert.isAtLeast(secrets.length, 6)
      const signatures = Object.entries(webhook.headers).flatMap(([name, value]) =>
        /signature/iu.test(name) && !/^[0-9]+$/u.test(value) ? [value] : []
      )
      assert.isAbove(signatures.length, 0)
      const body = new TextDecoder().decode(webhook.body)
      const parts = [body, JSON.stringify(body).slice(1, -1), Buffer.from(webhook.body).toString("base64")]
      const never = [...secrets, ...signatures, ...parts, "hunter2", "    at ", "file:///", ".ts:"]
      for (const needle of never) assert.notInclude(text, needle)
      assert.include(body, "event_id")
    }))
})
