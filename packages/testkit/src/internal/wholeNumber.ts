/**
 * A whole number in a data file.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { Digits } from "./exactJson.ts"

const notWhole = () => Effect.fail(new SchemaIssue.InvalidValue({ message: "Expected a whole number" }))

/** @internal From the digits that `exactJson` keeps. */
export const Whole = Schema.Unknown.pipe(
  Schema.decodeTo(
    Schema.Int,
    SchemaTransformation.transformEffect({
      decode: (value: unknown) =>
        value instanceof Digits && /^\d{1,9}$/u.test(value.text) ? Effect.succeed(Number(value.text)) : notWhole(),
      encode: (value: number) => Effect.succeed<unknown>(value)
    })
  )
)
