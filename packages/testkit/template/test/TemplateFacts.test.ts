/**
 * Nothing that was invented is left: one failing test for each file with facts that have to come from Template Pay's
 * documentation.
 *
 * Put each fact where the test says, in the code and in the simulator, and take its mark away. When none is left, take
 * this file away.
 */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

const mark = /^\s*(?:\/\/|"about": ")\s*invented: (.*?)(?:",)?$/u

const files = ["src", "test"].flatMap((folder) =>
  readdirSync(root + folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:ts|json)$/u.test(name))
    .map((name) => `${folder}/${name}`)
    .toSorted()
)

const inventedIn = (file: string): ReadonlyArray<string> =>
  readFileSync(root + file, "utf8").split("\n").flatMap((line, index) => {
    const what = mark.exec(line)?.[1]
    return what === undefined ? [] : [`${file}:${index + 1}: ${what}`]
  })

describe("nothing is invented", () => {
  for (const file of files) {
    it(`in ${file}`, () => {
      const invented = inventedIn(file)
      assert.isEmpty(invented, `read it up, write it down, and take the mark away:\n${invented.join("\n")}\n`)
    })
  }
})
