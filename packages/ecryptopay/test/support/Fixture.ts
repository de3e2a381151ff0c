/**
 * The documented answers, word for word, built from the field tables of the provider's page (edition of 2022-11-03). The
 * words for states are not documented: `estado_uno` and `estado_dos` are what the tests say they are.
 */
import { Fault } from "@gatefold/core/Simulator"
import { readFileSync } from "node:fs"

/** The text of an answer. */
export const text = (name: "created" | "list" | "payment" | "token" | "webhook"): string =>
  readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8")

/** Answers with it. */
export const answer = (name: Parameters<typeof text>[0], status = 200) => json(text(name), status)

/** Answers with this JSON. */
export const json = (body: string, status = 200): Fault => Fault.Answer({ effect: "none", status, body })

/** What the words of the fixtures mean. */
export const states = { open: ["estado_uno"], paid: ["estado_dos"] }
