import type { Wrong } from "../Wrong.ts"

export const answers: ReadonlyArray<Wrong> = []
