/**
 * Values as the exact JSON text that columns hold.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** @internal The schema of a column that holds a value of another one. */
export const json = <S extends Schema.Constraint>(schema: S) => Schema.fromJsonString(Schema.toCodecJson(schema))

/** @internal Makes the text of a value. */
export const text = <S extends Schema.Codec<unknown, unknown>>(schema: S) => {
  const encode = Schema.encodeEffect(json(schema))
  return (value: S["Type"]): Effect.Effect<string> => Effect.orDie(encode(value))
}
