import { GatewayError, NotFound } from "@gatefold/core/GatewayError"
import * as Invoice from "@gatefold/core/Invoice"
import * as Invoices from "@gatefold/core/Invoices"
import * as Payment from "@gatefold/core/Payment"
import * as Payments from "@gatefold/core/Payments"
import * as Withdrawal from "@gatefold/core/Withdrawal"
import * as Withdrawals from "@gatefold/core/Withdrawals"
import type { Subject } from "@gatefold/testkit/Subject"
import { Effect, Option, Stream } from "effect"
import { subject as btcpay } from "../../../examples/plugin/test/contract.ts"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { withService, type Wrong } from "../Wrong.ts"

interface Filter {
  readonly status?: unknown
  readonly pageSize?: number | undefined
}

type List<A, F> = (filter?: F) => Stream.Stream<A, GatewayError>

/** A list made into another one. */
type Spoil<A, F> = (list: List<A, F>) => List<A, F>

const withInvoices = (spoil: Spoil<Invoice.Invoice, Invoices.Filter>, subject: Subject = ecca) =>
  withService(subject, Invoices.Invoices, (service) => ({ ...service, list: spoil(service.list) }))

const withPayments = (spoil: Spoil<Payment.Payment, Payments.Filter>) =>
  withService(ecca, Payments.Payments, (service) => ({ ...service, list: spoil(service.list) }))

const withWithdrawals = (spoil: Spoil<Withdrawal.Withdrawal, Withdrawals.Filter>, subject: Subject = ecca) =>
  withService(subject, Withdrawals.Withdrawals, (service) => ({ ...service, list: spoil(service.list) }))

const nothing = new GatewayError({
  provider: ecca.provider.id,
  account: ecca.provider.account,
  operation: "the list",
  reason: new NotFound({})
})

/** Pages of the provider's own size have this many. */
const sizeOf = (filter: Filter | undefined): number => filter?.pageSize ?? 20

const dropping = <A, F extends Filter>(list: List<A, F>): List<A, F> => (filter) =>
  Stream.zipWithIndex(list(filter)).pipe(
    Stream.filter(([, index]) => (index + 1) % sizeOf(filter) !== 0),
    Stream.map(([one]) => one)
  )

const failingWhere =
  (isWrong: (count: number, filter: Filter | undefined) => boolean) =>
  <A, F extends Filter>(list: List<A, F>): List<A, F> =>
  (filter) =>
    Stream.unwrap(
      Effect.flatMap(Stream.runCollect(list(filter)), (all) =>
        isWrong(all.length, filter) ? Effect.fail(nothing) : Effect.succeed(Stream.fromIterable(all)))
    )

/** Begins again where a list got stuck, as one does that has no other sign of its end than an empty page. */
const again = <A, F>(list: List<A, F>): List<A, F> => (filter) =>
  Stream.catch(
    list(filter),
    (error) =>
      error.reason._tag === "InvalidResponse" && error.reason.path === "page" ? again(list)(filter) : Stream.fail(error)
  )

/** By number, each time from the newest. */
const byPosition = <A, F>(list: List<A, F>): List<A, F> => (filter) =>
  Stream.paginate(
    0,
    (position) =>
      Effect.map(Stream.runCollect(list(filter)), (all) =>
        [
          all.slice(position, position + 1),
          position + 1 < all.length ? Option.some(position + 1) : Option.none()
        ] as const)
  )

const ahead = <A, F>(list: List<A, F>): List<A, F> => (filter) =>
  Stream.unwrap(Effect.map(Stream.runCollect(list(filter)), Stream.fromIterable))

const ending = <A, F>(list: List<A, F>): List<A, F> => (filter) => Stream.catch(list(filter), () => Stream.empty)

/** The list without what was asked for in this field. */
const ignoring = <A, F extends object>(field: keyof F): Spoil<A, F> => (list) => (filter) =>
  list(filter === undefined ? undefined : { ...filter, [field]: undefined })

/** What can be wrong about every list. */
const each = <A, F extends Filter>(
  of: string,
  spoilt: (spoil: Spoil<A, F>) => Subject
): ReadonlyArray<Wrong> => [
  {
    name: `drops the last of each page of ${of}`,
    caughtBy: `${of}-list-pages`,
    found: /the number of entries should be/u,
    subject: spoilt(dropping)
  },
  {
    name: `takes the empty page after a full one of ${of} for a mistake`,
    caughtBy: `${of}-list-full-page`,
    found: /the list: NotFound/u,
    subject: spoilt(failingWhere((count, filter) => count > 2 && count % sizeOf(filter) === 0))
  },
  {
    name: `fails to list the ${of} of an account that has none`,
    caughtBy: `${of}-list-empty`,
    found: /the list: NotFound/u,
    subject: spoilt(failingWhere((count) => count === 0))
  },
  {
    name: `reads a list of ${of} by position while it grows`,
    caughtBy: `${of}-list-grows`,
    found: /entries that came twice/u,
    subject: spoilt(byPosition)
  },
  {
    name: `ignores the status by which ${of} are asked for`,
    caughtBy: `${of}-list-filter`,
    found: /by the status/u,
    subject: spoilt(ignoring("status"))
  },
  {
    name: `reads a stuck list of ${of} for ever`,
    caughtBy: `${of}-list-stuck`,
    found: /still being read/u,
    subject: spoilt(again)
  },
  {
    name: `reads all pages of ${of} before it gives the first entry`,
    caughtBy: `${of}-list-on-demand`,
    found: /the first of \d+ pages took/u,
    subject: spoilt(ahead)
  },
  {
    name: `ends a list of ${of} where a page cannot be read`,
    caughtBy: `${of}-list-broken`,
    found: /ended without an error/u,
    subject: spoilt(ending)
  }
]

export const lists: ReadonlyArray<Wrong> = [
  ...each("invoices", withInvoices),
  ...each("payments", withPayments),
  ...each("withdrawals", withWithdrawals),
  {
    name: "cannot read the first page of an account that is new",
    caughtBy: "first-page-of-lists",
    found: /the list: NotFound/u,
    subject: withInvoices(failingWhere((count) => count === 0))
  },
  {
    name: "shows paid invoices as open in its list",
    caughtBy: "invoices-list-agrees",
    found: /an entry should be .*paid/su,
    subject: withInvoices((list) => (filter) =>
      Stream.map(
        list(filter),
        (invoice) => invoice.status === "paid" ? Invoice.make({ ...invoice, status: "open" }) : invoice
      )
    )
  },
  {
    name: "shows paid payments as pending in its list",
    caughtBy: "payments-list-agrees",
    found: /an entry should be .*paid/su,
    subject: withPayments((list) => (filter) =>
      Stream.map(
        list(filter),
        (payment) => payment.status === "paid" ? Payment.make({ ...payment, status: "pending" }) : payment
      )
    )
  },
  {
    name: "shows withdrawals that failed as pending in its list",
    caughtBy: "withdrawals-list-agrees",
    found: /an entry should be .*failed/su,
    subject: withWithdrawals((list) => (filter) =>
      Stream.map(
        list(filter),
        (one) => one.status === "failed" ? Withdrawal.make({ ...one, status: "pending" }) : one
      )
    )
  },
  {
    name: "ignores the currency that is asked for",
    caughtBy: "invoices-list-filter",
    found: /by the currency/u,
    subject: withInvoices(ignoring("currency"), btcpay)
  },
  {
    name: "ignores the order that is asked for",
    caughtBy: "invoices-list-filter",
    found: /by the order/u,
    subject: withInvoices(ignoring("order"), btcpay)
  },
  {
    name: "lists withdrawals in the order that it has them in",
    caughtBy: "withdrawals-list-filter",
    found: /by the order/u,
    subject: withWithdrawals(ignoring("order"))
  }
]
