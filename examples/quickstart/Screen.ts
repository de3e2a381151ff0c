/** What a person sees: coloured on a terminal, plain elsewhere. */
import { Console } from "effect"
import { styleText } from "node:util"

type Style = Parameters<typeof styleText>[0]

const paint = (style: Style, text: string): string =>
  process.stdout.isTTY && process.env["NO_COLOR"] === undefined ? styleText(style, text) : text

const width = 12

/** A provider's name and what is to be known of it at once. */
export const heading = (name: string, note: string) =>
  Console.log(`\n${paint(["bold", "cyan"], name)}  ${paint("dim", note)}`)

/** One fact. */
export const line = (label: string, text: string) => Console.log(`  ${paint("dim", label.padEnd(width))}${text}`)

/** Something is done. */
export const success = (text: string) => Console.log(`  ${paint("green", "✔".padEnd(width))}${paint("green", text)}`)

/** Something failed. */
export const failure = (text: string) => Console.log(`  ${paint("red", "✘".padEnd(width))}${paint("red", text)}`)

/** The last line: how many of each. */
export const summary = (paid: number, failed: number) =>
  Console.log(`\n${paint(failed === 0 ? "green" : "red", `${paid} checkouts paid, ${failed} failed`)}`)
