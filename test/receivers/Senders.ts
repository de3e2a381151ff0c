/**
 * Senders that mean no good, on bare sockets.
 */
import { Effect } from "effect"
import * as Net from "node:net"

/** What became of a connection: the first line of the answer, how much was sent, and whether the server ended it. */
export interface Ending {
  readonly answer: string
  readonly sent: number
  readonly isClosed: boolean
}

const head = (url: string, ...lines: ReadonlyArray<string>) => {
  const { host, pathname } = new URL(url)
  return [`POST ${pathname} HTTP/1.1`, `host: ${host}`, "content-type: application/json", ...lines, "", ""].join("\r\n")
}

/** Sends chunks without an end, up to `most` bytes, until the server ends the connection. */
export const flood = (url: string, most: number) =>
  Effect.callback<Ending>((resume) => {
    const { hostname, port } = new URL(url)
    const socket = Net.connect(Number(port), hostname)
    let answer = ""
    let sent = 0
    const chunk = Buffer.from(`4000\r\n${"a".repeat(0x4000)}\r\n`)
    const more = () => {
      while (!socket.destroyed && socket.writable && sent < most) {
        sent += chunk.length
        if (!socket.write(chunk)) return
      }
    }
    const done = () => resume(Effect.succeed({ answer: answer.split("\r\n")[0] ?? "", sent, isClosed: true }))
    socket.on("data", (bytes) => {
      answer += bytes.toString("utf8")
    })
    socket.on("drain", more)
    socket.on("error", () => {})
    socket.once("end", done)
    socket.once("close", done)
    socket.write(head(url, "transfer-encoding: chunked"))
    more()
    return Effect.sync(() => socket.destroy())
  })

/** Sends the beginning of a body and then nothing more. */
export const dawdle = (url: string) =>
  Effect.callback<Ending>((resume) => {
    const { hostname, port } = new URL(url)
    const socket = Net.connect(Number(port), hostname)
    let answer = ""
    const done = () => resume(Effect.succeed({ answer: answer.split("\r\n")[0] ?? "", sent: 1, isClosed: true }))
    socket.on("data", (bytes) => {
      answer += bytes.toString("utf8")
    })
    socket.on("error", () => {})
    socket.once("end", done)
    socket.once("close", done)
    socket.write(`${head(url, "content-length: 100")}{`)
    return Effect.sync(() => socket.destroy())
  })
