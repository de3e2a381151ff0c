/**
 * A real HTTP server on loopback whose answers can be made to go wrong.
 *
 * It owns the sockets, the log of requests and the armed faults; what a provider does is in its routes. It stands
 * directly on Node's `http`, because resets, half answers and failed connections need the socket.
 */
import type { Fault, Match, RecordedRequest } from "@gatefold/core/Simulator"
import * as Cause from "effect/Cause"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { identity } from "effect/Function"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type * as Answer from "./Answer.ts"
import * as Lane from "./internal/lane.ts"
import * as RequestLog from "./internal/requestLog.ts"
import * as SameAnswer from "./internal/sameAnswer.ts"
import * as Route from "./Route.ts"

export interface Options {
  readonly routes: ReadonlyArray<Route.Route>
  /** What an unknown path answers. */
  readonly notFound: Answer.Answer
  /** The 503 that the provider documents. */
  readonly unavailable: Answer.Answer
  /** Stamps the recorded requests. */
  readonly now: Effect.Effect<DateTime.Utc>
  /** Default: a free port. */
  readonly port?: number | undefined
}

export interface SimulatedServer {
  readonly url: string
  /** Every API request so far, oldest first, as it stands at this moment. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  readonly arm: (fault: Fault, match?: Match) => Effect.Effect<void>
  readonly disarm: Effect.Effect<void>
}

interface ArmedFault {
  readonly fault: Fault
  readonly operation: string | undefined
  /** How the requests that it spoils come by their answer. */
  readonly carryOut: (handled: Effect.Effect<Answer.Answer>) => Effect.Effect<Answer.Answer>
  remaining: number
}

/** Starts the server; it stops, and drops its connections, when the scope closes. */
export const make = (options: Options): Effect.Effect<SimulatedServer, never, Scope.Scope> =>
  Effect.gen(function*() {
    const log = RequestLog.make()
    let armed: Array<ArmedFault> = []

    const takeFault = (operations: ReadonlyArray<string>): ArmedFault | undefined => {
      const found = armed.find(({ operation }) => operation === undefined || operations.includes(operation))
      if (found === undefined) return undefined
      found.remaining -= 1
      if (found.remaining <= 0) armed = armed.filter((one) => one !== found)
      return found
    }

    const serve = Effect.fnUntraced(function*(request: Http.IncomingMessage, response: Http.ServerResponse) {
      const body = yield* readBody(request)
      const method = request.method ?? "GET"
      const url = new URL(request.url ?? "/", "http://127.0.0.1")
      const headers = flatHeaders(request.headers)
      const found = Route.find(options.routes, method, url.pathname)
      const handled = found === undefined
        ? Effect.succeed(options.notFound)
        : handle(found.route, {
          method,
          path: url.pathname,
          params: found.params,
          query: url.searchParams,
          headers,
          body
        })
      if (found !== undefined && found.route.operations.length === 0) {
        return yield* Effect.flatMap(handled, (answer) => Lane.write(response, answer))
      }
      const operations = found?.route.operations ?? []
      log.add({ at: yield* options.now, method, url: request.url ?? "/", headers, body, operations }, response)
      const taken = takeFault(operations)
      yield* Lane.run({
        fault: taken?.fault,
        handled: taken === undefined ? handled : taken.carryOut(handled),
        unavailable: options.unavailable,
        request,
        response
      })
    })

    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const server = Http.createServer((request, response) => {
      const fiber = runFork(serve(request, response))
      response.once("close", () => runFork(Fiber.interrupt(fiber)))
    })
    server.keepAliveTimeout = 60_000

    const listen = (port: number) =>
      Effect.callback<void>((resume) => {
        const failed = (error: Error) => resume(Effect.die(error))
        server.once("error", failed)
        server.listen(port, "127.0.0.1", () => {
          server.off("error", failed)
          resume(Effect.void)
        })
      })
    const close = Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
      server.closeAllConnections()
    })
    yield* Effect.acquireRelease(listen(options.port ?? 0), () => close)
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0

    return {
      url: `http://127.0.0.1:${port}`,
      requests: Effect.sync(log.snapshot),
      arm: (fault, match) => {
        if (fault._tag === "Refused") return close
        const times = match?.times ?? 1
        const remaining = times === "always" ? Number.POSITIVE_INFINITY : times
        return Effect.sync(() => {
          if (remaining <= 0) return
          const carryOut = fault._tag === "Stuck" ? SameAnswer.make() : identity
          armed.push({ fault, operation: match?.operation, carryOut, remaining })
        })
      },
      disarm: Effect.suspend(() => {
        armed = []
        return server.listening ? Effect.void : listen(port)
      })
    }
  })

/**
 * What a provider has read in full it carries out, also when the client has gone away by then; and a mistake in a route
 * shows as an answer instead of leaving the client to wait.
 */
const handle = (route: Route.Route, request: Route.ApiRequest): Effect.Effect<Answer.Answer> =>
  Effect.uninterruptible(route.handle(request)).pipe(
    Effect.catchCause((cause) =>
      Effect.succeed({ status: 500, headers: { "content-type": "text/plain" }, body: Cause.pretty(cause) })
    )
  )

const readBody = (request: Http.IncomingMessage): Effect.Effect<string> =>
  Effect.callback<string>((resume) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.once("end", () => resume(Effect.succeed(Buffer.concat(chunks).toString("utf8"))))
    // a client that goes away before its request was complete has asked nothing
    request.once("error", () => resume(Effect.never))
  })

const flatHeaders = (headers: Http.IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]]
    )
  )
