import { assert, describe, it } from "@effect/vitest"
import { Identifiers, Reference } from "@gatefold/core"
import { Schema } from "effect"

/** Every text of up to so many of these letters. */
const texts = (letters: ReadonlyArray<string>, maxLength: number): ReadonlyArray<string> =>
  maxLength === 0 ? [""] : ["", ...texts(letters, maxLength - 1).flatMap((text) => letters.map((one) => one + text))]

describe("Reference: of an attempt", () => {
  it.each<[string, number, string]>([
    ["order-7", 1, "order-7"],
    ["order-7", 2, "order-7.2"],
    ["order-7", 10, "order-7.10"],
    ["_", 3, "_.3"],
    ["7", 2, "7.2"],
    ["7.2a", 1, "7.2a"],
    ["7.2-1", 2, "7.2-1.2"],
    ["7.", 2, "7..2"],
    ["2026.04.order", 3, "2026.04.order.3"],
    ["a".repeat(120), 1, "a".repeat(120)],
    ["a".repeat(118), 9, `${"a".repeat(118)}.9`]
  ])("of %s, number %i, is %s", (order, attempt, expected) => {
    assert.strictEqual<string | undefined>(Reference.ofAttempt(order, attempt), expected)
  })

  it.each<[string, number]>([
    ["order-7", 0],
    ["order-7", -1],
    ["order-7", 1.5],
    ["order-7", Number.NaN],
    ["order-7", Number.POSITIVE_INFINITY],
    ["order-7", 2 ** 53],
    ["a".repeat(121), 1],
    ["a".repeat(119), 2],
    ["", 1],
    ["", 2],
    ["order 7", 1],
    ["order/7", 2],
    ["7.2", 1],
    ["7.2", 2],
    ["7.02", 1],
    ["7.1", 1],
    ["7..2", 1],
    ["2026.04", 1]
  ])("of %j, number %d, does not exist", (order, attempt) => {
    assert.isUndefined(Reference.ofAttempt(order, attempt))
  })

  it("differs from every other attempt of the order", () => {
    const references = Array.from({ length: 200 }, (_, index) => Reference.ofAttempt("order-7", index + 1))
    assert.strictEqual(new Set(references).size, 200)
  })

  it("differs from every attempt of every other order, however alike they are", () => {
    const pairs = texts(["7", "2", "0", ".", "a"], 5).flatMap((order) =>
      [1, 2, 7, 20, 22, 72].map((attempt) => ({ order, attempt, reference: Reference.ofAttempt(order, attempt) }))
    )
    const owners = new Map<string, string>()
    for (const { attempt, order, reference } of pairs) {
      if (reference === undefined) continue
      assert.isUndefined(owners.get(reference), `${order}, number ${attempt}, is ${reference} like another`)
      owners.set(reference, `${order}, number ${attempt}`)
    }
    assert.isAbove(owners.size, 10_000)
  })
})

describe("Reference: text", () => {
  it.each(["order-7", "0", "-1", "_x", "A.b~C-d_9", "a".repeat(120)])("%j is one", (text) => {
    assert.isTrue(Schema.is(Identifiers.Reference)(text))
  })

  it.each(["", ".", "..", ".a", "~a", "a/b", "../a", "a b", " a", "a\n", "a?b", "a#b", "a%2fb", "é", "a".repeat(121)])(
    "%j would not stand in a path as it is",
    (text) => {
      assert.isFalse(Schema.is(Identifiers.Reference)(text))
    }
  )
})
