/**
 * The packages as they are published: built JavaScript, under the exports that a user gets. In this repository their
 * exports are the sources, whose types Node.js would have to strip.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { execFile } from "node:child_process"
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

export type Name = "core" | "ecca" | "ecryptopay" | "checkout" | "sqlite"

const root = fileURLToPath(new URL("../..", import.meta.url))
const resolve = createRequire(import.meta.url).resolve

const build = (names: ReadonlyArray<Name>) =>
  promisify(execFile)(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-b", ...names.map((name) => `packages/${name}`)],
    { cwd: root }
  )

const publish = async (folder: string, name: Name) => {
  const from = join(root, "packages", name)
  const to = join(folder, "node_modules/@gatefold", name)
  const manifest = JSON.parse(await readFile(join(from, "package.json"), "utf8"))
  await cp(join(from, "dist"), join(to, "dist"), { recursive: true })
  await writeFile(join(to, "package.json"), JSON.stringify({ ...manifest, ...manifest.publishConfig }))
}

const install = async (names: ReadonlyArray<Name>) => {
  await build(names)
  const folder = await mkdtemp(join(tmpdir(), "gatefold-"))
  for (const name of names) await publish(folder, name)
  await symlink(dirname(resolve("effect/package.json")), join(folder, "node_modules/effect"))
  return folder
}

/** A folder with these packages and `effect` in its `node_modules`, until the scope ends. */
export const folder = (names: ReadonlyArray<Name>): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => install(names)),
    (folder) => Effect.promise(() => rm(folder, { recursive: true }))
  )
