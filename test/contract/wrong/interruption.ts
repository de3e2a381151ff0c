import { Invoice, Invoices } from "@gatefold/core"
import { Effect, Fiber, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { withService, withTransport, type Wrong } from "../Wrong.ts"

/** Runs every request in a fiber of its own, which nobody ends. */
const detached = withTransport(ecca, (client) =>
  HttpClient.transform(client, (_sent, request) => {
    const own = client.execute(HttpClientRequest.setHeader(request, "x-of", "nobody"))
    return Effect.flatMap(Effect.forkDetach(own), Fiber.join)
  }))

export const interruption: ReadonlyArray<Wrong> = [
  {
    name: "leaves the socket of an interrupted read open",
    caughtBy: "interrupted-read-releases-socket",
    found: /is closed: not within/u,
    subject: detached
  },
  {
    name: "leaves the socket of an interrupted create open",
    caughtBy: "interrupted-create-releases-socket",
    found: /is closed: not within/u,
    subject: detached
  },
  {
    name: "looks an interrupted create up in the background",
    caughtBy: "interrupted-create-releases-socket",
    found: /the number of requests after a create was interrupted/u,
    subject: withService(ecca, Invoices.Invoices, (invoices) => ({
      ...invoices,
      create: (order) =>
        Effect.onInterrupt(
          invoices.create(order),
          () => Effect.forkDetach(invoices.get({ reference: order.reference }))
        )
    }))
  },
  {
    name: "leaves the socket of an interrupted list open",
    caughtBy: "interrupted-list-releases-socket",
    found: /is closed: not within/u,
    subject: detached
  },
  {
    name: "reads a list on that was left",
    caughtBy: "left-list-stops-reading",
    found: /some time after the list was left/u,
    subject: withService(ecca, Invoices.Invoices, (invoices) => ({
      ...invoices,
      list: (filter) =>
        Stream.unwrap(Effect.as(Effect.forkDetach(Stream.runDrain(invoices.list(filter))), invoices.list(filter)))
    }))
  },
  {
    name: "states another fact by a webhook than by a read",
    caughtBy: "webhook-and-read-are-one-change",
    found: /should be one change of state/u,
    subject: withService(ecca, Invoices.Invoices, (invoices) => ({
      ...invoices,
      get: (lookup) =>
        Effect.map(
          invoices.get(lookup),
          (read) => Invoice.make({ ...read, coverage: read.coverage === "full" ? "none" : "full", isLate: true })
        )
    }))
  }
]
