import type { Wrong } from "../Wrong.ts"

export const repeats: ReadonlyArray<Wrong> = []
