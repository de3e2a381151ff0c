import { Effect } from "effect"
import { HttpClient, type HttpClientError } from "effect/http"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import { withTransport, type Wrong } from "../Wrong.ts"

const isLost = ({ reason }: HttpClientError.HttpClientError): boolean => reason._tag === "TransportError"

export const outcomes: ReadonlyArray<Wrong> = [
  {
    name: "repeats a write whose answer was lost",
    caughtBy: "lost-answer-is-unknown",
    subject: withTransport(ecryptopay, HttpClient.transform((sent) => Effect.retry(sent, { times: 2, while: isLost })))
  }
]
