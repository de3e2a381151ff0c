import type { Wrong } from "../Wrong.ts"

export const interruption: ReadonlyArray<Wrong> = []
