/** `npm run bench`: measures every row beside its peers, and keeps the table. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Schema, Semaphore } from "effect"
import { mkdir, writeFile } from "node:fs/promises"
import { parseArgs } from "node:util"
import * as Child from "./Child.ts"
import { Figure } from "./Figure.ts"
import * as Prism from "./peers/Prism.ts"
import * as Report from "./Report.ts"
import { rows } from "./rows/index.ts"

const { values } = parseArgs({
  options: {
    // the same table in under a minute
    quick: { type: "boolean", default: false },
    // some rows, by name: --only call,webhook
    only: { type: "string" }
  }
})

const coresInUse = 2

const decode = Schema.decodeEffect(Schema.fromJsonString(Schema.Array(Figure)))
const encode = Schema.encodeEffect(Schema.Array(Figure))

const measured = Effect.fnUntraced(function*(name: string, title: string) {
  if (name === "call") yield* Prism.install
  const { said } = yield* Child.start({
    path: "measure.ts",
    setup: { name, isQuick: values.quick },
    flags: ["--expose-gc"],
    prefix: name === "call" ? Prism.loader(process.env["BENCH_GLIBC"]) : []
  })
  const section: Report.Section = { title, figures: yield* decode(said) }
  yield* Console.log(`${Report.table(section)}\n`)
  return section
}, Effect.scoped)

/** A glance does not replace what is kept. */
const keep = Effect.fnUntraced(function*(circumstances: string, sections: ReadonlyArray<Report.Section>) {
  const folder = new URL(values.quick || values.only !== undefined ? ".quick/" : "./", import.meta.url)
  const figures = yield* encode(sections.flatMap(({ figures }) => figures))
  const page = ["# Benchmarks", circumstances, ...sections.map(Report.table)].join("\n\n")
  yield* Effect.promise(async () => {
    await mkdir(folder, { recursive: true })
    await writeFile(new URL("RESULTS.md", folder), `${page}\n`)
    await writeFile(new URL("results.json", folder), `${JSON.stringify(figures, null, 2)}\n`)
  })
})

NodeRuntime.runMain(Effect.gen(function*() {
  const only = values.only?.split(",")
  const chosen = Object.entries(rows).filter(([name]) => only?.includes(name) ?? true)
  const flags = process.argv.slice(2)
  const circumstances = Report.circumstances(
    ["npm run bench", ...flags.length > 0 ? ["--", ...flags] : []].join(" "),
    new Date()
  )
  yield* Console.log(`${circumstances}\n`)
  const free = yield* Semaphore.make(coresInUse)
  const sections = yield* Effect.forEach(
    chosen,
    ([name, { cores, title }]) => free.withPermits(cores)(measured(name, title)),
    // a glance need not be exact: while a row keeps one core busy, another may have the other
    { concurrency: values.quick ? "unbounded" : 1 }
  )
  yield* keep(circumstances, sections)
}))
