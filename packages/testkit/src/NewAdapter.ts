/**
 * Makes the package of a new adapter: it compiles, it takes payments at a provider that was invented, and its failing
 * tests are the list of what to do.
 *
 * The package is the folder `template` with its names replaced.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Names from "./internal/names.ts"

/** Nothing was made. The message says what to do instead. */
export class NewAdapterError extends Data.TaggedError("NewAdapterError")<{
  readonly reason: "BadId" | "BadName" | "FolderExists"
  readonly message: string
}> {}

export interface Options {
  /** The provider's id: lower-case letters, digits and -, such as `acme`. */
  readonly id: string
  /** The provider's name for people; by default the id, capitalised. */
  readonly name?: string | undefined
  /** The folder in which the package's own folder, named by the id, is made. */
  readonly folder: string
}

/** What was made. */
export interface Created {
  readonly folder: string
  /** Relative to the folder, in the order of their names. */
  readonly files: ReadonlyArray<string>
}

const template = new URL("../template", import.meta.url)

/** Makes the package, or nothing. */
export const make = Effect.fnUntraced(function*(
  { folder: parent, id, name }: Options
): Effect.fn.Return<Created, NewAdapterError | PlatformError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const sources = yield* readTemplate
  const names = yield* namesOf(id, name, sources)
  const folder = path.join(parent, id)
  yield* fs.makeDirectory(parent, { recursive: true })
  yield* Effect.catchIf(
    fs.makeDirectory(folder),
    ({ reason }) => reason._tag === "AlreadyExists",
    () => refuse("FolderExists", `${folder} exists: take another id, or remove it first`)
  )
  const files = sources.map(({ file, text }) => ({
    file: Names.inPath(names, file),
    text: Names.inText(names, text)
  }))
  yield* Effect.onError(
    Effect.forEach(files, ({ file, text }) =>
      Effect.andThen(
        fs.makeDirectory(path.dirname(path.join(folder, file)), { recursive: true }),
        fs.writeFileString(path.join(folder, file), text)
      )),
    () => Effect.ignore(fs.remove(folder, { recursive: true }))
  )
  return { folder, files: files.map(({ file }) => file).toSorted() }
})

interface Source {
  readonly file: string
  readonly text: string
}

const readTemplate = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  // where this package sits is no question of the caller's input
  const root = yield* Effect.orDie(path.fromFileUrl(template))
  const found = yield* fs.readDirectory(root, { recursive: true })
  return yield* Effect.forEach(
    found.filter((file) => path.extname(file) !== "").toSorted(),
    (file) => Effect.map(fs.readFileString(path.join(root, file)), (text): Source => ({ file, text }))
  )
})

const refuse = (reason: NewAdapterError["reason"], message: string) =>
  Effect.fail(new NewAdapterError({ reason, message }))

const namesOf = (
  id: string,
  name: string | undefined,
  sources: ReadonlyArray<Source>
): Effect.Effect<Names.Names, NewAdapterError> => {
  if (!Names.isId(id)) {
    return refuse("BadId", `${JSON.stringify(id)} is no id: take lower-case letters, digits and -, such as acme-pay`)
  }
  const names = Names.make(id, name)
  if (!Names.isForPeople(names.name)) {
    return refuse("BadName", `${JSON.stringify(name)} is no name: take up to 60 letters, digits, blanks and .&'-+`)
  }
  const isTaken = sources.some(({ file, text }) => Names.clashes(names, file, text))
  return isTaken
    ? refuse("BadId", `${id} would give a file or a type a name that others have: take another id, such as ${id}-pay`)
    : Effect.succeed(names)
}
