import type { Wrong } from "../Wrong.ts"

export const withdrawals: ReadonlyArray<Wrong> = []
