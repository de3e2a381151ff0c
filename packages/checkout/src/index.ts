export * as Change from "./Change.ts"
export * as Checkout from "./Checkout.ts"
export * as CheckoutError from "./CheckoutError.ts"
export * as CheckoutOptions from "./CheckoutOptions.ts"
export * as CheckoutWebhooks from "./CheckoutWebhooks.ts"
export * as Database from "./Database.ts"
export * as DeadLetter from "./DeadLetter.ts"
export * as Decision from "./Decision.ts"
export * as Difference from "./Difference.ts"
export * as Fact from "./Fact.ts"
export * as Migrations from "./Migrations.ts"
export * as Order from "./Order.ts"
export * as Plain from "./Plain.ts"
export {
  type Handler,
  type LogEntry,
  makeCheckout,
  type Options,
  type PromiseCheckout,
  type StartError
} from "./PromiseCheckout.ts"
