import type { Wrong } from "../Wrong.ts"

export const life: ReadonlyArray<Wrong> = []
