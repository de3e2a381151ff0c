import type { Wrong } from "../Wrong.ts"

export const ordering: ReadonlyArray<Wrong> = []
