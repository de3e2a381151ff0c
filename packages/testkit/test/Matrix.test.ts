/** The table of what adapters can do. */
import { assert, describe, it } from "@effect/vitest"
import * as Matrix from "@gatefold/testkit/Matrix"
import { Effect } from "effect"
import { subject as ecca } from "../../ecca/test/contract.ts"
import { subject as ecryptopay } from "../../ecryptopay/test/contract.ts"

const cellsOf = (row: string): ReadonlyArray<string> => row.split("|").slice(1, -1).map((cell) => cell.trim())

describe("the capability matrix", () => {
  it("names every operation and aspect that there is, each once", () => {
    assert.include(Matrix.paths, "invoices.create")
    assert.include(Matrix.paths, "invoices.getByReference")
    assert.include(Matrix.paths, "catalog.currencies")
    assert.strictEqual(new Set(Matrix.paths).size, Matrix.paths.length)
  })

  it.live("has a row for each of them and a column for each adapter, in the order that is asked for", () =>
    Effect.gen(function*() {
      const [head = "", rule = "", ...rows] = (yield* Matrix.table([ecryptopay, ecca])).split("\n")
      assert.deepStrictEqual(cellsOf(head), ["", "ecryptopay", "Ecca"])
      assert.deepStrictEqual(cellsOf(rule), ["---", "---", "---"])
      assert.deepStrictEqual(rows.map((row) => cellsOf(row)[0]), Matrix.paths.map((path) => `\`${path}\``))
      const cells = new Map(rows.map(cellsOf).map(([path, ...levels]) => [path, levels]))
      assert.deepStrictEqual(cells.get("`invoices.create`"), ["emulated", "native"])
      assert.deepStrictEqual(cells.get("`withdrawals.get`"), ["", "native"])
    }))

  it.live("says with which setting an operation comes that only a variant has", () =>
    Effect.gen(function*() {
      const column = yield* Matrix.column(ecca)
      assert.strictEqual(column.get("invoices.cancel"), "native with `ECCA_CANCEL_BODY`")
      assert.strictEqual(column.get("invoices.create"), "native")
      assert.isFalse(column.has("payments.create"))
    }))

  it.effect("tells what is declared where there is no simulator", () =>
    Effect.gen(function*() {
      const column = yield* Matrix.column({ ...ecryptopay, simulator: undefined })
      assert.strictEqual(column.get("payments.create"), "native")
      assert.isFalse(column.has("withdrawals.get"))
    }))
})
