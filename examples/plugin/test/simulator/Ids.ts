/**
 * Identifiers like those of BTCPay Server: long, and not to be guessed.
 */
import { randomBytes } from "node:crypto"

/** Letters and digits only. */
export const make = (): string => randomBytes(16).toString("base64url").replaceAll(/[-_]/gu, "x")

/** The hash of a transaction. */
export const transaction = (): string => randomBytes(32).toString("hex")
