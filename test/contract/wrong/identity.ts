import type { Wrong } from "../Wrong.ts"

export const identity: ReadonlyArray<Wrong> = []
