import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Answer, MovableClock, SimulatedServer } from "@gatefold/simulator"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"

/** What the client saw: an answer, or the code of the failure on the socket. */
export type Outcome =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | { readonly failed: string }

/** A provider of things: it makes them, shows them, and has a page for customers. */
export const makeThings = Effect.gen(function*() {
  const clock = yield* MovableClock.make
  const things: Array<string> = []
  const server = yield* SimulatedServer.make({
    now: clock.now,
    notFound: Answer.html("<h1>Not found</h1>", 404),
    unavailable: Answer.json({ code: "BUSY" }, 503),
    routes: [
      {
        method: "POST",
        path: "/things",
        operations: ["things.create", "parts.create"],
        handle: ({ body }) =>
          Effect.sync(() => {
            things.push(body)
            return Answer.json({ thing: body, count: things.length }, 201)
          })
      },
      {
        method: "GET",
        path: "/things/:name",
        operations: ["things.get"],
        handle: ({ params, query }) => Effect.succeed(Answer.json({ ...params, ...Object.fromEntries(query) }))
      },
      {
        method: "POST",
        path: "/slow",
        operations: ["things.create"],
        handle: ({ body }) =>
          Effect.delay(
            Effect.sync(() => {
              things.push(body)
              return Answer.json({})
            }),
            "200 millis"
          )
      },
      { method: "GET", path: "/broken", operations: ["things.break"], handle: () => Effect.die("a mistake") },
      {
        method: "GET",
        path: "/page",
        operations: [],
        handle: () => Effect.succeed(Answer.html("<h1>Pay here</h1>"))
      }
    ]
  })
  return { server, clock, things, ...(yield* makeClient(server.url)) }
})

const makeClient = Effect.fnUntraced(function*(origin: string) {
  const client = yield* HttpClient.HttpClient
  const send = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<Outcome> =>
    client.execute(request).pipe(
      Effect.flatMap((response) =>
        Effect.map(response.text, (body) => ({ status: response.status, headers: response.headers, body }))
      ),
      Effect.catch((error) => Effect.succeed({ failed: codeOf(error) }))
    )
  return {
    post: (body: string, path = "/things") =>
      send(HttpClientRequest.bodyText(HttpClientRequest.post(origin + path), body)),
    get: (path: string) => send(HttpClientRequest.get(origin + path))
  }
})

/** The system's or undici's word for what went wrong. */
const codeOf = (error: unknown): string => {
  let found: unknown = error
  while (found instanceof Error) {
    if ("code" in found && typeof found.code === "string") return found.code
    found = found.cause
  }
  return String(found)
}

/** A client on undici, whose connections are kept alive from one request to the next, as in production. */
export const layer = NodeHttpClient.layerUndici
