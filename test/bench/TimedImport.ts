/**
 * How long an import takes in a process that has imported nothing before it: the process that is started for it. It may
 * import nothing else, so that nothing is warm.
 */
import { createRequire } from "node:module"

const { folder, specifier }: { readonly folder: string; readonly specifier: string } = JSON.parse(
  process.env["BENCH_SETUP"] ?? ""
)

const path = createRequire(`${folder}/`).resolve(specifier)
const start = performance.now()
await import(path)
process.stdout.write(`${performance.now() - start}\n`)
