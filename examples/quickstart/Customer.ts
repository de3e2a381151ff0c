/** The person who pays. In a shop it is a human with a browser or a wallet; here a simulator plays the part. */
import type { CheckoutAction } from "@gatefold/core/CheckoutAction"
import { Context, Effect } from "effect"

export class Customer extends Context.Service<Customer, {
  readonly sees: (action: CheckoutAction) => Effect.Effect<void>
}>()("quickstart/Customer") {}

/** The customer is shown what to do. */
export const sees = (action: CheckoutAction) => Effect.flatMap(Customer, (customer) => customer.sees(action))
