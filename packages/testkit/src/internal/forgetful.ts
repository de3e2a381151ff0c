/**
 * A provider that ignores what a look-up asks for, as one does that does not know the parameter.
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { transports } from "../World.ts"

/** The same request without the parameters that say this word; `undefined` where none does. */
const without = (request: HttpClientRequest.HttpClientRequest, word: string) => {
  const url = Option.getOrUndefined(HttpClientRequest.toUrl(request))
  const names = [...url?.searchParams ?? []].flatMap(([name, value]) => value.includes(word) ? [name] : [])
  if (url === undefined || names.length === 0) return undefined
  for (const name of names) url.searchParams.delete(name)
  return HttpClientRequest.setUrl(request, url)
}

/** @internal A transport that leaves this word out of every query, and notes what is answered then. */
export const forgetful = (word: string, answers: Array<string>): Layer.Layer<HttpClient.HttpClient> =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) =>
      HttpClient.transform(client, (sent, request) => {
        const bare = without(request, word)
        if (bare === undefined) return sent
        return Effect.flatMap(client.execute(bare), (response) =>
          Effect.map(response.text, (text) => {
            answers.push(text)
            const { headers, status } = response
            return HttpClientResponse.fromWeb(request, new Response(text, { status, headers }))
          }))
      }))
  ).pipe(Layer.provide(transports.undici))
