/** The adapters of the workspace: every package or example with a `test/contract.ts`. */
import type { Subject } from "@gatefold/testkit/Subject"
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { root } from "../support.ts"

const filesOf = async (folder: string): Promise<ReadonlyArray<string>> =>
  (await readdir(join(root, folder)))
    .toSorted()
    .map((name) => join(root, folder, name, "test/contract.ts"))
    .filter((file) => existsSync(file))

const subjectIn = async (file: string): Promise<Subject> => {
  const { subject }: { readonly subject: Subject } = await import(pathToFileURL(file).href)
  return subject
}

/** Packages first, in the order of their folders. */
export const adapters: Effect.Effect<ReadonlyArray<Subject>> = Effect.promise(async () => {
  const files = [...await filesOf("packages"), ...await filesOf("examples")]
  return Promise.all(files.map(subjectIn))
})
