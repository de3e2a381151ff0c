/**
 * Every case of the contract, in the order of the groups.
 */
import type * as Case from "../../Case.ts"
import { answers } from "./answers.ts"
import { identity } from "./identity.ts"
import { interruption } from "./interruption.ts"
import { life } from "./life.ts"
import { lists } from "./lists.ts"
import { money } from "./money.ts"
import { observability } from "./observability.ts"
import { ordering } from "./ordering.ts"
import { outcomes } from "./outcomes.ts"
import { reads } from "./reads.ts"
import { repeats } from "./repeats.ts"
import { requests } from "./requests.ts"
import { secrecy } from "./secrecy.ts"
import { webhooks } from "./webhooks.ts"
import { withdrawals } from "./withdrawals.ts"

/** @internal */
export const cases: ReadonlyArray<Case.Case> = [
  ...identity,
  ...requests,
  ...answers,
  ...reads,
  ...money,
  ...outcomes,
  ...repeats,
  ...webhooks,
  ...ordering,
  ...life,
  ...withdrawals,
  ...lists,
  ...interruption,
  ...secrecy,
  ...observability
]
