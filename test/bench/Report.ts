/**
 * The figures as people and programs read them.
 */
import { readFileSync } from "node:fs"
import * as os from "node:os"
import type { Figure } from "./Figure.ts"

export interface Section {
  readonly title: string
  readonly figures: ReadonlyArray<Figure>
}

const manifest: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8")
)

const versions = [
  `Node.js ${process.versions.node}`,
  ...["effect", "tinybench", "zod", "stripe", "standardwebhooks"].map((name) =>
    `${name} ${manifest.dependencies[name]}`
  )
]

/** What was measured with, and when. */
export const circumstances = (command: string, at: Date): string => {
  const [cpu] = os.cpus()
  const machine = `${os.cpus().length} x ${cpu?.model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()}`
  return [`- ${at.toISOString().slice(0, 10)}, \`${command}\``, `- ${machine}`, `- ${versions.join(", ")}`].join("\n")
}

/** At most four digits tell something, and a whole number keeps all of its own. */
const shown = (value: number): string =>
  Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)))

const verdict = ({ met, target }: Figure): string =>
  target === null ? "" : met === null ? "not measured" : met ? "yes" : "**no**"

const line = (figure: Figure): string => {
  const peers = Object.entries(figure.peers).map(([name, value]) => `${name}: ${shown(value)}`).join(", ")
  const name = figure.note === undefined ? figure.name : `${figure.name} (${figure.note})`
  const ratio = figure.ratio === null ? "" : shown(figure.ratio)
  const cells = [name, figure.unit, shown(figure.ours), peers, ratio, figure.target ?? "", verdict(figure)]
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
}

const heads = ["what", "unit", "ours", "beside it", "ratio", "to reach", "reached"]

/** One table, as Markdown. */
export const table = ({ figures, title }: Section): string =>
  [
    `## ${title}`,
    "",
    `| ${heads.join(" | ")} |`,
    `| ${heads.map(() => "---").join(" | ")} |`,
    ...figures.map(line)
  ].join("\n")
