import type { Wrong } from "../Wrong.ts"

export const money: ReadonlyArray<Wrong> = []
