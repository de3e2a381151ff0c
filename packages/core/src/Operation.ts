/**
 * What a call does at the provider, declared once. How failures are classified and what may be repeated follow from it.
 */

/**
 * How a write is kept from taking effect twice.
 *
 * `reference`: the provider refuses a second object with the same reference and can be asked for it. `key`: the request
 * carries an idempotency key, so the same request may be sent again. `none`: nothing, so one call sends at most one
 * request (a second one only after a 401, which did nothing, and with another token).
 */
export type Safety = "reference" | "key" | "none"

export interface Operation {
  /** As in spans and errors: `invoices.create`. */
  readonly name: string
  /** `read, renews quote` is a read that changes what the customer has to pay. */
  readonly kind: "read" | "read, renews quote" | "write"
  readonly safety: Safety
  /** The header that holds the key of a write whose safety is `key`. */
  readonly keyHeader: string | undefined
  /** What a person or a program does to learn the outcome of a write that is not known. */
  readonly findOut: string
  /** The largest answer that is read, in bytes. */
  readonly maxBody: number
}

interface Options {
  readonly maxBody?: number | undefined
}

const mebibyte = 1_048_576

const make = (name: string, kind: Operation["kind"], options?: Options): Operation => ({
  name,
  kind,
  safety: "none",
  keyHeader: undefined,
  findOut: "",
  maxBody: options?.maxBody ?? mebibyte
})

/** A read: safe to repeat. */
export const read = (name: string, options?: Options): Operation => make(name, "read", options)

/** A read of a list, whose answer may have 64 MiB. */
export const list = (name: string): Operation => make(name, "read", { maxBody: 64 * mebibyte })

/** A read that renews the quote; see `QuoteHolder`. */
export const readRenewingQuote = (name: string): Operation => make(name, "read, renews quote")

/**
 * A write, with how it is kept from happening twice and how to learn its outcome. One with a key names the header that
 * holds it, without which it is not sent.
 */
export const write = (
  name: string,
  options:
    & { readonly findOut: string }
    & (
      | { readonly safety: "reference" | "none" }
      | { readonly safety: "key"; readonly keyHeader: string }
    )
): Operation => ({ ...make(name, "write"), ...options })
