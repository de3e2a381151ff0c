/**
 * How long a provider asks to wait.
 */
import { assert, describe, it } from "@effect/vitest"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { DateTime, Duration, Effect } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import * as TinyProvider from "./support/TinyProvider.ts"

const now = DateTime.makeUnsafe("2026-10-21T07:28:00Z")

/** What a caller is told who is refused with this header. */
const seconds = Effect.fnUntraced(function*(header: string | undefined) {
  yield* TestClock.setTime(DateTime.toEpochMillis(now))
  const headers = header === undefined ? {} : { "retry-after": header }
  const answer: HttpClient.HttpClient = HttpClient.make((request) =>
    Effect.succeed(HttpClientResponse.fromWeb(request, new Response("", { status: 429, headers })))
  )
  const { call } = yield* TinyProvider.connect("https://provider.example", { retry: RetryPolicy.once }).pipe(
    Effect.provideService(HttpClient.HttpClient, answer)
  )
  const { retryAfter } = yield* Effect.flip(call("read"))
  return retryAfter === undefined ? undefined : Duration.toSeconds(retryAfter)
})

describe("Retry-After", () => {
  const forms: ReadonlyArray<readonly [header: string | undefined, seconds: number | undefined]> = [
    ["0", 0],
    ["120", 120],
    [" 7 ", 7],
    ["999999999", 999_999_999],
    ["Wed, 21 Oct 2026 07:28:30 GMT", 30],
    ["Wednesday, 21-Oct-26 07:28:30 GMT", 30],
    ["Wed Oct 21 07:28:30 2026", 30],
    ["Wed, 21 Oct 2026 07:28:00 GMT", 0],
    ["Wed, 21 Oct 2026 07:27:59 GMT", 0],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    [undefined, undefined],
    ["", undefined],
    ["soon", undefined],
    ["-1", undefined],
    ["+1", undefined],
    ["1.5", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["9999999999", undefined],
    ["2026-10-21T07:28:30Z", undefined],
    ["Wed, 99 Oct 2026 07:28:30 GMT", undefined],
    ["Wed, nonsense", undefined],
    ["120, 60", undefined]
  ]
  for (const [header, expected] of forms) {
    it.effect(`"${header}" asks for ${expected === undefined ? "nothing" : `${expected} s`}`, () =>
      Effect.map(seconds(header), (told) => assert.strictEqual(told, expected)))
  }
})
