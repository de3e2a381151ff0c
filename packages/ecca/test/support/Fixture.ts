/**
 * The examples of the provider's documentation, copied as data.
 */
import { readFileSync } from "node:fs"

/** The text of an example. */
export const text = (name: string): string => readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8")

/** An example as JSON, of whatever shape it has. */
export const json = (name: string): ReturnType<typeof JSON.parse> => JSON.parse(text(name))
