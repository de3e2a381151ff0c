/**
 * Pages of a list: 1-based, 20 to a page, at most 500 [WD]. The limits of the invoice list are undocumented; the
 * simulator uses the same.
 */
import * as Effect from "effect/Effect"
import { Refusal } from "./Refusal.ts"

export interface Page<A> {
  readonly page: number
  readonly perPage: number
  readonly total: number
  readonly totalPages: number
  readonly items: ReadonlyArray<A>
}

/** The page that the query asks for, of items that are given oldest first. */
export const page = <A>(query: URLSearchParams, oldestFirst: ReadonlyArray<A>): Effect.Effect<Page<A>, Refusal> =>
  Effect.gen(function*() {
    const number = yield* integer(query, "page", 1, Number.MAX_SAFE_INTEGER)
    const perPage = yield* integer(query, "per_page", 20, 500)
    const order = query.get("order") ?? "desc"
    if (order !== "asc" && order !== "desc") return yield* invalid("order", "must be asc or desc")
    const sorted = order === "asc" ? oldestFirst : oldestFirst.toReversed()
    const start = (number - 1) * perPage
    return {
      page: number,
      perPage,
      total: sorted.length,
      totalPages: Math.ceil(sorted.length / perPage),
      items: sorted.slice(start, start + perPage)
    }
  })

const integer = (
  query: URLSearchParams,
  name: string,
  byDefault: number,
  maximum: number
): Effect.Effect<number, Refusal> => {
  const text = query.get(name)
  if (text === null) return Effect.succeed(byDefault)
  const value = /^\d{1,15}$/u.test(text) ? Number(text) : 0
  return value >= 1 && value <= maximum ? Effect.succeed(value) : invalid(name, `must be from 1 to ${maximum}`)
}

const invalid = (name: string, issue: string) =>
  Effect.fail(new Refusal({ code: "VALIDATION_FAILED", details: { fields: { [name]: issue } } }))
