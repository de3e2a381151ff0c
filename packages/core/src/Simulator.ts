/**
 * What every simulator of a payment provider can be asked to do.
 *
 * A simulator is a real HTTP server on loopback that speaks its provider's documented wire format. Tests, examples and
 * the contract suite drive it through this type alone, so that they hold for any provider. A simulator is written from
 * the provider's documentation and shares no schema with the adapter: the two must be able to disagree.
 */
import * as Data from "effect/Data"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as RawWebhook from "./RawWebhook.ts"
import type * as Withdrawal from "./Withdrawal.ts"

/** Whether the provider did what the request asked for before its answer went wrong. */
export type EffectAtProvider = "none" | "applied"

/**
 * One way in which an answer goes wrong, on the wire and not in a mock.
 *
 * `effect: "applied"` means that the request was handled (an invoice exists now) and only the answer is lost or spoilt.
 */
export type Fault = Data.TaggedEnum<{
  /** Nothing listens on the port, for every request, until `disarm`. `Match` does not apply. */
  readonly Refused: {}
  /** The connection is reset (TCP RST) without an answer. */
  readonly Reset: { readonly effect: EffectAtProvider }
  /** The connection is closed (TCP FIN) without an answer. */
  readonly Hangup: { readonly effect: EffectAtProvider }
  /** No answer ever comes; the connection stays open. */
  readonly Timeout: { readonly effect: EffectAtProvider }
  /** The real answer, but late. */
  readonly Delay: { readonly duration: Duration.Input }
  /** HTTP 429 with a `Retry-After` header (seconds, or an HTTP date); nothing took effect. */
  readonly RateLimited: { readonly retryAfter: string }
  /** The 503 that the provider documents, or a plain one where it documents none; nothing took effect. */
  readonly Unavailable: {}
  /** HTTP 500 with a page of HTML. */
  readonly ErrorPage: { readonly effect: EffectAtProvider }
  /** The real status with no body; the request took effect. */
  readonly EmptyBody: {}
  /** The real answer cut in the middle of its JSON, well framed; the request took effect. */
  readonly Truncated: {}
  /** A 200 whose JSON goes on for this many bytes; the request took effect. */
  readonly Oversized: { readonly bytes: number }
  /** The real answer one byte at a time, with this pause between two; the request took effect. */
  readonly SlowDrip: { readonly every: Duration.Input }
  /** HTTP 307 to another address; nothing took effect here. */
  readonly Redirect: { readonly to: string }
  /** The real answer with so much white space after it, so that only its size is wrong; the request took effect. */
  readonly Padded: { readonly bytes: number }
  /** Whatever is asked, the answer that the first such request got: a list that never gets on. */
  readonly Stuck: {}
  /** The real JSON labelled `text/html`; the request took effect. */
  readonly WrongContentType: {}
  /** Any answer, word for word. */
  readonly Answer: {
    readonly effect: EffectAtProvider
    readonly status: number
    readonly headers?: Readonly<Record<string, string>>
    readonly body: string
  }
}>

/** Constructors of `Fault`: `Fault.Reset({ effect: "applied" })`. */
export const Fault = Data.taggedEnum<Fault>()

/** Which API requests a fault is for: by default the next one, whatever it asks. */
export interface Match {
  /** Only requests that serve this operation, named as in spans: `invoices.create`, `payments.get`, `token`. */
  readonly operation?: string | undefined
  /** How many requests it spoils, default 1. */
  readonly times?: number | "always" | undefined
}

/** One request that reached the provider's API (the customer's hosted pages are not recorded). */
export interface RecordedRequest {
  readonly at: DateTime.Utc
  readonly method: string
  /** Path and query as sent. */
  readonly url: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The operations that this route serves, e.g. `["payments.create", "invoices.create"]`; empty for no route. */
  readonly operations: ReadonlyArray<string>
  /** How it ended: with an answer that was sent in full, or given up by either side; `undefined` while it is open. */
  readonly ended: "answered" | "abandoned" | undefined
}

/** What the provider has on its books for one attempt to collect money: the truth that tests compare with. */
export interface BookEntry {
  readonly id: string
  /** The merchant's reference, where the provider keeps one. */
  readonly reference: string | undefined
  /** The price, as the provider writes it. */
  readonly amount: string
  readonly currency: string
  readonly status: "open" | "processing" | "paid" | "failed" | "expired" | "canceled"
  /** The provider's own word for it. */
  readonly providerStatus: string
}

/** The simulator cannot do that: there is no such object, its state forbids it, or the provider knows no such thing. */
export class SimulatorError extends Data.TaggedError("SimulatorError")<{
  readonly reason: "NotFound" | "InvalidTransition" | "NotOffered"
  readonly message: string
}> {}

/** How a customer pays: what is due, less, or more. */
export type Share = "partial" | "full" | "over"

/** Changes a webhook on its way: one byte altered, a header dropped, the body written out again. */
export type Mangle = (webhook: RawWebhook.RawWebhook) => RawWebhook.RawWebhook

/** A withdrawal for the provider's books. */
export interface NewWithdrawal {
  /** What leaves, fees included, as the provider writes it. */
  readonly amount: string
  /** How far it is; default `pending`. */
  readonly status?: Exclude<Withdrawal.Status, "unknown"> | undefined
}

/** How the receiver answered a webhook: its HTTP status, or `undefined` when there was no answer in time. */
export interface Delivery {
  readonly status: number | undefined
}

/** A running simulator. Ids are the provider's own, as text. */
export interface Simulator {
  /** The origin it listens on, `http://127.0.0.1:PORT`. */
  readonly url: string
  /** The settings (by environment variable) under which the adapter reaches this simulator with valid credentials. */
  readonly settings: Readonly<Record<string, string>>
  /** Every API request so far, oldest first, faults included. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** Everything on the provider's books, oldest first. */
  readonly books: Effect.Effect<ReadonlyArray<BookEntry>>

  /** Spoils the next matching requests. Faults that are armed one after another are used up in that order. */
  readonly arm: (fault: Fault, match?: Match) => Effect.Effect<void>
  /** Takes back all faults; after `Refused`, listens again on the same port. */
  readonly disarm: Effect.Effect<void>

  /** The customer begins to pay: there is a payment now. Does nothing where an invoice has one from the start. */
  readonly begin: (id: string) => Effect.Effect<void, SimulatorError>
  /** The customer pays, also after expiry where the provider would take it. */
  readonly pay: (id: string, share?: Share) => Effect.Effect<void, SimulatorError>
  /** The window to pay runs out now. */
  readonly expire: (id: string) => Effect.Effect<void, SimulatorError>
  /** The customer's try to pay fails. */
  readonly fail: (id: string) => Effect.Effect<void, SimulatorError>
  /** The customer gives up. */
  readonly cancel: (id: string) => Effect.Effect<void, SimulatorError>
  /** The provider corrects the amount of a finished payment, to `amount` if it says to how much. */
  readonly adjust: (id: string, amount?: string) => Effect.Effect<void, SimulatorError>
  /** The provider takes back a success. */
  readonly reverse: (id: string) => Effect.Effect<void, SimulatorError>

  /**
   * The provider calls the object's state by this word from now on, which may be one that it documents nowhere. Where a
   * state is told by several fields, `axis` names one beside the status; without it the status is meant.
   */
  readonly relabel: (id: string, word: string, axis?: string) => Effect.Effect<void, SimulatorError>
  /** Puts a withdrawal on the books and tells its id. `relabel` takes this id too. */
  readonly withdraw: (withdrawal: NewWithdrawal) => Effect.Effect<string, SimulatorError>

  /** Where the account's webhooks go from now on (an address of this machine), `undefined` for nowhere. */
  readonly webhooksTo: (url: string | undefined) => Effect.Effect<void>
  /** The newest webhook about this object, as it is or would be sent; nothing is sent. */
  readonly webhook: (id: string, mangle?: Mangle) => Effect.Effect<RawWebhook.RawWebhook, SimulatorError>
  /** Sends the newest webhook about this object (again) and waits for the receiver's answer. */
  readonly deliver: (id: string, mangle?: Mangle) => Effect.Effect<Delivery, SimulatorError>
  /** A webhook with exactly this body, signed as the provider signs; `NotOffered` where it does not sign. */
  readonly sign: (body: Uint8Array) => Effect.Effect<RawWebhook.RawWebhook, SimulatorError>
  /** A webhook of the provider about something that no documentation names; nothing is sent. */
  readonly unknownEvent: Effect.Effect<RawWebhook.RawWebhook, SimulatorError>
  /** A webhook that the provider never made and that says "paid" of this id; nothing is sent. */
  readonly forge: (id: string) => Effect.Effect<RawWebhook.RawWebhook>

  /** Moves the provider's clock: what would have happened by then (expiry, stale quotes, retries) has happened. */
  readonly advance: (duration: Duration.Input) => Effect.Effect<void>
}
