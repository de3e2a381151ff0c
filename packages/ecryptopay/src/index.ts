export * as Ecryptopay from "./Ecryptopay.ts"
export * as EcryptopayOptions from "./EcryptopayOptions.ts"
export * as EcryptopayWebhook from "./EcryptopayWebhook.ts"
