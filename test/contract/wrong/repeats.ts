import { Gateway, GatewayError, Invoice, Invoices, type NewInvoice } from "@gatefold/core"
import * as Operation from "@gatefold/core/Operation"
import { Context, Effect } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { withService, withServices, withTransport, type Wrong } from "../Wrong.ts"

type Create = Invoices.Service["create"]

/** The same adapter with another create, made of its own. */
const creating = (subject: Wrong["subject"], spoil: (create: Create, invoices: Invoices.Service) => Create) =>
  withService(subject, Invoices.Invoices, (invoices) => ({ ...invoices, create: spoil(invoices.create, invoices) }))

/** An order under a reference that the provider has never seen. */
const disguised = (order: NewInvoice.NewInvoice) => ({ ...order, reference: `${order.reference}.${Math.random()}` })

/** Sends every create under a reference of its own when `isNow`, so that no duplicate is ever refused. */
const forgetful = (isNow: (error: GatewayError.GatewayError) => boolean) =>
  creating(ecca, (create) => (order) => Effect.catchIf(create(order), isNow, () => create(disguised(order))))

const forgottenAtRestart = withService(ecca, Invoices.Invoices, (invoices) => {
  const process = Math.random().toString(36).slice(2)
  return { ...invoices, create: (order) => invoices.create({ ...order, reference: `${order.reference}.${process}` }) }
})

const cancelBody = "with a cancel body"

/** The same adapter with another cancel. */
const canceling = (spoil: (invoices: Invoices.Service) => Invoices.Service["cancel"]) =>
  withService(ecca, Invoices.Invoices, (invoices) => ({ ...invoices, cancel: spoil(invoices) }))

const asCanceled = (invoice: Invoice.Invoice) => Invoice.make({ ...invoice, status: "canceled" })

/** Declares another way in which its create is kept from happening twice. */
const declaring = (subject: Wrong["subject"], operation: Operation.Operation) =>
  withServices(subject, (services) => {
    const gateway = Context.get(services, Gateway.Gateway)
    const operations = new Map([...gateway.operations, ["invoices.create", operation]])
    return Context.add(services, Gateway.Gateway, { ...gateway, operations })
  })

const keyHeader = "idempotency-key"

/** Declares that its creates carry a key. */
const keyed = (subject: Wrong["subject"]) =>
  declaring(subject, Operation.write("invoices.create", { safety: "key", keyHeader, findOut: "create it again" }))

/** Every request carries a key that is made of the reference in its body. */
const sendingKeys = (keyOf: (reference: string) => string) =>
  keyed(withTransport(
    ecca,
    HttpClient.mapRequest((request) => {
      const sent = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      const reference = /"external_id":"([^"]*)"/u.exec(sent)?.[1] ?? ""
      return HttpClientRequest.setHeader(request, keyHeader, keyOf(reference))
    })
  ))

export const repeats: ReadonlyArray<Wrong> = [
  {
    name: "repeats a create after a reset",
    caughtBy: "at-most-one-create",
    subject: withTransport(
      ecryptopay,
      HttpClient.retry({ times: 2, while: ({ reason }) => reason._tag === "TransportError" })
    )
  },
  {
    name: "repeats a create after an answer that it cannot read",
    caughtBy: "at-most-one-create",
    subject: creating(
      ecryptopay,
      (create) => (order) => Effect.catchReason(create(order), "GatewayError", "OutcomeUnknown", () => create(order))
    )
  },
  {
    name: "repeats a create after a timeout",
    caughtBy: "at-most-one-create-in-time",
    subject: withTransport(
      ecryptopay,
      (client) =>
        HttpClient.transform(
          client,
          (sent) => Effect.timeoutOrElse(sent, { duration: "2 seconds", orElse: () => sent })
        )
    )
  },
  {
    name: "gives every create a reference of its own",
    caughtBy: "same-order-one-invoice",
    subject: creating(ecca, (create) => (order) => create(disguised(order)))
  },
  {
    name: "declares that its provider refuses duplicates, which it does not",
    caughtBy: "same-order-one-invoice",
    subject: declaring(
      ecryptopay,
      Operation.write("invoices.create", { safety: "reference", findOut: "look" })
    )
  },
  {
    name: "knows duplicates only by what it was answered",
    caughtBy: "one-invoice-after-any-fault",
    subject: withService(
      declaring(ecryptopay, Operation.write("invoices.create", { safety: "reference", findOut: "look" })),
      Invoices.Invoices,
      (invoices) => {
        const made = new Map<string, Invoice.Invoice>()
        return {
          ...invoices,
          create: (order) =>
            Effect.suspend(() => {
              const known = made.get(order.reference)
              if (known !== undefined) return Effect.succeed(known)
              return Effect.tap(invoices.create(order), (one) => Effect.sync(() => made.set(order.reference, one)))
            })
        }
      }
    )
  },
  {
    name: "takes another reference after a timeout",
    caughtBy: "one-invoice-after-timeout",
    subject: creating(
      ecca,
      (create) => (order) =>
        Effect.timeoutOrElse(create(order), { duration: "5 seconds", orElse: () => create(disguised(order)) })
    )
  },
  {
    name: "derives the reference from the process, which two of them do at once",
    caughtBy: "two-at-once-one-invoice",
    subject: forgottenAtRestart
  },
  {
    name: "derives the reference from the process",
    caughtBy: "one-invoice-after-crash",
    subject: forgottenAtRestart
  },
  {
    name: "believes a refusal after an unknown outcome",
    caughtBy: "refusal-after-unknown-is-looked-up",
    subject: withTransport(
      ecca,
      (client) =>
        HttpClient.transform(client, (sent, { method }) => method === "POST" ? Effect.retry(sent, { times: 1 }) : sent)
    )
  },
  {
    name: "makes a second create of a 404 on the look-up",
    caughtBy: "look-up-404-is-not-absence",
    subject: forgetful(({ reason }) => reason._tag === "OutcomeUnknown")
  },
  {
    name: "says that nothing was made because the look-up said 404",
    caughtBy: "look-up-404-is-not-absence",
    subject: creating(
      ecca,
      (create, { get }) => (order) =>
        Effect.catchReason(create(order), "GatewayError", "OutcomeUnknown", (_reason, unknown) =>
          Effect.mapError(
            get({ reference: order.reference }),
            () =>
              new GatewayError.GatewayError({
                ...unknown,
                reason: new GatewayError.Unavailable({ evidence: "absent" })
              })
          ))
    )
  },
  {
    name: "declares an idempotency key that it does not send",
    caughtBy: "idempotency-key-is-sent",
    subject: keyed(ecca),
    right: sendingKeys((reference) => reference)
  },
  {
    name: "sends one idempotency key for every order",
    caughtBy: "idempotency-key-is-sent",
    subject: sendingKeys(() => "the-key"),
    right: sendingKeys((reference) => reference)
  },
  {
    name: "gives the invoice of a reference whatever it costs",
    caughtBy: "reference-at-another-price",
    subject: creating(
      ecca,
      (create) => (order) =>
        Effect.catchReason(
          create(order),
          "GatewayError",
          "IntegrityMismatch",
          (reason, error) => reason.invoice === undefined ? Effect.fail(error) : Effect.succeed(reason.invoice)
        )
    )
  },
  {
    name: "takes a spent reference for a success",
    caughtBy: "spent-reference-is-conflict",
    subject: creating(
      ecca,
      (create) => (order) =>
        Effect.catchReason(
          create(order),
          "GatewayError",
          "Conflict",
          (reason, error) => reason.invoice === undefined ? Effect.fail(error) : Effect.succeed(reason.invoice)
        )
    )
  },
  {
    name: "finds by its reference only what is finished",
    caughtBy: "reference-tells-the-truth",
    subject: withService(ecca, Invoices.Invoices, (invoices) => ({
      ...invoices,
      get: (lookup) =>
        Effect.filterOrFail(
          invoices.get(lookup),
          (invoice) => "id" in lookup || Invoice.isTerminal(invoice),
          ({ account, provider }) =>
            new GatewayError.GatewayError({
              provider,
              account,
              operation: "invoices.get",
              reason: new GatewayError.NotFound({})
            })
        )
    }))
  },
  {
    name: "looks up another reference than it sent",
    caughtBy: "reference-of-lost-create",
    subject: withService(ecca, Invoices.Invoices, (invoices) => ({
      ...invoices,
      get: (lookup) => invoices.get("id" in lookup ? lookup : { reference: `shop.${lookup.reference}` })
    }))
  },
  {
    name: "swallows a cancel that it cannot do",
    caughtBy: "cancel-cancels",
    variant: cancelBody,
    subject: canceling(({ get }) => (id) => Effect.map(get({ id }), asCanceled))
  },
  {
    name: "takes a cancel that came too late for done",
    caughtBy: "impossible-cancel-fails",
    variant: cancelBody,
    subject: canceling(({ cancel, get }) => (id) => Effect.catch(cancel(id), () => get({ id })))
  },
  {
    name: "believes every 200 of a cancel",
    caughtBy: "refused-cancel-fails",
    variant: cancelBody,
    subject: canceling(({ cancel }) => (id) =>
      Effect.catchReason(cancel(id), "GatewayError", "OutcomeUnknown", (reason, error) => {
        const [invoice] = reason.candidates
        return invoice === undefined ? Effect.fail(error) : Effect.succeed(asCanceled(invoice))
      })
    )
  },
  {
    name: "says of a lost cancel that nothing happened",
    caughtBy: "lost-cancel-is-honest",
    variant: cancelBody,
    subject: canceling(({ cancel }) => (id) =>
      Effect.mapError(
        cancel(id),
        (error) =>
          new GatewayError.GatewayError({ ...error, reason: new GatewayError.Unavailable({ evidence: "reset" }) })
      )
    )
  }
]
