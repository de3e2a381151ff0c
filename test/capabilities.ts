/** The table of capabilities, from the descriptors: what the README shows. */
import * as Capability from "@gatefold/core/Capability"
import * as Ecca from "@gatefold/ecca/Ecca"
import * as Ecryptopay from "@gatefold/ecryptopay/Ecryptopay"

const providers = [Ecca.provider, Ecryptopay.provider]

/** Operations that an account has only with a setting. */
const conditional: Readonly<Record<string, string>> = { "ecca invoices.cancel": " with `ECCA_CANCEL_BODY`" }

const cell = (provider: (typeof providers)[number], path: string): string => {
  const level = Capability.levels(provider.capabilities).get(path)
  return level === undefined ? "" : `${level}${conditional[`${provider.id} ${path}`] ?? ""}`
}

const row = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

/** Every operation with its level at each provider, as Markdown. */
export const table = (): string => {
  const paths = Object.entries(Capability.services).flatMap(([service, { aspects, operations }]) =>
    [...Object.keys(operations), ...aspects].map((operation) => `${service}.${operation}`)
  )
  return [
    row(["", ...providers.map(({ name }) => name)]),
    row(["---", ...providers.map(() => "---")]),
    ...paths.map((path) => row([`\`${path}\``, ...providers.map((provider) => cell(provider, path))]))
  ].join("\n")
}
