/**
 * A simulator of Template Pay: a real HTTP server on loopback that speaks its documented wire format.
 *
 * It is written from the documentation and shares no schema with the adapter. What Template Pay does not have is
 * `NotOffered`.
 */
import { type Simulator, SimulatorError } from "@gatefold/core/Simulator"
import * as MovableClock from "@gatefold/simulator/MovableClock"
import * as SimulatedServer from "@gatefold/simulator/SimulatedServer"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import * as Invoice from "./simulator/Invoice.ts"
import * as Ledger from "./simulator/Ledger.ts"
import * as Routes from "./simulator/Routes.ts"
import * as Webhooks from "./simulator/Webhooks.ts"

/** Starts a simulated Template Pay that stops when the scope closes, and posts no webhook by itself. */
export const make: Effect.Effect<Simulator, never, Scope.Scope> = Effect.gen(function*() {
  const clock = yield* MovableClock.make
  const now = Effect.map(clock.now, DateTime.toEpochMillis)
  const apiKey = randomUUID()
  const secret = randomUUID()
  const ledger = Ledger.make(now)
  const server = yield* SimulatedServer.make({
    routes: Routes.make({ ledger, apiKey }),
    notFound: Routes.notFound,
    unavailable: Routes.unavailable,
    now: clock.now
  })
  const simulator: Simulator = {
    ...server,
    ...Webhooks.make({ ledger, secret, now }),
    ...life(ledger),
    settings: {
      TEMPLATE_BASE_URL: server.url,
      TEMPLATE_API_KEY: apiKey,
      TEMPLATE_WEBHOOK_SECRETS: secret
    },
    books: Effect.map(ledger.all, (all) => all.map(bookEntry)),
    advance: clock.advance
  }
  return simulator
})

const bookEntry = ({ amount, currency, id, label, reference, status }: Invoice.Invoice) => ({
  id,
  reference,
  amount,
  currency,
  status,
  providerStatus: label ?? status
})

// invented: what can happen to an invoice, and what cannot
const life = (ledger: Ledger.Ledger) =>
  ({
    begin: (id) => Effect.asVoid(ledger.get(id)),
    pay: (id, share = "full") => ledger.change(id, Invoice.pay(share)),
    expire: (id) => ledger.change(id, Invoice.expire),
    fail: (id) => ledger.change(id, Invoice.end("failed")),
    cancel: (id) => ledger.change(id, Invoice.end("canceled")),
    relabel: (id, label) => ledger.change(id, Invoice.relabel(label)),
    adjust: () => notOffered("Template Pay documents no correction of an amount."),
    reverse: () => notOffered("Template Pay documents no way to take back a payment."),
    withdraw: () => notOffered("Template Pay documents no withdrawals.")
  }) satisfies Partial<Simulator>

const notOffered = (message: string) => Effect.fail(new SimulatorError({ reason: "NotOffered", message }))
