export * as Ecca from "./Ecca.ts"
export * as EccaCustomer from "./EccaCustomer.ts"
export * as EccaOptions from "./EccaOptions.ts"
export * as EccaWebhook from "./EccaWebhook.ts"
