/**
 * Numbers that look random and are the same in every run.
 */

/** A well spread 64-bit number from several others (the finaliser of SplitMix64, once for each). */
export const mix = (...numbers: ReadonlyArray<bigint>): bigint => numbers.reduce((sum, one) => scramble(sum + one), 0n)

const scramble = (input: bigint): bigint => {
  const start = BigInt.asUintN(64, input + 0x9e3779b97f4a7c15n)
  const once = BigInt.asUintN(64, (start ^ (start >> 30n)) * 0xbf58476d1ce4e5b9n)
  const twice = BigInt.asUintN(64, (once ^ (once >> 27n)) * 0x94d049bb133111ebn)
  return twice ^ (twice >> 31n)
}
