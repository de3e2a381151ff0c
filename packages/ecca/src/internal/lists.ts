/**
 * Ecca's lists: numbered pages with filters, ended by an empty page or by a coded 404.
 */
import { type GatewayError, InvalidRequest, InvalidResponse } from "@gatefold/core/GatewayError"
import type { Operation } from "@gatefold/core/Operation"
import * as Pages from "@gatefold/core/Pages"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Ecca } from "./context.ts"

interface List<Item> {
  readonly operation: Operation
  readonly path: string
  readonly answer: Schema.Decoder<{ readonly data: ReadonlyArray<Item> }>
  readonly id: (item: Item) => string
  /** The code that says that there is nothing, where an empty list is a 404. */
  readonly nothing: string
  readonly filter: Filter
}

interface Filter {
  readonly status?: string | undefined
  readonly currency?: string | undefined
  readonly order?: "newest first" | "oldest first" | undefined
  readonly pageSize?: number | undefined
}

/** The most that a page of withdrawals may have [WD]; for invoices it is not known. */
const largestPage = 500

/** @internal Every item of a list, page after page on demand. `filter` holds the provider's own words. */
export const all = <Item>(ecca: Ecca, list: List<Item>): Stream.Stream<Item, GatewayError> => {
  const { filter, operation } = list
  const { pageSize } = filter
  if (pageSize !== undefined && (!Number.isSafeInteger(pageSize) || pageSize < 1 || pageSize > largestPage)) {
    return refused(ecca, operation, "pageSize", `a whole number from 1 to ${largestPage}`)
  }
  return Pages.numbered({
    id: list.id,
    stuck: () =>
      ecca.client.error(
        operation,
        new InvalidResponse({ path: "page", issue: "the list repeats itself and does not end" })
      ),
    fetch: (page) =>
      ecca.client.call(operation, {
        method: "GET",
        path: list.path,
        query: {
          page: String(page),
          per_page: pageSize === undefined ? undefined : String(pageSize),
          status: filter.status,
          currency: filter.currency,
          order: filter.order === undefined ? undefined : filter.order === "newest first" ? "desc" : "asc"
        }
      }, list.answer).pipe(
        Effect.map(({ data }) => data),
        Effect.catchIf(
          ({ reason }) => reason._tag === "NotFound" && reason.code === list.nothing,
          () => Effect.succeed([])
        )
      )
  })
}

/** @internal */
export const refused = (
  ecca: Ecca,
  operation: Operation,
  field: string,
  issue: string
): Stream.Stream<never, GatewayError> => Stream.fail(ecca.client.error(operation, new InvalidRequest({ field, issue })))
