import type { Wrong } from "../Wrong.ts"

export const webhooks: ReadonlyArray<Wrong> = []
