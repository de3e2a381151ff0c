import { Invoice, Invoices } from "@gatefold/core"
import type { Subject } from "@gatefold/testkit/Subject"
import { DateTime, Effect, Stream } from "effect"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { withService, type Wrong } from "../Wrong.ts"
import { type Change, changed, rereading } from "./rereading.ts"
import { rewriting } from "./rewriting.ts"

const relisting = (subject: Subject, change: Change): Subject =>
  withService(subject, Invoices.Invoices, (right) => ({
    ...right,
    list: (filter) => Stream.map(right.list(filter), changed(change))
  }))

/** An invoice that is over by our clock. */
const overdue = Effect.fnUntraced(function*(invoice: Invoice.Invoice) {
  const now = yield* DateTime.now
  const { expiresAt } = invoice
  return expiresAt === undefined || DateTime.isGreaterThan(expiresAt, now)
    ? invoice
    : Invoice.make({ ...invoice, status: "expired", coverage: "none" })
})

export const ordering: ReadonlyArray<Wrong> = [
  {
    name: "leaves the reference out of reads, so that polls and webhooks have different keys",
    caughtBy: "webhook-and-read-are-one-fact",
    subject: rereading(ecca, () => ({ references: [] }))
  },
  {
    name: "states what is left to pay as the price",
    caughtBy: "histories-converge",
    found: /does not converge/u,
    subject: rewriting(
      ecca,
      (text) => text.replaceAll(/"amount":"[^"]*"(?=[^{}]*"status":"success")/gu, "\"amount\":\"0.00\"")
    )
  },
  {
    name: "calls a success that was taken back a failure",
    caughtBy: "older-observation-does-not-win",
    subject: rereading(ecryptopay, ({ isReversed }) => isReversed ? { status: "failed", isReversed: false } : {})
  },
  {
    name: "takes a paid invoice back to expired when its time is over",
    caughtBy: "terminal-state-stays",
    found: /a day later/u,
    subject: withService(ecca, Invoices.Invoices, (right) => ({
      ...right,
      get: (lookup) => Effect.flatMap(right.get(lookup), overdue)
    }))
  },
  {
    name: "lists open invoices as paid",
    caughtBy: "list-states-no-more-than-a-read",
    found: /what is listed states more than a read/u,
    subject: relisting(ecca, ({ status }) => status === "open" ? { status: "paid", coverage: "full" } : {})
  },
  {
    name: "lists an invoice as paid that a read says was adjusted",
    caughtBy: "list-covers-no-more-than-a-read",
    subject: relisting(ecca, () => ({ isAdjusted: false, adjustment: undefined }))
  },
  {
    name: "lists an invoice as paid that a read says was taken back",
    caughtBy: "list-covers-no-more-than-a-read",
    subject: relisting(ecryptopay, () => ({ isReversed: false }))
  }
]
