/**
 * The only place where webhook events come from. It is closed to other packages.
 */
import type * as Invoice from "../Invoice.ts"
import { factKey } from "../Invoice.ts"
import type { Snapshot } from "../WebhookEvent.ts"

const proven = new WeakSet<object>()

let construct: (snapshot: Snapshot) => ProvenEvent

/** @internal The private field keeps look-alikes out at compile time, the set does at run time. */
export class ProvenEvent {
  readonly #snapshot: Snapshot
  static {
    // no static method: anybody who has an event could call it by way of its constructor
    construct = (snapshot) => new ProvenEvent(snapshot)
  }
  private constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot
  }
  /** What the event says, as data that can be stored. */
  get snapshot(): Snapshot {
    return this.#snapshot
  }
  /** The observation that the provider stands for: merge it into what is known. */
  get invoice(): Invoice.Invoice {
    return this.#snapshot.invoice
  }
  /** Equal for every webhook and poll that states the same fact: what to deduplicate by. */
  get key(): string {
    return factKey(this.#snapshot.invoice)
  }
}

// an event must not lead back to what makes events
Object.defineProperty(ProvenEvent.prototype, "constructor", { value: Object })

/** @internal Only for what was proven. */
export const prove = (snapshot: Snapshot): ProvenEvent => {
  const event = construct(snapshot)
  proven.add(event)
  Object.freeze(event)
  return event
}

/** @internal */
export const isProven = (u: unknown): u is ProvenEvent => typeof u === "object" && u !== null && proven.has(u)
