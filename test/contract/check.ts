/** Runs the case that is meant for a wrong adapter, on it and on nothing else. */
import * as AdapterContract from "@gatefold/testkit/AdapterContract"
import { Effect } from "effect"
import type { Wrong } from "./Wrong.ts"

/** What the case that is meant for it found, or `undefined` where it let the mistake pass. */
export const caught = ({ caughtBy, subject, variant = "default" }: Wrong): Effect.Effect<string | undefined> =>
  Effect.map(AdapterContract.check(subject, { only: [caughtBy], variant }), (results) => {
    const failed = results.flatMap(({ outcome }) => outcome._tag === "Failed" ? [outcome.found] : [])
    return failed[0]
  })
