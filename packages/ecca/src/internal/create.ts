/**
 * Creating an invoice at Ecca, which refuses a second one of one `external_id` and can be asked for it.
 */
import * as CreateByReference from "@gatefold/core/CreateByReference"
import { detailOf, GatewayError, InvalidRequest } from "@gatefold/core/GatewayError"
import * as Money from "@gatefold/core/Money"
import * as NewInvoice from "@gatefold/core/NewInvoice"
import * as Present from "@gatefold/core/Present"
import * as Effect from "effect/Effect"
import type { Ecca } from "./context.ts"
import { observe, seen } from "./observe.ts"
import * as operations from "./operations.ts"
import * as wire from "./wire.ts"

/** At most two decimals, whatever ISO 4217 says [INV]. */
const twoDecimals = { BHD: 2, IQD: 2, JOD: 2, KWD: 2, LYD: 2, OMR: 2, TND: 2, CLF: 2, UYW: 2 }

const limits: NewInvoice.Limits = {
  currencies: "ISO 4217",
  decimals: twoDecimals,
  customerLength: 128,
  descriptionLength: 512
}

const operation = operations.createInvoice

/** @internal */
export const create = Effect.fnUntraced(function*(ecca: Ecca, input: NewInvoice.NewInvoice) {
  const { client } = ecca
  const asked = yield* client.checked(operation, NewInvoice.check(input, limits))
  return yield* CreateByReference.create({
    client,
    operation,
    asked,
    send: send(ecca, asked),
    lookUp: lookUp(ecca, asked),
    isDuplicate: hasCode("DUPLICATE_EXTERNAL_ID"),
    mayBeOurs: hasCode("PENDING_INVOICE_EXISTS"),
    refusesDuplicates: true
  })
})

/** The request of create [INV]; guests are known by the reference, since a customer may have one pending invoice. */
const send = Effect.fnUntraced(function*(ecca: Ecca, asked: NewInvoice.Checked) {
  const answer = yield* ecca.client.call(operation, {
    method: "POST",
    path: "/create-invoice",
    body: Present.only({
      amount: Money.format(asked.price, twoDecimals),
      currency_code: asked.price.currency.code,
      customer_id: asked.customer ?? asked.reference,
      external_id: asked.reference,
      purpose: asked.description,
      callback_url: asked.webhookUrl ?? ecca.options.webhookUrl,
      success_url: asked.successUrl,
      fail_url: asked.failureUrl
    })
  }, wire.Created).pipe(Effect.mapError(namingUrls({
    webhookUrl: asked.webhookUrl ?? ecca.options.webhookUrl,
    successUrl: asked.successUrl,
    failureUrl: asked.failureUrl
  })))
  return yield* seen(ecca, answer)
})

/** Ecca says that URLs are missing and not which: they are among those that were not sent. */
const namingUrls = (urls: Readonly<Record<string, string | undefined>>) => (error: GatewayError): GatewayError => {
  const { reason } = error
  const absent = Object.keys(urls).filter((name) => urls[name] === undefined)
  if (reason._tag !== "InvalidRequest" || reason.code !== "MISSING_REQUIRED_URLS" || absent.length === 0) return error
  return new GatewayError({ ...error, reason: new InvalidRequest({ ...reason, field: absent.join(", ") }) })
}

const hasCode = (code: string) => ({ reason }: GatewayError): boolean =>
  reason._tag === "Conflict" && detailOf(reason).code === code

/** Only the documented code in the documented form says that there is none. */
const lookUp = (ecca: Ecca, { reference }: NewInvoice.Checked): Effect.Effect<CreateByReference.Found> =>
  Effect.match(observe(ecca, { reference }), {
    onSuccess: (invoice): CreateByReference.Found => ({ _tag: "Found", invoice }),
    onFailure: ({ reason }): CreateByReference.Found =>
      reason._tag === "NotFound" && reason.code === "INVOICE_NOT_FOUND" ? { _tag: "Absent" } : { _tag: "Inconclusive" }
  })
