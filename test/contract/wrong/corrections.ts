import { Money } from "@gatefold/core"
import { Adjustment } from "@gatefold/core/Settlement"
import { Result } from "effect"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as ecryptopay } from "../../../packages/ecryptopay/test/contract.ts"
import type { Wrong } from "../Wrong.ts"
import { rereading } from "./rereading.ts"

const price = Result.getOrThrow(Money.fromInput(ecca.order.price))

const nothing = Money.makeUnsafe("0.00", price.currency)

export const corrections: ReadonlyArray<Wrong> = [
  {
    name: "forgets corrections of what was paid",
    caughtBy: "adjustment-to-an-unknown-amount-does-not-cover",
    subject: rereading(ecca, () => ({ isAdjusted: false, adjustment: undefined }))
  },
  {
    name: "takes a correction for one to the price that was asked",
    caughtBy: "adjustment-to-less-does-not-cover",
    subject: rereading(
      ecca,
      ({ isAdjusted }) => isAdjusted ? { adjustment: new Adjustment({ amount: price }) } : {}
    )
  },
  {
    name: "tells the difference that a correction makes for the amount that is left",
    caughtBy: "adjustment-covers-only-if-enough",
    variant: "proof by signature",
    subject: rereading(
      ecca,
      ({ isAdjusted }) => isAdjusted ? { adjustment: new Adjustment({ amount: nothing }) } : {}
    )
  },
  {
    name: "forgets that a success was taken back",
    caughtBy: "reversal-does-not-cover",
    subject: rereading(ecryptopay, () => ({ isReversed: false }))
  }
]
