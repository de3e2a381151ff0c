/**
 * The same two calls as somebody would write them for one provider with `fetch` and zod: the input checked, JSON both
 * ways, a time limit, no redirects, the status judged, the answer decoded and turned into an invoice. No retries, no
 * spans, no limits on bodies, amounts as text.
 */
import * as z from "zod"

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

const amount = z.string().regex(/^\d{1,30}(\.\d{1,30})?$/u)
const currency = z.string().regex(/^[A-Z]{3}$/u)
const time = z.union([z.literal(""), z.iso.datetime({ offset: true })]).nullish().transform((text) =>
  text ? new Date(text) : undefined
)

const NewInvoice = z.object({
  reference: z.string().regex(/^[\x21-\x7e]{1,64}$/u),
  amount,
  currency,
  customer: z.string().min(1),
  description: z.string(),
  webhookUrl: z.url(),
  successUrl: z.url(),
  failureUrl: z.url()
})

const Invoice = z.object({
  invoice_id: z.string().regex(/^[A-Za-z0-9_-]{1,90}$/u),
  external_id: z.string(),
  amount,
  currency,
  status: z.string(),
  payment_link: z.url({ protocol: /^https$/u }),
  created_at: time,
  expires_at: time,
  finished_at: time
})
const Got = z.object({ data: Invoice })
const Failure = z.object({ error: z.object({ code: z.string() }) })

const statuses = new Map([
  ["pending", "open"],
  ["success", "paid"],
  ["fail", "failed"],
  ["expired", "expired"],
  ["canceled", "canceled"]
])

const toInvoice = (answer: z.infer<typeof Invoice>) => ({
  id: answer.invoice_id,
  reference: answer.external_id,
  price: { amount: answer.amount, currency: answer.currency },
  status: statuses.get(answer.status) ?? "unknown",
  checkout: answer.payment_link,
  createdAt: answer.created_at,
  expiresAt: answer.expires_at,
  paidAt: answer.finished_at
})

export const make = (fetch: Fetch, origin: string, key: string) => {
  const call = async <A>(schema: z.ZodType<A>, method: string, path: string, body?: object): Promise<A> => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { "x-api-key": key, accept: "application/json", "content-type": "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
      ...body === undefined ? {} : { body: JSON.stringify(body) }
    })
    const json: unknown = await response.json()
    if (response.ok) return schema.parse(json)
    const failure = Failure.safeParse(json)
    return Promise.reject(new Error(failure.success ? failure.data.error.code : `HTTP ${response.status}`))
  }
  return {
    create: async (input: z.infer<typeof NewInvoice>) => {
      const checked = NewInvoice.parse(input)
      return toInvoice(
        await call(Invoice, "POST", "/create-invoice", {
          external_id: checked.reference,
          amount: checked.amount,
          currency_code: checked.currency,
          customer_id: checked.customer,
          purpose: checked.description,
          callback_url: checked.webhookUrl,
          success_url: checked.successUrl,
          fail_url: checked.failureUrl
        })
      )
    },
    get: async (id: string) => toInvoice((await call(Got, "GET", `/invoices/${encodeURIComponent(id)}`)).data)
  }
}
