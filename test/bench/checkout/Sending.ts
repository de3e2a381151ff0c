/**
 * Two ways to send: as fast as answers come, which shows the top rate, and at fixed times whatever the answers do, which
 * shows how long a sender really waits.
 */
import * as Effect from "effect/Effect"
import type { Connection } from "./Connections.ts"

/** An answer that is no 2xx ends it: it would be no intake. */
const taken = async ({ send }: Connection, request: Uint8Array): Promise<void> => {
  const status = await send(request)
  if (status < 200 || status > 299) return Promise.reject(new Error(`a webhook was answered with ${status}`))
}

/**
 * The answers in each second, while all connections send one request after the other for so many milliseconds, or until
 * there are no more.
 */
export const topRate = (
  connections: ReadonlyArray<Connection>,
  requests: ReadonlyArray<Uint8Array>,
  millis: number
): Effect.Effect<number> =>
  Effect.promise(async () => {
    const began = performance.now()
    const left = requests.values()
    let answers = 0
    const lane = async (connection: Connection) => {
      for (const request of left) {
        await taken(connection, request)
        answers += 1
        if (performance.now() - began > millis) return
      }
    }
    await Promise.all(connections.map(lane))
    return answers / (performance.now() - began) * 1_000
  })

/**
 * Sends them all, in each second so many, and tells how long each answer took, in milliseconds. A request that is due while
 * all connections wait for answers has begun to wait as well: its time counts from the moment that it was due.
 */
export const atRate = (
  connections: ReadonlyArray<Connection>,
  requests: ReadonlyArray<Uint8Array>,
  rate: number
): Effect.Effect<ReadonlyArray<number>> =>
  Effect.promise(() =>
    new Promise((resolve, reject) => {
      const began = performance.now()
      const free = [...connections]
      const waits: Array<number> = []
      let sent = 0
      const dueAt = (index: number) => began + index / rate * 1_000
      const answered = (connection: Connection, due: number) => {
        waits.push(performance.now() - due)
        free.push(connection)
        if (waits.length === requests.length) resolve(waits)
        else sendDue()
      }
      const sendDue = () => {
        while (dueAt(sent) <= performance.now()) {
          const request = requests[sent]
          const connection = request === undefined ? undefined : free.pop()
          if (request === undefined || connection === undefined) return
          const due = dueAt(sent)
          sent += 1
          taken(connection, request).then(() => answered(connection, due), reject)
        }
      }
      const tick = () => {
        sendDue()
        if (sent < requests.length) setTimeout(tick, 1)
      }
      tick()
    })
  )
