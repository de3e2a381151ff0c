/**
 * Ecca's lists: numbered pages with filters, ended by an empty page or by a coded 404.
 */
import * as Currency from "@gatefold/core/Currency"
import { type GatewayError, InvalidRequest, InvalidResponse } from "@gatefold/core/GatewayError"
import type { Operation } from "@gatefold/core/Operation"
import * as Pages from "@gatefold/core/Pages"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Ecca } from "./context.ts"
import * as mapping from "./mapping.ts"

interface List<Item> {
  readonly operation: Operation
  readonly path: string
  readonly answer: Schema.Decoder<{ readonly data: ReadonlyArray<Item> }>
  readonly id: (item: Item) => string
  /** The code that says that there is nothing, where an empty list is a 404. */
  readonly nothing: string
  /** Whose statuses the filter speaks of. */
  readonly statusesOf: "invoice" | "withdrawal"
  readonly filter: Filter
}

/** What may be asked of a list, in our own words. */
interface Filter {
  readonly status?: string | undefined
  readonly currency?: Currency.Input | undefined
  readonly order?: "newest first" | "oldest first" | undefined
  readonly pageSize?: number | undefined
}

/** The most that a page of withdrawals may have [WD]; for invoices it is not known. */
const largestPage = 500

/** @internal Every item of a list, page after page on demand. A filter that cannot be is refused and not ignored. */
export const all = <Item>(ecca: Ecca, list: List<Item>): Stream.Stream<Item, GatewayError> => {
  const { operation } = list
  const query = queryOf(list)
  if (Result.isFailure(query)) return Stream.fail(ecca.client.error(operation, query.failure))
  return Pages.numbered(
    (page) =>
      ecca.client.call(
        operation,
        { method: "GET", path: list.path, query: { page: String(page), ...query.success } },
        list.answer
      ).pipe(
        Effect.map(({ data }) => data),
        Effect.catchIf(
          ({ reason }) => reason._tag === "NotFound" && reason.code === list.nothing,
          () => Effect.succeed([])
        )
      ),
    {
      id: list.id,
      stuck: () =>
        ecca.client.error(
          operation,
          new InvalidResponse({ path: "page", issue: "the list repeats itself and does not end" })
        )
    }
  )
}

/** The filter in the provider's words. */
const queryOf = <Item>({ filter, statusesOf }: List<Item>) => {
  const { currency, order, pageSize, status } = filter
  const word = status === undefined ? undefined : mapping.wordOf(statusesOf, status)
  if (status !== undefined && word === undefined) return refuse("status", "the provider has no such status")
  const known = currency === undefined ? undefined : Currency.parse(currency)
  if (currency !== undefined && known === undefined) return refuse("currency", "not a currency code")
  if (pageSize !== undefined && (!Number.isSafeInteger(pageSize) || pageSize < 1 || pageSize > largestPage)) {
    return refuse("pageSize", `a whole number from 1 to ${largestPage}`)
  }
  return Result.succeed({
    per_page: pageSize === undefined ? undefined : String(pageSize),
    status: word,
    currency: known?.code,
    order: order === undefined ? undefined : order === "newest first" ? "desc" : "asc"
  })
}

const refuse = (field: string, issue: string) => Result.fail(new InvalidRequest({ field, issue }))
