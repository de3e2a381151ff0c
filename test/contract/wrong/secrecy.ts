import type { Wrong } from "../Wrong.ts"

export const secrecy: ReadonlyArray<Wrong> = []
