/**
 * Values on their way into SQLite and out of it, without losing anything silently.
 */
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import type { SQLInputValue, SQLOutputValue } from "node:sqlite"
import { driverFailure } from "./failure.ts"

/**
 * The values to bind, or why one cannot be. node:sqlite would take an object for a set of named parameters and a NaN for
 * NULL, and store NULL without a word.
 */
export const bindable = (params: ReadonlyArray<unknown>): Result.Result<Array<SQLInputValue>, SqlError> => {
  const values: Array<SQLInputValue> = []
  for (const [index, param] of params.entries()) {
    const value = inputOf(param)
    if (value === undefined) return Result.fail(refused(index, param))
    values.push(value)
  }
  return Result.succeed(values)
}

const inputOf = (param: unknown): SQLInputValue | undefined => {
  switch (typeof param) {
    case "undefined":
      return null
    case "string":
      return param
    case "boolean":
      return param ? 1n : 0n
    case "number":
      return numberOf(param)
    case "bigint":
      return BigInt.asIntN(64, param) === param ? param : undefined
    default:
      return param === null ? null : bytesOf(param)
  }
}

const bytesOf = (param: unknown): Uint8Array | undefined =>
  ArrayBuffer.isView(param) ? new Uint8Array(param.buffer, param.byteOffset, param.byteLength) : undefined

/** node:sqlite binds every number as a float, which a TEXT column or `||` would write as "5.0". */
const numberOf = (value: number): SQLInputValue | undefined => {
  if (Number.isNaN(value)) return undefined
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value
}

const refused = (index: number, param: unknown): SqlError =>
  driverFailure(
    "INVALID_PARAMETER",
    `Parameter ${index + 1} is ${kindOf(param)}, which SQLite cannot hold. ` +
      "It takes null, text, booleans, numbers, integers of 64 bits and bytes."
  )

const kindOf = (param: unknown): string => {
  if (typeof param === "number") return "not a number"
  if (typeof param === "bigint") return "an integer of more than 64 bits"
  return typeof param === "object" ? `an object (${param?.constructor?.name ?? "no class"})` : `a ${typeof param}`
}

/** Every integer arrives as a bigint. It becomes a number only if no digit is lost. */
export const integerOf = (value: bigint, safeIntegers: boolean): number | bigint => {
  if (safeIntegers) return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** A plain object (node:sqlite's have no prototype). */
export const rowOf = (
  row: Record<string, SQLOutputValue>,
  safeIntegers: boolean
): Record<string, SQLOutputValue> => {
  const plain = { ...row }
  for (const column of Object.keys(row)) {
    const value = row[column]
    if (typeof value === "bigint") plain[column] = integerOf(value, safeIntegers)
  }
  return plain
}

export const valuesOf = (row: ReadonlyArray<SQLOutputValue>, safeIntegers: boolean): Array<SQLOutputValue> =>
  row.map((value) => typeof value === "bigint" ? integerOf(value, safeIntegers) : value)
