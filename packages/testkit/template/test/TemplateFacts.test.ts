/**
 * Nothing that was invented is left: one failing test for each fact that has to come from Template Pay's documentation.
 *
 * Put the fact where the test says, in the code and in the simulator, and take its mark away. When none is left, take
 * this file away.
 */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

const mark = /^\s*(?:\/\/|"about":) "?invented: (.*?)"?,?$/u

const invented = ["src", "test"].flatMap((folder) =>
  readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:ts|json)$/u.test(name))
    .toSorted()
    .flatMap((name) =>
      readFileSync(`${root}/${folder}/${name}`, "utf8").split("\n").flatMap((line, index) => {
        const what = mark.exec(line)?.[1]
        return what === undefined ? [] : [{ what, where: `${folder}/${name}:${index + 1}` }]
      })
    )
)

describe("Template Pay's own facts", () => {
  for (const { what, where } of invented) {
    it(`${what} (${where})`, () => assert.fail(`still invented: read it up, and write it down at ${where}`))
  }

  it.runIf(invented.length === 0)("are all read up", () => assert.lengthOf(invented, 0))
})
