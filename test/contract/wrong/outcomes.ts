import { GatewayError, type Invoice, Invoices } from "@gatefold/core"
import { Effect } from "effect"
import { FetchHttpClient, HttpClient, HttpClientResponse } from "effect/http"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { withService, withTransport, type Wrong } from "../Wrong.ts"

const { Conflict, InvalidResponse, NotFound, OutcomeUnknown, Unavailable } = GatewayError

/** The same error with another reason. */
const as = (error: GatewayError.GatewayError, reason: GatewayError.Reason) =>
  new GatewayError.GatewayError({ ...error, reason })

/** A create whose failures are called something else. */
const recreating = (
  rename: (reason: GatewayError.Reason) => GatewayError.Reason
) =>
(invoices: Invoices.Service): Invoices.Service => ({
  ...invoices,
  create: (order) => Effect.mapError(invoices.create(order), (error) => as(error, rename(error.reason)))
})

/** A read whose failures are called something else. */
const rereading = (
  rename: (reason: GatewayError.Reason) => GatewayError.Reason
) =>
(invoices: Invoices.Service): Invoices.Service => ({
  ...invoices,
  get: (lookup) => Effect.mapError(invoices.get(lookup), (error) => as(error, rename(error.reason)))
})

const unavailable = new Unavailable({ evidence: "no answer" })

/** Takes what is not known for nothing, where it is not known for this reason. */
const forgets = (isThis: (reason: GatewayError.OutcomeUnknown) => boolean) =>
  recreating((reason) => reason._tag === "OutcomeUnknown" && isThis(reason) ? unavailable : reason)

type Spoil = (client: HttpClient.HttpClient) => HttpClient.HttpClient

/** Sends a request again where its answer is of this status. */
const repeating = (of: number): Spoil => (client) =>
  HttpClient.transform(client, (sent) => Effect.repeat(sent, { times: 1, while: ({ status }) => status === of }))

/** Puts another answer in the place of one. */
const answering = (
  change: (response: HttpClientResponse.HttpClientResponse, url: string) => Response | undefined
): Spoil =>
(client) =>
  HttpClient.transform(client, (sent, request) =>
    Effect.map(sent, (response) => {
      const other = change(response, request.url)
      return other === undefined ? response : HttpClientResponse.fromWeb(request, other)
    }))

/** Reads every answer to its end before anybody looks at it. */
const greedy: Spoil = (client) =>
  HttpClient.transform(client, (sent, request) =>
    Effect.flatMap(sent, (response) =>
      Effect.map(
        Effect.orElseSucceed(response.text, () => ""),
        (text) =>
          HttpClientResponse.fromWeb(
            request,
            new Response(text.trim(), {
              status: response.status,
              headers: { ...response.headers, "content-length": "" }
            })
          )
      )))

export const outcomes: ReadonlyArray<Wrong> = [
  {
    name: "takes a refused connection for an unknown outcome",
    caughtBy: "refused-connection-is-unavailable",
    subject: withService(
      ecca,
      Invoices.Invoices,
      recreating((reason) =>
        reason._tag === "Unavailable" && reason.evidence === "refused"
          ? new OutcomeUnknown({ trouble: "refused", findOut: "ask", candidates: [] })
          : reason
      )
    )
  },
  {
    name: "takes an invoice that cannot be asked for as one that is not there",
    caughtBy: "refused-read-is-unavailable",
    subject: withService(
      ecca,
      Invoices.Invoices,
      rereading((reason) => reason._tag === "Unavailable" ? new NotFound({}) : reason)
    )
  },
  {
    name: "says of a lost read that it cannot be understood",
    caughtBy: "lost-read-is-unavailable",
    subject: withService(
      ecca,
      Invoices.Invoices,
      rereading((reason) =>
        reason._tag === "Unavailable" ? new InvalidResponse({ path: "body", issue: "none" }) : reason
      )
    )
  },
  {
    name: "answers an unknown outcome as unavailable",
    caughtBy: "lost-answer-is-unknown",
    subject: withService(ecryptopay, Invoices.Invoices, forgets(() => true))
  },
  {
    name: "answers a create that timed out as unavailable",
    caughtBy: "timed-out-create-is-unknown",
    subject: withService(ecryptopay, Invoices.Invoices, forgets(({ trouble }) => trouble === "timeout"))
  },
  {
    name: "takes any 5xx for a provider that did nothing",
    caughtBy: "error-page-of-create-is-unknown",
    subject: withService(ecryptopay, Invoices.Invoices, forgets(({ httpStatus = 0 }) => httpStatus >= 500))
  },
  {
    name: "takes a create whose answer it cannot read for failed",
    caughtBy: "unreadable-create-is-unknown",
    subject: withService(
      ecryptopay,
      Invoices.Invoices,
      recreating((reason) => reason._tag === "OutcomeUnknown" ? reason.answer ?? reason : reason)
    )
  },
  {
    name: "takes every refusal for a conflict",
    caughtBy: "refusal-is-typed",
    subject: withService(
      ecca,
      Invoices.Invoices,
      recreating((reason) => reason._tag === "Forbidden" ? new Conflict({ kind: "other" }) : reason)
    )
  },
  {
    name: "sends what was refused again",
    caughtBy: "refusal-is-typed",
    subject: withTransport(ecca, repeating(422))
  },
  {
    name: "takes any 404 for an invoice that does not exist",
    caughtBy: "page-404-is-not-absence",
    subject: withService(
      ecca,
      Invoices.Invoices,
      rereading((reason) => "httpStatus" in reason && reason.httpStatus === 404 ? new NotFound({}) : reason)
    )
  },
  {
    name: "takes a provider that cannot serve now for one that declined",
    caughtBy: "unavailable-is-no-success",
    subject: withService(
      ecca,
      Invoices.Invoices,
      recreating((reason) => reason._tag === "Unavailable" ? new GatewayError.Declined({}) : reason)
    )
  },
  {
    name: "treats 401 as retryable with the same key",
    caughtBy: "rejected-credentials-are-not-repeated",
    subject: withTransport(ecca, repeating(401))
  },
  {
    name: "treats 401 as retryable with the same token",
    caughtBy: "rejected-credentials-are-not-repeated",
    subject: withTransport(ecryptopay, repeating(401))
  },
  {
    name: "keeps a token that was rejected",
    caughtBy: "rejected-token-is-replaced",
    subject: withTransport(
      ecryptopay,
      answering(({ status }, url) =>
        status === 401 && !url.endsWith("/oauth/token") ? new Response("{}", { status: 403 }) : undefined
      )
    )
  },
  {
    name: "ignores Retry-After",
    caughtBy: "retry-after-is-waited-for",
    subject: withTransport(ecca, repeating(429))
  },
  {
    name: "loses a Retry-After that is a date",
    caughtBy: "retry-after-is-waited-for",
    subject: withTransport(
      ecca,
      answering(({ headers, status }) =>
        /[a-z]/iu.test(headers["retry-after"] ?? "") ? new Response("{}", { status }) : undefined
      )
    )
  },
  {
    name: "gives what it saw last where it cannot read the answer",
    caughtBy: "unreadable-read-is-invalid",
    subject: withService(ecca, Invoices.Invoices, (invoices) => {
      const seen = new Map<string, Invoice.Invoice>()
      return {
        ...invoices,
        get: (lookup) =>
          invoices.get(lookup).pipe(
            Effect.tap((read) => Effect.sync(() => seen.set(read.id, read))),
            Effect.catchReason("GatewayError", "InvalidResponse", (_reason, error) => {
              const known = "id" in lookup ? seen.get(lookup.id) : undefined
              return known === undefined ? Effect.fail(error) : Effect.succeed(known)
            })
          )
      }
    })
  },
  {
    name: "reads an answer of any size",
    caughtBy: "large-answer-is-refused",
    subject: withTransport(ecca, greedy)
  },
  {
    name: "reads an unlimited body",
    caughtBy: "large-answer-is-not-drained",
    subject: withTransport(ecca, greedy)
  },
  {
    name: "reads an unlimited body of a create",
    caughtBy: "large-create-is-unknown",
    subject: withTransport(ecca, greedy)
  },
  {
    name: "lets no time limit end a request",
    caughtBy: "slow-answer-is-given-up",
    subject: withTransport(
      ecca,
      (client) => HttpClient.transform(greedy(client), (sent) => Effect.uninterruptible(sent))
    )
  },
  {
    name: "follows a redirect with its credentials",
    caughtBy: "redirect-is-not-followed",
    subject: withTransport(ecca, (client) => HttpClient.followRedirects(client, 3))
  },
  {
    name: "lets fetch follow redirects",
    caughtBy: "redirect-is-not-followed",
    subject: withTransport(
      ecryptopay,
      (client) =>
        HttpClient.transform(
          client,
          (sent) => Effect.provideService(sent, FetchHttpClient.RequestInit, { redirect: "follow" })
        )
    )
  }
]
