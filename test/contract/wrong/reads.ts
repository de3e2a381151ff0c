import { Identifiers, Invoices, Payments, Withdrawals } from "@gatefold/core"
import type { GatewayError } from "@gatefold/core/GatewayError"
import type { Subject } from "@gatefold/testkit/Subject"
import { Context, Effect } from "effect"
import { subject as btcpay } from "../../../examples/plugin/test/contract.ts"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { subject as template } from "../../../packages/testkit/template/test/contract.ts"
import { withService, type Wrong } from "../Wrong.ts"
import { rewriting } from "./rewriting.ts"

/** Takes the object of any answer at this path for the one that it asked for. */
const credulous = (subject: Subject, path: string): Subject =>
  rewriting(subject, (text, { url }) => {
    const [, asked] = new RegExp(`/${path}/([^/?]+)$`, "u").exec(url) ?? []
    return asked === undefined ? text : text.replace(/(?<="id":")[^"]*/u, asked)
  })

/** Reads once more what it was answered with, where that is not what it asked for. */
const content = <A>(read: Effect.Effect<A, GatewayError>, instead: (id: string) => Effect.Effect<A, GatewayError>) =>
  Effect.catchReason(read, "GatewayError", "IntegrityMismatch", ({ got }) => instead(got))

const found = /should fail with IntegrityMismatch, and gave/u

export const reads: ReadonlyArray<Wrong> = [
  {
    name: "does not look whose answer it reads",
    caughtBy: "invoice-read-is-of-what-was-asked",
    found,
    subject: credulous(btcpay, "invoices")
  },
  {
    name: "does not look whose answer it reads, as it was generated",
    caughtBy: "invoice-read-is-of-what-was-asked",
    found,
    subject: credulous(template, "invoices"),
    right: template
  },
  {
    name: "gives whatever invoice it is answered with",
    caughtBy: "invoice-read-is-of-what-was-asked",
    found,
    subject: withService(ecca, Invoices.Invoices, (right) => ({
      ...right,
      get: (lookup) => content(right.get(lookup), (id) => right.get({ id: Identifiers.InvoiceId.make(id) }))
    }))
  },
  {
    name: "gives whatever payment it is answered with",
    caughtBy: "payment-read-is-of-what-was-asked",
    found,
    subject: withService(ecryptopay, Payments.Payments, (right) => ({
      ...right,
      get: (asked) => content(right.get(asked), (id) => right.get(Identifiers.PaymentId.make(id)))
    }))
  },
  {
    name: "gives the payment of whatever invoice it is answered with",
    caughtBy: "payment-read-is-of-what-was-asked",
    found,
    subject: withService(ecca, Payments.Payments, (right, services) => ({
      ...right,
      get: (asked) =>
        content(right.get(asked), (id) =>
          Effect.flatMap(
            Context.get(services, Invoices.Invoices).get({ id: Identifiers.InvoiceId.make(id) }),
            ({ payments: [payment] }) => payment === undefined ? right.get(asked) : Effect.succeed(payment)
          ))
    }))
  },
  {
    name: "does not look whose withdrawal it reads",
    caughtBy: "withdrawal-read-is-of-what-was-asked",
    found,
    subject: credulous(btcpay, "payouts")
  },
  {
    name: "gives whatever withdrawal it is answered with",
    caughtBy: "withdrawal-read-is-of-what-was-asked",
    found,
    subject: withService(ecca, Withdrawals.Withdrawals, (right) => ({
      ...right,
      get: (asked) => content(right.get(asked), (id) => right.get(Identifiers.WithdrawalId.make(id)))
    }))
  }
]
