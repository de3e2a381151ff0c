/**
 * Decimal amounts as text, read and written without any float and without the exponents that `BigDecimal` prints.
 */
import * as BigDecimal from "effect/BigDecimal"

/** Digits before and after the point that an amount may have. */
const maxDigits = 30

const shape = /^(-?)(\d+)(?:\.(\d+))?$/u

/** @internal */
export type Problem = "NotANumber" | "TooLong"

/**
 * Reads plain decimal text and keeps its scale: `1500.00` has two decimals. No exponent, sign `+`, blank, bare point or
 * empty text (which `BigDecimal.fromString` takes for zero).
 *
 * @internal
 */
export const parse = (text: string): BigDecimal.BigDecimal | Problem => {
  const [, sign = "", whole = "", fraction = ""] = shape.exec(text) ?? []
  if (whole === "") return "NotANumber"
  if (whole.length > maxDigits || fraction.length > maxDigits) return "TooLong"
  return BigDecimal.make(BigInt(`${sign}${whole}${fraction}`), fraction.length)
}

/**
 * Writes all digits at the number's own scale, at least `minimumScale`: 12.3 with 2 becomes `12.30`.
 *
 * @internal
 */
export const format = (amount: BigDecimal.BigDecimal, minimumScale = 0): string => {
  const { scale, value } = BigDecimal.scale(amount, Math.max(amount.scale, minimumScale, 0))
  const digits = String(value < BigInt(0) ? -value : value).padStart(scale + 1, "0")
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return value < BigInt(0) ? `-${text}` : text
}

/**
 * The one way to write a number: no trailing zeros. Equal numbers have equal text.
 *
 * @internal
 */
export const canonical = (amount: BigDecimal.BigDecimal): string => format(BigDecimal.normalize(amount))

/**
 * Writes a JSON number's exponent out: `1e-7` becomes `0.0000001`. Anything but a small exponent is left as it is.
 *
 * @internal
 */
export const withoutExponent = (source: string): string => {
  const [, mantissa = "", exponent = ""] = /^(-?\d+(?:\.\d+)?)[eE]([+-]?\d{1,2})$/u.exec(source) ?? []
  if (mantissa === "") return source
  const parsed = parse(mantissa)
  return typeof parsed === "string" ? source : format(BigDecimal.make(parsed.value, parsed.scale - Number(exponent)))
}
