import type { Wrong } from "../Wrong.ts"

export const lists: ReadonlyArray<Wrong> = []
