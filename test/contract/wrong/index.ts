/** Every adapter that is wrong on purpose. */
import type { Wrong } from "../Wrong.ts"
import { answers } from "./answers.ts"
import { currencies } from "./currencies.ts"
import { identity } from "./identity.ts"
import { interruption } from "./interruption.ts"
import { keys } from "./keys.ts"
import { life } from "./life.ts"
import { lists } from "./lists.ts"
import { lookUps } from "./lookUps.ts"
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
import { writes } from "./writes.ts"

export const all: ReadonlyArray<Wrong> = [
  ...identity,
  ...requests,
  ...answers,
  ...reads,
  ...money,
  ...currencies,
  ...outcomes,
  ...repeats,
  ...lookUps,
  ...writes,
  ...keys,
  ...webhooks,
  ...ordering,
  ...life,
  ...withdrawals,
  ...lists,
  ...interruption,
  ...secrecy,
  ...observability
]
