/**
 * `npm run new-adapter -- acme`: the package of a new adapter inside this workspace. What `@gatefold/testkit` makes for
 * anybody is linked to the packages beside it and, in `packages`, compiled like them.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Option, Schema } from "effect"
import { Argument, CliError, Command, Flag } from "effect/cli"
import { fileURLToPath } from "node:url"
import * as NewAdapter from "../packages/testkit/src/NewAdapter.ts"

const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

const Json = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))

const changeJson = Effect.fnUntraced(function*(
  file: string,
  change: (json: Readonly<Record<string, unknown>>) => Record<string, unknown>
) {
  const fs = yield* FileSystem.FileSystem
  const json = yield* Schema.decodeEffect(Json)(yield* fs.readFileString(file))
  yield* fs.writeFileString(file, `${JSON.stringify(change(json), undefined, 2)}\n`)
})

/** The packages of this workspace come from beside it and not from the registry. */
const link = Effect.fnUntraced(function*(folder: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(`${folder}/package.json`)
  yield* fs.writeFileString(
    `${folder}/package.json`,
    text.replaceAll(/("@gatefold\/\w+": )"[^"]*"/gu, "$1\"workspace:^\"")
  )
})

const isArray = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)

const addReference = (file: string, path: string) =>
  changeJson(fromRoot(file), (json) => ({
    ...json,
    references: [...isArray(json["references"]) ? json["references"] : [], { path }]
  }))

const compile = Effect.fnUntraced(function*(folder: string, id: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.remove(`${folder}/tsconfig.test.json`)
  yield* changeJson(`${folder}/tsconfig.json`, () => ({
    extends: "../../.dev/tsconfig.base.json",
    compilerOptions: { types: ["node"] },
    include: ["src"],
    references: [{ path: "../core" }]
  }))
  yield* addReference("tsconfig.json", `packages/${id}`)
  yield* addReference(".dev/tsconfig.tests.json", `../packages/${id}`)
})

Command.make(
  "new-adapter",
  {
    id: Argument.String("id"),
    name: Flag.String("name").pipe(Flag.optional),
    folder: Flag.Literals("folder", ["examples", "packages"]).pipe(Flag.withDefault("examples"))
  },
  ({ folder: parent, id, name }) =>
    NewAdapter.make({ id, name: Option.getOrUndefined(name), folder: fromRoot(parent) }).pipe(
      Effect.mapError((error) => new CliError.UserError({ cause: error, userMessage: error.message })),
      Effect.tap(({ folder }) => link(folder)),
      Effect.tap(({ folder }) => parent === "packages" ? compile(folder, id) : Effect.void),
      Effect.tap(() => Console.log(`Made ${parent}/${id}. What to do there: npm test ${parent}/${id}`))
    )
).pipe(
  Command.withDescription("Make the package of a new adapter in this workspace"),
  Command.run({ version: "0.1.0" }),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
