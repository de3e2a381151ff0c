/**
 * The requests that reached a simulated provider, and how each of them ended.
 */
import type { RecordedRequest } from "@gatefold/core/Simulator"
import type * as Http from "node:http"

/** @internal */
export interface RequestLog {
  /** Notes a request; how it ended is noted when its response says so. */
  readonly add: (request: Omit<RecordedRequest, "ended">, response: Http.ServerResponse) => void
  /** All of them as they stand now, oldest first. */
  readonly snapshot: () => ReadonlyArray<RecordedRequest>
}

/** @internal */
export const make = (): RequestLog => {
  const requests: Array<RecordedRequest> = []
  return {
    add: (request, response) => {
      const index = requests.push({ ...request, ended: response.destroyed ? "abandoned" : undefined }) - 1
      const end = (ended: RecordedRequest["ended"]): void => {
        if (requests[index]?.ended === undefined) requests[index] = { ...request, ended }
      }
      // `finish` comes only after the last byte went out, and before `close`
      response.once("finish", () => end("answered"))
      response.once("close", () => end("abandoned"))
    },
    snapshot: () => [...requests]
  }
}
