/**
 * Every way in which an answer can go wrong on the wire, with what is known afterwards.
 */
import { Fault } from "@gatefold/core/Simulator"

export interface Lane {
  readonly name: string
  readonly fault: Fault
  /**
   * `unreachable`: nothing arrived. `refused`: said no, in time. `lost`: no answer. `unreadable`: an answer without use.
   * `fine`: no harm done.
   */
  readonly kind: "unreachable" | "refused" | "lost" | "unreadable" | "fine"
  /** Whether the provider did what it was asked for. */
  readonly applied: boolean
  /** Whether only the time that passes ends the try. */
  readonly takesTime?: boolean
}

const lost = (applied: boolean): ReadonlyArray<Lane> => {
  const effect = applied ? "applied" : "none"
  const when = applied ? "after it took effect" : "before it took effect"
  return [
    { name: `a reset ${when}`, fault: Fault.Reset({ effect }), kind: "lost", applied },
    { name: `a hang-up ${when}`, fault: Fault.Hangup({ effect }), kind: "lost", applied },
    { name: `no answer ${when}`, fault: Fault.Timeout({ effect }), kind: "lost", applied, takesTime: true },
    { name: `HTTP 500 with a page ${when}`, fault: Fault.ErrorPage({ effect }), kind: "lost", applied },
    {
      name: `HTTP 502 with a page ${when}`,
      fault: Fault.Answer({
        effect,
        status: 502,
        body: "<h1>Bad Gateway</h1>",
        headers: { "content-type": "text/html" }
      }),
      kind: "lost",
      applied
    },
    {
      name: `a bare 404 ${when}`,
      fault: Fault.Answer({ effect, status: 404, body: "" }),
      kind: "unreadable",
      applied
    },
    {
      name: `a 200 with a page ${when}`,
      fault: Fault.Answer({ effect, status: 200, body: "<h1>Welcome</h1>" }),
      kind: "unreadable",
      applied
    }
  ]
}

export const all: ReadonlyArray<Lane> = [
  { name: "nobody who listens", fault: Fault.Refused(), kind: "unreachable", applied: false },
  ...lost(false),
  ...lost(true),
  { name: "429 with seconds", fault: Fault.RateLimited({ retryAfter: "0" }), kind: "refused", applied: false },
  {
    name: "429 with a date",
    fault: Fault.RateLimited({ retryAfter: "Thu, 01 Jan 1970 00:00:00 GMT" }),
    kind: "refused",
    applied: false
  },
  { name: "the documented 503", fault: Fault.Unavailable(), kind: "refused", applied: false },
  { name: "an empty body", fault: Fault.EmptyBody(), kind: "unreadable", applied: true },
  { name: "half an answer", fault: Fault.Truncated(), kind: "unreadable", applied: true },
  {
    name: "a redirect",
    fault: Fault.Redirect({ to: "https://elsewhere.example/" }),
    kind: "unreadable",
    applied: false
  },
  {
    name: "an answer that comes too late",
    fault: Fault.Delay({ duration: "20 seconds" }),
    kind: "lost",
    applied: true,
    takesTime: true
  },
  {
    name: "an answer that trickles",
    fault: Fault.SlowDrip({ every: "5 seconds" }),
    kind: "lost",
    applied: true,
    takesTime: true
  },
  { name: "JSON that is called a page", fault: Fault.WrongContentType(), kind: "fine", applied: true }
]
