/**
 * How an attempt stands after one try to send it.
 */
import type { GatewayError } from "@gatefold/core/GatewayError"
import type { AccountPaused, NotOpened, OpenUnknown } from "../CheckoutError.ts"
import type * as Orders from "./orders.ts"

/** @internal */
export type Sent =
  /** Its invoice is known. */
  | { readonly _tag: "Opened"; readonly order: Orders.Loaded }
  /** It came to nothing; the next attempt may be opened. */
  | { readonly _tag: "Over"; readonly number: number; readonly reason: GatewayError | undefined }
  /** Another process is sending it. */
  | { readonly _tag: "Elsewhere" }
  /** Nothing is open. */
  | { readonly _tag: "Failed"; readonly error: NotOpened | OpenUnknown | AccountPaused }

/** @internal */
export const opened = (order: Orders.Loaded): Sent => ({ _tag: "Opened", order })

/** @internal */
export const over = (number: number, reason?: GatewayError): Sent => ({ _tag: "Over", number, reason })

/** @internal */
export const elsewhere: Sent = { _tag: "Elsewhere" }

/** @internal */
export const failure = (error: NotOpened | OpenUnknown | AccountPaused): Sent => ({ _tag: "Failed", error })
