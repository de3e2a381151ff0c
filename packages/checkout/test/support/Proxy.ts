/**
 * Something between a client and a server that may stop forwarding without telling either, as a firewall or a load
 * balancer does that has forgotten its connections.
 */
import { Effect, type Scope } from "effect"
import { connect, createServer, type Socket } from "node:net"

export interface Proxy {
  readonly port: number
  /** From here on nothing goes through the connections that there are, and none of them ends. New ones work. */
  readonly freeze: Effect.Effect<void>
}

/** Listens on 127.0.0.1 for a server there. */
export const make = (port: number): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.gen(function*() {
    const pairs = new Set<readonly [Socket, Socket]>()
    const server = createServer((near) => {
      const far = connect(port, "127.0.0.1")
      const pair = [near, far] as const
      pairs.add(pair)
      for (const [from, to] of [pair, [far, near] as const]) {
        from.on("error", () => to.destroy())
        from.on("close", () => pairs.delete(pair))
        from.pipe(to)
      }
    })
    const listening = yield* Effect.acquireRelease(
      Effect.callback<number>((resume) => {
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
        })
      }),
      () =>
        Effect.sync(() => {
          server.close()
          for (const socket of [...pairs].flat()) socket.destroy()
        })
    )
    const freeze = Effect.sync(() => {
      for (const [near, far] of pairs) {
        for (const socket of [near, far]) {
          socket.unpipe()
          // what comes is taken and goes nowhere
          socket.resume()
        }
      }
    })
    return { port: listening, freeze }
  })
