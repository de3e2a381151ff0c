/**
 * The names of an adapter, and where they stand in the template.
 */

/** @internal */
export interface Names {
  /** In settings of the program, addresses and file names: `acme-pay`. */
  readonly id: string
  /** In code: `AcmePay`. */
  readonly identifier: string
  /** What its variables begin with: `ACME_PAY`. */
  readonly prefix: string
  /** For people: `Acme Pay`. */
  readonly name: string
}

/** @internal */
export const isId = (text: string): boolean => /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u.test(text) && text.length <= 40

/** @internal Nothing that would end a text or a comment in the files that it is put in. */
export const isForPeople = (text: string): boolean => /^[\p{L}\p{N}][\p{L}\p{N} .&'+-]{0,59}$/u.test(text)

const capitalised = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)

/** @internal */
export const make = (id: string, name: string | undefined): Names => {
  const words = id.split("-").map(capitalised)
  return {
    id,
    identifier: words.join(""),
    prefix: id.toUpperCase().replaceAll("-", "_"),
    name: name ?? words.join(" ")
  }
}

/** The longest first, as one stands in the other. */
const replacements = ({ id, identifier, name, prefix }: Names): ReadonlyArray<readonly [string, string]> => [
  ["Template Pay", name],
  ["TEMPLATE", prefix],
  ["Template", identifier],
  ["template", id]
]

/** @internal */
export const inText = (names: Names, text: string): string => {
  const all = new Map(replacements(names))
  return text.replaceAll(/Template Pay|TEMPLATE|Template|template/gu, (word) => all.get(word) ?? word)
}

/** The template's own `package.json` would take it out of this package, and with it out of this package's types. */
const manifest = "manifest.json"

/** @internal */
export const inPath = (names: Names, file: string): string => file === manifest ? "package.json" : inText(names, file)

/** @internal Whether the adapter's names already mean something else in a file of the template. */
export const clashes = ({ id, identifier }: Names, file: string, text: string): boolean =>
  new RegExp(`\\b${identifier}\\b`, "u").test(text) ||
  file.split(/[/\\]/u).some((part) => part.toLowerCase() === `${identifier.toLowerCase()}.ts`) ||
  id === "simulator"
