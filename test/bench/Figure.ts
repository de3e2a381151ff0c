/**
 * What a benchmark says: one measured value, what stands beside it, and what was to be reached.
 */
import * as Schema from "effect/Schema"

/** A ratio, ours to the peer's, that is to be reached: `<= 3` times the time, or `>= 0.9` of the rate. */
export type Target = readonly ["<=" | ">=", number]

export class Figure extends Schema.Class<Figure>("Figure")({
  name: Schema.String,
  unit: Schema.String,
  ours: Schema.Finite,
  peers: Schema.Record(Schema.String, Schema.Finite),
  /** Ours to the peer's; `null` where nothing stands beside it. */
  ratio: Schema.NullOr(Schema.Finite),
  target: Schema.NullOr(Schema.String),
  met: Schema.NullOr(Schema.Boolean),
  /** What a reader has to know to judge it. */
  note: Schema.optionalKey(Schema.String)
}) {}

/** What was measured, before it is judged. */
export interface Measured {
  readonly name: string
  readonly unit: string
  readonly ours: number
  readonly note?: string | undefined
}

const withNote = (note: string | undefined) => note === undefined ? {} : { note }

const keeps = ([relation, bound]: Target, value: number) => relation === "<=" ? value <= bound : value >= bound

/** Beside one peer, in the same unit and named after it; without a target it only informs. */
export const beside = (
  { name, note, ours, unit }: Measured,
  [peer, theirs]: readonly [name: string, value: number],
  target?: Target
): Figure => {
  const ratio = ours / theirs
  return new Figure({
    name: `${name}, beside ${peer}`,
    unit,
    ours,
    peers: { [peer]: theirs },
    ratio,
    target: target === undefined ? null : `ratio ${target.join(" ")}`,
    met: target === undefined ? null : keeps(target, ratio),
    ...withNote(note)
  })
}

/** Where the peer does not run here: its target is left open. */
export const missing = (measured: Measured, target: Target): Figure =>
  new Figure({ ...alone(measured), target: `ratio ${target.join(" ")}` })

/** By itself; a target bounds the value. */
export const alone = ({ name, note, ours, unit }: Measured, target?: Target): Figure =>
  new Figure({
    name,
    unit,
    ours,
    peers: {},
    ratio: null,
    target: target === undefined ? null : `${target.join(" ")} ${unit}`,
    met: target === undefined ? null : keeps(target, ours),
    ...withNote(note)
  })
