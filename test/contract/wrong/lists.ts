import { GatewayError, NotFound } from "@gatefold/core/GatewayError"
import * as Invoice from "@gatefold/core/Invoice"
import { type Filter, Invoices, type Service } from "@gatefold/core/Invoices"
import { Effect, Option, Stream } from "effect"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { withService, type Wrong } from "../Wrong.ts"

type List = Service["list"]

const withList = (spoil: (list: List) => List) =>
  withService(ecca, Invoices, (service) => ({ ...service, list: spoil(service.list) }))

const nothing = new GatewayError({
  provider: ecca.provider.id,
  account: ecca.provider.account,
  operation: "invoices.list",
  reason: new NotFound({})
})

const failingWhere = (isWrong: (count: number, filter: Filter | undefined) => boolean) =>
  withList((list) => (filter) =>
    Stream.unwrap(
      Effect.flatMap(Stream.runCollect(list(filter)), (all) =>
        isWrong(all.length, filter) ? Effect.fail(nothing) : Effect.succeed(Stream.fromIterable(all)))
    )
  )

/** Begins again where a list got stuck, as one does that has no other sign of its end than an empty page. */
const again = (list: List): List => (filter) =>
  Stream.catch(
    list(filter),
    (error) =>
      error.reason._tag === "InvalidResponse" && error.reason.path === "page" ? again(list)(filter) : Stream.fail(error)
  )

/** By number, each time from the newest. */
const byPosition = (list: List): List => (filter) =>
  Stream.paginate(
    0,
    (position) =>
      Effect.map(Stream.runCollect(list({ ...filter, order: "newest first" })), (all) =>
        [
          all.slice(position, position + 1),
          position + 1 < all.length ? Option.some(position + 1) : Option.none()
        ] as const)
  )

export const lists: ReadonlyArray<Wrong> = [
  {
    name: "drops the last item of each page",
    caughtBy: "invoices-list-pages",
    subject: withList((list) => (filter) =>
      Stream.zipWithIndex(list(filter)).pipe(
        Stream.filter(([, index]) => (index + 1) % (filter?.pageSize ?? 20) !== 0),
        Stream.map(([invoice]) => invoice)
      )
    )
  },
  {
    name: "takes the empty page after a full one for a mistake",
    caughtBy: "invoices-list-full-page",
    subject: failingWhere((count, filter) => count > 2 && count % (filter?.pageSize ?? 20) === 0)
  },
  {
    name: "fails to list the invoices of an account that has none",
    caughtBy: "invoices-list-empty",
    subject: failingWhere((count) => count === 0)
  },
  {
    name: "cannot read the first page of an account that is new",
    caughtBy: "first-page-of-lists",
    subject: failingWhere((count) => count === 0)
  },
  {
    name: "reads a list by position while it grows",
    caughtBy: "invoices-list-grows",
    subject: withList(byPosition)
  },
  {
    name: "shows paid invoices as open in its list",
    caughtBy: "invoices-list-agrees",
    subject: withList((list) => (filter) =>
      Stream.map(
        list(filter),
        (invoice) => invoice.status === "paid" ? Invoice.make({ ...invoice, status: "open" }) : invoice
      )
    )
  },
  {
    name: "ignores a filter",
    caughtBy: "invoices-list-filter",
    subject: withList((list) => (filter) => list({ ...filter, status: undefined }))
  },
  {
    name: "reads a stuck list for ever",
    caughtBy: "invoices-list-stuck",
    subject: withList(again)
  },
  {
    name: "reads all pages before it gives the first entry",
    caughtBy: "invoices-list-on-demand",
    subject: withList((list) => (filter) =>
      Stream.unwrap(Effect.map(Stream.runCollect(list(filter)), Stream.fromIterable))
    )
  },
  {
    name: "ends a list where a page cannot be read",
    caughtBy: "invoices-list-broken",
    subject: withList((list) => (filter) => Stream.catch(list(filter), () => Stream.empty))
  }
]
