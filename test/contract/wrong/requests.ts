import type { Wrong } from "../Wrong.ts"

export const requests: ReadonlyArray<Wrong> = []
