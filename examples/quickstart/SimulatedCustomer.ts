/** A customer who pays: through the forms of a hosted page like a browser, or by scanning a QR code like a wallet. */
import type { CheckoutAction } from "@gatefold/core/CheckoutAction"
import type * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { Effect, Layer, Ref } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { Customer } from "./Customer.ts"

/** Submits the first form of a page as it stands, and gives the address of the page that follows. */
const submitFirstForm = Effect.fnUntraced(function*(page: string) {
  const http = yield* HttpClient.HttpClient
  const html = yield* Effect.flatMap(http.get(page), ({ text }) => text)
  const [, action = ""] = /<form method="post" action="([^"]+)"/u.exec(html) ?? []
  const [, name, value] = /<input type="radio" name="([^"]+)" value="([^"]+)" checked/u.exec(html) ?? []
  const fields = name === undefined || value === undefined ? {} : { [name]: value }
  yield* http.execute(
    HttpClientRequest.post(new URL(action, page).href).pipe(HttpClientRequest.bodyUrlParams(fields))
  )
})

/** On the hosted page: chooses the first method, then pays. */
const payOnHostedPage = (page: string) => Effect.andThen(submitFirstForm(page), submitFirstForm(page))

/** Pays what it is shown; hesitates before a QR code until its quote was renewed once. */
export const layer = (ecryptopay: EcryptopaySimulator.Service) =>
  Layer.effect(
    Customer,
    Effect.gen(function*() {
      const http = yield* HttpClient.HttpClient
      const scansSeen = yield* Ref.make(0)
      const act = Effect.fnUntraced(function*(action: CheckoutAction) {
        if (action._tag === "Redirect") yield* payOnHostedPage(action.url)
        if (action._tag !== "ScanQr") return
        const seen = yield* Ref.updateAndGet(scansSeen, (count) => count + 1)
        if (seen === 2) yield* ecryptopay.scanAndPay(action.image)
      })
      return {
        sees: (action) => act(action).pipe(Effect.provideService(HttpClient.HttpClient, http), Effect.orDie)
      }
    })
  )
