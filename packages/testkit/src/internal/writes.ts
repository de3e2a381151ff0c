/**
 * The writes that there are, alike: how each is made once more, and how it is known what became of it.
 */
import type { Path } from "@gatefold/core/Capability"
import type { GatewayError } from "@gatefold/core/GatewayError"
import { InvoiceId } from "@gatefold/core/Identifiers"
import type * as Money from "@gatefold/core/Money"
import type { NewInvoice } from "@gatefold/core/NewInvoice"
import type { BookEntry, EffectAtProvider } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import type { Adapter, World } from "../World.ts"
import { isMade } from "./creating.ts"

/** @internal What a write gave. */
export interface Given {
  readonly id: string
  /** What the answer says that it costs, where the model has a place for that. */
  readonly prices: ReadonlyArray<Money.Money | undefined>
}

/** @internal One of the writes that may have happened although nobody answered. */
export interface Write {
  readonly path: Path
  /** In sentences and in ids of cases. */
  readonly noun: "create" | "payment" | "resend"
  readonly needs: readonly [Path, ...ReadonlyArray<Path>]
  /** Whether money is collected by it. */
  readonly isCritical: boolean
  /** What happens where it happens twice. */
  readonly twice: string
  /** Gets what another one needs, and gives the call. */
  readonly next: (world: World) => Effect.Effect<Effect.Effect<Given, GatewayError>, unknown>
  /** Whether a success is one, after an answer that went wrong at this point. */
  readonly isTrue: (gave: Given, made: ReadonlyArray<BookEntry>, effect: EffectAtProvider) => boolean
}

/** @internal A write that asks somebody for money. */
export interface Ask extends Write {
  readonly ask: (adapter: Adapter, order: NewInvoice) => Effect.Effect<Given, GatewayError>
  /** What a read says that it costs, where the model has a place for that. */
  readonly prices: (adapter: Adapter, id: string) => Effect.Effect<ReadonlyArray<Money.Money | undefined>, GatewayError>
}

type Asking = Pick<Ask, "path" | "noun" | "ask" | "prices">

const asking = (parts: Asking): Ask => ({
  ...parts,
  needs: [parts.path],
  isCritical: true,
  twice: "The customer is asked to pay the same order twice, and some pay twice.",
  next: ({ adapter, order }) => Effect.sync(() => parts.ask(adapter, order())),
  isTrue: isMade
})

const givenBy = ({ id, price }: { readonly id: InvoiceId; readonly price: Money.Money | undefined }): Given => ({
  id,
  prices: [price]
})

const create: Ask = asking({
  path: "invoices.create",
  noun: "create",
  ask: ({ invoices }, order) => Effect.map(Effect.suspend(() => invoices.create(order)), givenBy),
  prices: ({ gateway, invoices }, id) =>
    gateway.capabilities.has("invoices.get")
      ? Effect.map(invoices.get({ id: InvoiceId.make(id) }), ({ price }) => [price])
      : Effect.succeed([])
})

/** A payment says what is due in the asset that it is paid in, and not what it costs. */
const payment: Ask = asking({
  path: "payments.create",
  noun: "payment",
  ask: ({ payments }, { payWith, price }) =>
    Effect.map(Effect.suspend(() => payments.create({ price, payWith })), ({ id }): Given => ({ id, prices: [] })),
  prices: () => Effect.succeed([])
})

const resend: Write = {
  path: "webhookDeliveries.resend",
  noun: "resend",
  needs: ["webhookDeliveries.resend", "invoices.create"],
  isCritical: false,
  twice: "A receiver that counts on one webhook gets two, and the provider counts both against the account.",
  next: ({ adapter, order, simulator }) =>
    Effect.map(Effect.tap(adapter.invoices.create(order()), ({ id }) => simulator.pay(id)), ({ id }) =>
      Effect.map(
        Effect.suspend(() => adapter.webhookDeliveries.resend(id)),
        ({ event }): Given => ({ id: event, prices: [] })
      )),
  isTrue: (_gave, _made, effect) => effect === "applied"
}

/** @internal Every write that asks for money. */
export const asks: ReadonlyArray<Ask> = [create, payment]

/** @internal Every write whose outcome can be unknown, but for cancels, which tell themselves. */
export const writes: ReadonlyArray<Write> = [...asks, resend]

/** @internal One that goes well, after which the connection has signed in. */
export const signIn = ({ isCritical, next }: Write, world: World): Effect.Effect<void, unknown> => {
  const call = Effect.flatten(next(world))
  // an account may have nowhere to send a webhook to
  return isCritical ? Effect.asVoid(call) : Effect.ignore(call)
}

/** @internal An id of a case: those about invoices came first and have none of it. */
export const idFor = ({ noun }: Write, ofCreate: string): string => noun === "create" ? ofCreate : `${noun}-${ofCreate}`
