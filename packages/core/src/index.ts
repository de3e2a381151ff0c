export * as RawWebhook from "./RawWebhook.ts"
export * as Simulator from "./Simulator.ts"
