/**
 * Which of a provider's words may be kept in an error or a row.
 */
import { memoize } from "effect/Function"
import * as Redacted from "effect/Redacted"

/** A part that is shorter is a word that may stand anywhere: the scheme before a token is no secret. */
const tellingLength = 8

const telling = memoize((secrets: ReadonlyArray<Redacted.Redacted>): ReadonlyArray<string> =>
  secrets
    .flatMap((secret) => Redacted.value(secret).split(" "))
    .filter(({ length }) => length >= tellingLength)
)

/** @internal Short and printable, and without any of the secrets. */
export const isKeepable = (secrets: ReadonlyArray<Redacted.Redacted>, text: string): boolean =>
  /^[\x20-\x7e]{1,200}$/u.test(text) && !telling(secrets).some((secret) => text.includes(secret))

/** @internal Replaces a text of an answer that holds a secret, wherever it would have gone. */
export const conceal = (secrets: ReadonlyArray<Redacted.Redacted>) => {
  const parts = telling(secrets)
  return (text: string): string => parts.some((secret) => text.includes(secret)) ? "(withheld)" : text
}

/** @internal A word of the provider's as it may be kept: of what is long or not printable only that it was. */
export const word = (text: string): string => /^\P{C}{0,128}$/u.test(text) ? text : "(not printable)"
