import type { Subject } from "@gatefold/testkit/Subject"
import { Effect } from "effect"
import { HttpClient, type HttpClientRequest, HttpClientResponse } from "effect/http"
import { withTransport } from "../Wrong.ts"

/** An adapter that reads other answers than the provider gives. */
export const rewriting = (
  subject: Subject,
  rewrite: (text: string, request: HttpClientRequest.HttpClientRequest) => string
): Subject =>
  withTransport(
    subject,
    HttpClient.transformResponse(Effect.flatMap((response) =>
      Effect.map(response.text, (text) => {
        const { headers, request, status } = response
        return HttpClientResponse.fromWeb(request, new Response(rewrite(text, request), { status, headers }))
      })
    ))
  )
