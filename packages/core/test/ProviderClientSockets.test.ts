/**
 * What becomes of connections, and answers that no HTTP server would give.
 */
import { assert, describe, it } from "@effect/vitest"
import type { GatewayError } from "@gatefold/core/GatewayError"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { Socket } from "node:net"
import { gzipSync } from "node:zlib"
import * as RawServer from "./support/RawServer.ts"
import { eventually, moment, staysRunning } from "./support/RealTime.ts"
import * as TinyProvider from "./support/TinyProvider.ts"

const good = "{\"id\":\"one\",\"price\":\"12.30\"}"

const write = (socket: Socket, status: string, body: string | Uint8Array, ...lines: ReadonlyArray<string>) => {
  socket.write(RawServer.head(status, `content-length: ${Buffer.byteLength(body)}`, ...lines))
  socket.write(body)
}

/** A provider that answers like this, and a client that tries once. */
const setUp = Effect.fnUntraced(function*(answer: (socket: Socket) => void) {
  const server = yield* RawServer.make(answer)
  const { call } = yield* TinyProvider.connect(server.url, { retry: RetryPolicy.once })
  return { server, call, fails: (kind: TinyProvider.Kind) => Effect.map(Effect.flip(call(kind)), reasonOf) }
})

const reasonOf = ({ reason }: GatewayError) => reason

for (const { layer, transport } of TinyProvider.transports) {
  describe(`connections on ${transport}`, () => {
    it.effect("are used again after an answer was read", () =>
      Effect.gen(function*() {
        const { call, server } = yield* setUp((socket) => write(socket, "200 OK", good))
        for (let count = 0; count < 4; count++) yield* Effect.andThen(call("read"), moment("10 millis"))
        assert.deepStrictEqual(
          { requests: server.requests.length, connections: server.connections() },
          { requests: 4, connections: 1 }
        )
      }).pipe(Effect.provide(layer)))

    const unread = [
      { what: "a body without an end", status: "200 OK", lines: ["connection: keep-alive"] },
      { what: "a body announced as too large", status: "200 OK", lines: ["content-length: 99999999"] },
      { what: "a refusal with a body without an end", status: "422 No", lines: [] },
      { what: "a redirect with a body without an end", status: "307 There", lines: ["location: http://127.0.0.1:9/"] }
    ]
    for (const { lines, status, what } of unread) {
      it.effect(`${what}: the provider cannot go on writing`, () =>
        Effect.gen(function*() {
          const { fails, server } = yield* setUp((socket) => {
            socket.write(RawServer.head(status, ...lines))
            RawServer.writeForever(socket)
          })
          assert.strictEqual((yield* fails("read"))._tag, "InvalidResponse")
          yield* eventually("the connection is closed", () => server.open() === 0)
          assert.strictEqual((yield* fails("none"))._tag, "OutcomeUnknown")
          yield* eventually("the connection is closed", () => server.open() === 0)
        }).pipe(Effect.provide(layer)))
    }

    for (
      const { answer, where } of [
        { where: "before an answer", answer: () => {} },
        {
          where: "in its body",
          answer: (socket: Socket) => void socket.write(RawServer.head("200 OK") + good.slice(0, 9))
        }
      ]
    ) {
      it.effect(`an interrupted call closes its connection: ${where}`, () =>
        Effect.gen(function*() {
          const { call, server } = yield* setUp(answer)
          const fiber = yield* Effect.forkChild(call("none"))
          yield* eventually("the request arrives", () => server.requests.length === 1)
          yield* staysRunning(fiber)
          assert.strictEqual(server.open(), 1)
          yield* Fiber.interrupt(fiber)
          yield* eventually("the connection is closed", () => server.open() === 0)
        }).pipe(Effect.provide(layer)))

      it.effect(`a try that takes too long closes its connection: ${where}`, () =>
        Effect.gen(function*() {
          const { fails, server } = yield* setUp(answer)
          const fiber = yield* Effect.forkChild(fails("none"))
          yield* eventually("the request arrives", () => server.requests.length === 1)
          yield* staysRunning(fiber)
          yield* TestClock.adjust("10 seconds")
          assert.strictEqual((yield* Fiber.join(fiber))._tag, "OutcomeUnknown")
          yield* eventually("the connection is closed", () => server.open() === 0)
        }).pipe(Effect.provide(layer)))
    }
  })

  describe(`answers on ${transport}`, () => {
    const lost = ["Unavailable", "OutcomeUnknown"]
    const unreadable = ["InvalidResponse", "OutcomeUnknown"]
    const answers: ReadonlyArray<readonly [what: string, (socket: Socket) => void, heard: ReadonlyArray<string>]> = [
      ["not HTTP", (socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n"), lost],
      ["a broken status line", (socket) => socket.end("HTTP/1.1 2000 OK\r\n\r\n"), lost],
      [
        "a character that may not stand in a header value",
        (socket) => socket.end(RawServer.head("200 OK", "x-trace: a\u0001b") + good),
        lost
      ],
      [
        "a character that may not stand in a header name",
        (socket) => socket.end(RawServer.head("200 OK", "x trace: ab") + good),
        lost
      ],
      [
        "a body cut short of its length",
        (socket) => socket.end(RawServer.head("200 OK", "content-length: 99") + good),
        lost
      ],
      [
        "a chunked body without its end",
        (socket) => socket.end(RawServer.head("200 OK", "transfer-encoding: chunked") + "5\r\n{\"id\"\r\n"),
        lost
      ],
      [
        "a body cut short without a length",
        (socket) => socket.end(RawServer.head("200 OK") + good.slice(0, 9)),
        unreadable
      ],
      ["no content", (socket) => socket.write(RawServer.head("204 No Content")), unreadable],
      ["bytes that are not UTF-8", (socket) => write(socket, "200 OK", Uint8Array.of(0x22, 0xff, 0x22)), unreadable]
    ]
    for (const [what, answer, heard] of answers) {
      it.effect(`${what}: ${heard.join(" of a read, ")} of a write`, () =>
        Effect.gen(function*() {
          const { fails, server } = yield* setUp(answer)
          assert.deepStrictEqual([(yield* fails("read"))._tag, (yield* fails("none"))._tag], heard)
          assert.strictEqual(server.requests.length, 2)
        }).pipe(Effect.provide(layer)))
    }

    it.effect("a body announced as too large is not waited for", () =>
      Effect.gen(function*() {
        const { fails } = yield* setUp((socket) => socket.write(RawServer.head("200 OK", "content-length: 4097")))
        assert.strictEqual((yield* fails("read"))._tag, "InvalidResponse")
      }).pipe(Effect.provide(layer)))

    it.effect("a small body that unpacks to a large one is not taken", () =>
      Effect.gen(function*() {
        const bomb = gzipSync(Buffer.alloc(3_000_000, " "))
        assert.isBelow(bomb.length, 4_096)
        const { fails } = yield* setUp((socket) => write(socket, "200 OK", bomb, "content-encoding: gzip"))
        assert.strictEqual((yield* fails("read"))._tag, "InvalidResponse")
        assert.strictEqual((yield* fails("none"))._tag, "OutcomeUnknown")
      }).pipe(Effect.provide(layer)))

    it.effect("digits come through as they were written, and unknown fields do not matter", () =>
      Effect.gen(function*() {
        const { call } = yield* setUp((socket) =>
          write(socket, "200 OK", "{\"id\":12345678901234567890,\"price\":0.10000000000000000001,\"new\":{}}")
        )
        const { id, price } = yield* call("read")
        assert.deepStrictEqual([id, price.value, price.scale], [
          "12345678901234567890",
          10_000_000_000_000_000_001n,
          20
        ])
      }).pipe(Effect.provide(layer)))
  })
}
