/** `npm run soak -- --kills 200 --database sqlite`: nothing is lost and nothing double, whenever the shop is killed. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { randomBytes } from "node:crypto"
import { parseArgs } from "node:util"
import type * as Database from "./Database.ts"
import * as Place from "./Place.ts"
import * as Soak from "./Soak.ts"

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    database: { type: "string", default: "sqlite" },
    seed: { type: "string", default: randomBytes(4).toString("hex") },
    orders: { type: "string", default: "0" }
  }
})

const kind = ["sqlite", "postgres"].find((known): known is Database.Kind => known === values.database)
const [kills, orders] = [Number(values.kills), Number(values.orders)]

if (kind === undefined || !Number.isSafeInteger(kills) || kills < 1 || !Number.isSafeInteger(orders)) {
  process.stderr.write(
    "usage: npm run soak -- [--kills 200] [--database sqlite|postgres] [--orders 500] [--seed text]\n"
  )
  process.exit(2)
}

const onKill = (killed: number) => killed % 25 === 0 ? Console.error(`${killed} kills`) : Effect.void

const main = Effect.gen(function*() {
  const { seed } = values
  yield* Console.log(`on ${kind}, seed ${seed}`)
  const began = performance.now()
  const place = yield* Place.make(kind)
  const found = yield* Soak.run({ ...place, kills, orders, seed, onKill })
  for (const one of found.lost.slice(0, 20)) yield* Console.error(`lost: ${one}`)
  for (const one of found.double.slice(0, 20)) yield* Console.error(`double: ${one}`)
  const seconds = Math.round((performance.now() - began) / 1_000)
  yield* Console.log(`${found.webhooks} webhooks acknowledged, ${found.changes} changes delivered, ${seconds} s`)
  const [lost, double] = [found.lost.length, found.double.length]
  yield* Console.log(
    `${found.kills} kills, ${found.orders} orders, ${lost} lost, ${double} double, ${found.orphans} orphans`
  )
  process.exitCode = lost + double === 0 && found.orders > 0 ? 0 : 1
})

NodeRuntime.runMain(Effect.scoped(main))
