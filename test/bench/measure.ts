/** Measures one row, in the process that `main.ts` starts for it. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, References, Schema } from "effect"
import * as Child from "./Child.ts"
import { Figure } from "./Figure.ts"
import * as Row from "./Row.ts"
import { rows } from "./rows/index.ts"

const { isQuick, name } = Child.setup<{ readonly name: keyof typeof rows; readonly isQuick: boolean }>()

const encode = Schema.encodeEffect(Schema.fromJsonString(Schema.Array(Figure)))

const main = Effect.gen(function*() {
  const { row } = yield* Effect.promise(rows[name].load)
  const figures = yield* row.measure(isQuick ? Row.quick : Row.full)
  Child.say(yield* encode(figures))
})

// what it says on its standard output are the figures alone
NodeRuntime.runMain(main.pipe(Effect.scoped, Effect.provideService(References.LogToStderr, true)))
