/**
 * The merchant's account: its key, what is blocked or switched off, and refusals that were asked for.
 */
import type { Match } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import { type Code, Refusal } from "./Refusal.ts"

/** What can be wrong with an account or the platform, until it is set right again. */
export interface AccountState {
  /** `blocked`: every request is refused with `OWNER_BLOCKED`. */
  readonly owner: "active" | "blocked"
  /** `blocked`: `MERCHANT_BLOCKED`; `inactive`: `MERCHANT_NOT_ACTIVE`. */
  readonly merchant: "active" | "blocked" | "inactive"
  /** `none`: creating an invoice and choosing a method answer `NO_AVAILABLE_REQUISITES`. */
  readonly requisites: "available" | "none"
  /** `disabled`: the same two answer `DEALS_SYSTEM_DISABLED`. */
  readonly deals: "enabled" | "disabled"
  /** What the currencies endpoint answers: the rates, or the `RATE…` code of this name. */
  readonly rates: "current" | "RATES_UNAVAILABLE" | "RATES_INVALID" | "RATE_INVALID" | "RATE_NOT_FOUND"
}

interface AskedRefusal {
  readonly code: Code
  readonly operation: string | undefined
  remaining: number
}

export interface Account {
  readonly state: () => AccountState
  readonly set: (patch: Partial<AccountState>) => void
  /** Where webhooks go for invoices that named no URL. */
  readonly callback: () => string | undefined
  readonly webhooksTo: (url: string | undefined) => void
  /** The old key is invalid at once [AUTH]. */
  readonly rotateKey: (key: string) => void
  readonly refuseWith: (code: Code, match?: Match) => void
  /** Checks the key, then what blocks the account, then the refusals that were asked for. */
  readonly admit: (key: string | undefined, operations: ReadonlyArray<string>) => Effect.Effect<void, Refusal>
}

export const make = (options: { readonly apiKey: string; readonly callback: string | undefined }): Account => {
  let key = options.apiKey
  let callback = options.callback
  let asked: Array<AskedRefusal> = []
  let state: AccountState = {
    owner: "active",
    merchant: "active",
    requisites: "available",
    deals: "enabled",
    rates: "current"
  }

  const takeAsked = (operations: ReadonlyArray<string>): Code | undefined => {
    const found = asked.find(({ operation }) => operation === undefined || operations.includes(operation))
    if (found === undefined) return undefined
    found.remaining -= 1
    asked = asked.filter(({ remaining }) => remaining > 0)
    return found.code
  }

  return {
    state: () => state,
    set: (patch) => {
      state = { ...state, ...patch }
    },
    callback: () => callback,
    webhooksTo: (url) => {
      callback = url
    },
    rotateKey: (next) => {
      key = next
    },
    refuseWith: (code, match) => {
      const times = match?.times ?? 1
      const remaining = times === "always" ? Number.POSITIVE_INFINITY : times
      if (remaining > 0) asked.push({ code, operation: match?.operation, remaining })
    },
    admit: (given, operations) =>
      Effect.suspend(() => {
        const code = keyProblem(key, given) ?? blockOf(state) ?? takeAsked(operations)
        return code === undefined ? Effect.void : Effect.fail(new Refusal({ code }))
      })
  }
}

const keyProblem = (key: string, given: string | undefined): Code | undefined => {
  if (given === undefined || given === "") return "API_KEY_MISSING"
  return given === key ? undefined : "API_KEY_INVALID"
}

const blockOf = ({ merchant, owner }: AccountState): Code | undefined => {
  if (owner === "blocked") return "OWNER_BLOCKED"
  if (merchant === "blocked") return "MERCHANT_BLOCKED"
  return merchant === "inactive" ? "MERCHANT_NOT_ACTIVE" : undefined
}

/** Why no deal can be made now. */
export const unavailability = ({ deals, requisites }: AccountState): Code | undefined => {
  if (deals === "disabled") return "DEALS_SYSTEM_DISABLED"
  return requisites === "none" ? "NO_AVAILABLE_REQUISITES" : undefined
}
