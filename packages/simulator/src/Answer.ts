/**
 * What a simulated provider answers: status, headers and a body.
 */
import type { Fault } from "@gatefold/core/Simulator"

/** A fault that a single answer can have. */
export type Spoiling = Exclude<Fault, { readonly _tag: "Refused" | "Stuck" }>

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** How this answer goes wrong on the wire, unless a fault was armed for its request. */
  readonly fault?: Spoiling | undefined
}

/** An answer in JSON. `value` goes through `JSON.stringify`. */
export const json = (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value)
})

/** A page for a person. */
export const html = (page: string, status = 200): Answer => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8" },
  body: page
})

/** An image or another file. */
export const bytes = (contentType: string, body: Uint8Array): Answer => ({
  status: 200,
  headers: { "content-type": contentType, "cache-control": "no-store" },
  body
})

/** Sends a browser on to another page. */
export const redirect = (location: string): Answer => ({ status: 303, headers: { location }, body: "" })
