/**
 * The routes of a simulated provider.
 */
import type * as Effect from "effect/Effect"
import type { Answer } from "./Answer.ts"

/** A request as a route sees it. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  /** Decoded values of the `:name` parts of the route's path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Route {
  readonly method: string
  /** A path such as `/api/v1/invoices/:ref`. */
  readonly path: string
  /**
   * The operations that this route serves, named as in spans (`invoices.get`). A route without any is a page for the
   * customer: it is not recorded and no fault touches it.
   */
  readonly operations: ReadonlyArray<string>
  readonly handle: (request: ApiRequest) => Effect.Effect<Answer>
}

/** The first route that fits, with the values of its path's parts. */
export const find = <Kind extends Pick<Route, "method" | "path">>(
  routes: ReadonlyArray<Kind>,
  method: string,
  path: string
): { readonly route: Kind; readonly params: Readonly<Record<string, string>> } | undefined => {
  for (const route of routes) {
    const params = route.method === method ? match(route.path, path) : undefined
    if (params !== undefined) return { route, params }
  }
  return undefined
}

const match = (pattern: string, path: string): Record<string, string> | undefined => {
  const expected = pattern.split("/")
  const actual = path.split("/")
  if (expected.length !== actual.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of expected.entries()) {
    const value = actual[index] ?? ""
    if (part.startsWith(":")) {
      if (value === "") return undefined
      params[part.slice(1)] = decode(value)
    } else if (part !== value) return undefined
  }
  return params
}

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
