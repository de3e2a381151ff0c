import type { Wrong } from "../Wrong.ts"

export const observability: ReadonlyArray<Wrong> = []
