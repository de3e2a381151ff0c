/** `npm run laws`: convergence over generated histories of every provider's simulator. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { parseArgs } from "node:util"
import { run } from "./run.ts"

const { values } = parseArgs({
  options: { cases: { type: "string", default: "10000" }, seed: { type: "string", default: "gatefold" } }
})

NodeRuntime.runMain(Effect.gen(function*() {
  const { broken, cases } = yield* run(Number(values.cases), values.seed)
  for (const law of broken.slice(0, 10)) yield* Console.error(law)
  yield* Console.log(`${cases} cases, ${broken.length} broken`)
  process.exitCode = broken.length === 0 && cases > 0 ? 0 : 1
}))
