/**
 * What the server answers instead of what was asked for.
 */
import * as Answer from "@gatefold/simulator/Answer"

/** A problem with a code, as in the description's `ProblemDetails`. */
export const make = (status: number, code: string, message: string): Answer.Answer =>
  Answer.json({ code, message }, status)

export const unauthenticated = make(401, "unauthenticated", "Authentication is required for accessing this endpoint")

export const forbidden = make(403, "missing-permission", "Insufficient API permissions for this store")

export const invoiceNotFound = make(404, "invoice-not-found", "The invoice was not found")

export const payoutNotFound = make(404, "payout-not-found", "The payout was not found")

/** An unknown path is no object that was not found: the web server says so, without a code. */
export const noRoute: Answer.Answer = { status: 404, headers: { "content-type": "text/plain" }, body: "Not Found" }

/** The server documents no 503, so it is a plain one. */
export const unavailable: Answer.Answer = {
  status: 503,
  headers: { "content-type": "text/plain" },
  body: "Service Unavailable"
}

/** What is wrong with a member of the request. */
export interface Invalid {
  readonly path: string
  readonly message: string
}

export const invalid = (problems: ReadonlyArray<Invalid>): Answer.Answer => Answer.json(problems, 400)
