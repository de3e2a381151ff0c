/**
 * Options are checked before anything runs: one that makes no sense would be noticed much later, by money that nobody saw.
 */
import * as Present from "@gatefold/core/Present"
import * as RetryPolicy from "@gatefold/core/RetryPolicy"
import { isSecure } from "@gatefold/core/SecureUrl"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidOptions } from "../CheckoutError.ts"
import { type CheckoutOptions, type Choices, standard } from "../CheckoutOptions.ts"

/** What is wrong with an option, if anything is. */
type Issue = string | undefined

const time = (input: Duration.Input): Issue =>
  Option.exists(Duration.fromInput(input), (given) => Duration.isFinite(given) && Duration.isPositive(given))
    ? undefined
    : "has to be a time above zero such as \"15 seconds\", or milliseconds"

const count = (given: number): Issue =>
  Number.isSafeInteger(given) && given >= 1 ? undefined : "has to be a whole number of at least 1"

const longEnough = (input: Duration.Input, least: Duration.Input): Issue =>
  time(input) ?? (Duration.isLessThan(Duration.fromInputUnsafe(input), Duration.fromInputUnsafe(least))
    ? `is too short for one try, which may take ${Duration.format(Duration.fromInputUnsafe(least))}`
    : undefined)

const unless = (holds: boolean, issue: string): Issue => holds ? undefined : issue

const issues = (options: CheckoutOptions, { attemptTimeout }: RetryPolicy.RetryPolicy) =>
  Present.only(
    {
      store: unless(typeof options.store === "string" && options.store.trim() !== "", "has to be a name"),
      webhooksAt: unless(
        options.webhooksAt === undefined || isSecure(options.webhooksAt),
        "has to be an absolute https URL such as \"https://shop.example\""
      ),
      staleAfter: time(options.staleAfter),
      watchEnded: time(options.watchEnded),
      readsPerMinute: count(options.readsPerMinute),
      lookEvery: time(options.lookEvery),
      callsWithin: longEnough(options.callsWithin, attemptTimeout),
      takeOverAfter: time(options.takeOverAfter),
      handlerTimeout: time(options.handlerTimeout),
      deliveryTries: count(options.deliveryTries),
      polls: unless(typeof options.polls === "boolean", "has to be true or false"),
      pollInterval: time(options.pollInterval),
      sweepInterval: options.sweepInterval === undefined ? undefined : time(options.sweepInterval)
    } satisfies Record<keyof CheckoutOptions, Issue>
  )

/** @internal The options that a checkout runs with: what was chosen, and for the rest what is standard. */
export const checkedOptions = (choices: Choices): Effect.Effect<CheckoutOptions, InvalidOptions> =>
  Effect.flatMap(RetryPolicy.Current, (policy) => {
    const options: CheckoutOptions = { ...standard, ...Present.only(choices) }
    const found = Object.entries(issues(options, policy ?? RetryPolicy.standard))
    return found.length === 0
      ? Effect.succeed(options)
      : Effect.fail(new InvalidOptions({ problems: found.map(([option, issue]) => ({ option, issue })) }))
  })
