/**
 * The server's own description of its API, as a judge of requests, answers and webhooks.
 *
 * `openapi-backend` compiles `fixtures/btcpay.json` with ajv and validates in process. It lets two things pass without a
 * word: an answer whose status is not described, and a format that it does not know. Both are judged here.
 */
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { type Document, OpenAPIBackend, type ValidationResult } from "openapi-backend"

export interface HttpRequest {
  readonly method: string
  /** Path and query as sent. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Each finds out what the description has against something; nothing, if it is as described. */
export interface Description {
  readonly request: (request: HttpRequest) => ReadonlyArray<string>
  /** `operationId` as in the description; `body` is the JSON that was sent. */
  readonly answer: (operationId: string, status: number, body: unknown) => ReadonlyArray<string>
  /** A webhook, by the type that its body states. */
  readonly webhook: (headers: Readonly<Record<string, string>>, body: string) => ReadonlyArray<string>
}

type Paths = NonNullable<Document["paths"]>

const read = (): Document & { readonly "x-webhooks": Paths } =>
  JSON.parse(readFileSync(new URL("../fixtures/btcpay.json", import.meta.url), "utf8"))

/** The webhooks' schemas are those of requests to the merchant. */
const webhookPaths = (webhooks: Paths): Paths =>
  Object.fromEntries(Object.entries(webhooks).map(([type, item]) => [`/${type}`, item]))

const compile = (definition: Document): Effect.Effect<OpenAPIBackend> =>
  Effect.promise(() =>
    new OpenAPIBackend({
      definition,
      strict: true,
      customizeAjv: (ajv) =>
        ajv
          .addFormat("decimal", /^-?\d+(?:\.\d+)?$/u)
          .addFormat("url", { validate: (text: string) => URL.canParse(text) })
    }).init()
  )

export const make: Effect.Effect<Description> = Effect.gen(function*() {
  const document = read()
  const api = yield* compile(document)
  const webhooks = yield* compile(Object.assign({}, document, { paths: webhookPaths(document["x-webhooks"]) }))

  const request = (one: HttpRequest): ReadonlyArray<string> => {
    const parsed = parse(one)
    const operation = api.matchOperation(parsed)
    if (operation === undefined) return [`${one.method} ${one.url} is not described`]
    return [...authorization(one.headers), ...problems(api.validateRequest(parsed, operation))]
  }

  const answer = (operationId: string, status: number, body: unknown): ReadonlyArray<string> => {
    const responses = api.router.getOperation(operationId)?.responses ?? {}
    const isDescribed = String(status) in responses || "default" in responses
    return isDescribed
      ? problems(api.validateResponse(body, operationId, status))
      : [`${operationId} does not answer ${status}`]
  }

  const webhook = (headers: Readonly<Record<string, string>>, body: string): ReadonlyArray<string> => {
    const parsed = parse({ method: "POST", url: `/${typeOf(body)}`, headers, body })
    const operation = webhooks.matchOperation(parsed)
    return operation === undefined
      ? [`There is no webhook ${typeOf(body)}`]
      : problems(webhooks.validateRequest(parsed, operation))
  }

  return { request, answer, webhook }
})

const parse = ({ body, headers, method, url }: HttpRequest) => {
  const [path = "", query = ""] = url.split("?")
  return { method, path, query, headers: { ...headers }, ...body === "" ? {} : { body } }
}

/** The description says in words how the key is sent; the validator looks at no security at all. */
const authorization = (headers: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  /^token \S+$/u.test(headers["authorization"] ?? "") ? [] : ["The header Authorization is not `token {token}`"]

const problems = ({ errors }: ValidationResult): ReadonlyArray<string> =>
  (errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)

const typeOf = (body: string): string => {
  const { type } = JSON.parse(body)
  return String(type)
}
