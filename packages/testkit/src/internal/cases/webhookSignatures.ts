/**
 * G. A signature covers every byte, and nothing that was not signed is believed.
 */
import * as Effect from "effect/Effect"
import * as Case from "../../Case.ts"
import { unlessEqual } from "../../Violation.ts"
import {
  altered,
  believed,
  opened,
  paid,
  rejected,
  signatureHeaders,
  take,
  text,
  unlessSigned,
  withBody,
  withSignature
} from "../webhook.ts"

const needs = ["invoices.create", "webhookEvents.receive"] as const

const look = "Prove webhooks with core's `Webhooks.make` and a `WebhookSignature` scheme over the raw bytes."

const forgery = "Whoever knows the address of the webhook could have an order delivered that nobody paid."

/** What no scheme takes for a signature. */
const malformed: ReadonlyArray<readonly [string, (signature: string) => string | undefined]> = [
  ["without its signature header", () => undefined],
  ["with an empty signature", () => ""],
  ["with a blank signature", () => "  "],
  ["with one character for a signature", () => "x"],
  ["with a word for a signature", () => "undefined"],
  ["with half of its signature", (signature) => signature.slice(0, signature.length / 2)],
  ["with the first 8 characters of its signature", (signature) => signature.slice(0, 8)],
  ["with a signature in letters of no encoding", (signature) => "ÿ~".repeat(signature.length / 2)],
  ["with a signature of 100,000 digits", () => "0".repeat(100_000)]
]

/** What a lenient reader may take for the signature that is in it. */
const odd: ReadonlyArray<readonly [string, (signature: string) => string]> = [
  ["with one character too many in its signature", (signature) => `${signature}0`],
  ["with one character missing in its signature", (signature) => signature.slice(0, -1)],
  ["with a letter of no encoding after its signature", (signature) => `${signature}~`],
  ["with its signature header sent twice", (signature) => `${signature}, ${signature}`],
  ["with another signature before its own", (signature) => `${altered(signature)}, ${signature}`]
]

/** @internal */
export const webhookSignatures = Case.group("G", [
  {
    id: "webhook-of-wrong-secret-is-rejected",
    name: "a webhook that is signed with another secret is rejected",
    why: forgery,
    look,
    isCritical: true,
    needs,
    unless: unlessSigned,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      const { id } = yield* opened(world)
      yield* rejected(
        adapter,
        "a webhook about an open invoice, signed with a wrong secret,",
        yield* simulator.forge(id)
      )
      yield* simulator.pay(id)
      yield* rejected(
        adapter,
        "a webhook about a paid invoice, signed with a wrong secret,",
        yield* simulator.forge(id)
      )
    })
  },
  {
    id: "webhook-without-proper-signature-is-rejected",
    name: "a webhook without a signature, or with something else in its place, is rejected and nothing worse",
    why: `${forgery} An odd header that makes the receiver die keeps genuine webhooks out, too.`,
    look: `${look} A comparison in constant time throws for different lengths: check the length first.`,
    isCritical: true,
    needs,
    unless: unlessSigned,
    run: Effect.fnUntraced(function*(world) {
      const { webhook } = yield* paid(world)
      const names = yield* signatureHeaders(world.simulator)
      for (const [how, change] of malformed) {
        yield* rejected(world.adapter, `a genuine webhook ${how}`, withSignature(webhook, names, change))
      }
      for (const [how, change] of odd) {
        yield* take(world.adapter, `a genuine webhook ${how}`, withSignature(webhook, names, change))
      }
      yield* rejected(
        world.adapter,
        "a webhook without any header",
        withSignature(webhook, Object.keys(webhook.headers), () => undefined)
      )
    })
  },
  {
    id: "webhook-signature-is-compared-whole",
    name: "a signature that only begins like the right one is rejected",
    why: "A beginning can be found by trying. Whoever has it could have any order delivered.",
    look: "Compare all bytes of the signature; core's `WebhookSignature` does, in constant time.",
    isCritical: true,
    needs,
    unless: unlessSigned,
    run: Effect.fnUntraced(function*(world) {
      const { webhook } = yield* paid(world)
      const names = yield* signatureHeaders(world.simulator)
      const what = "a genuine webhook whose signature is right in its first half and wrong in its second"
      yield* rejected(world.adapter, what, withSignature(webhook, names, altered))
    })
  },
  {
    id: "webhook-of-two-signatures-is-not-half-believed",
    name: "a signature header that was sent twice proves nothing that neither signature covers",
    why: "A replayed header beside a made-up one would pass for proof of any body.",
    look: "A header that came twice is joined by a comma; see `RawWebhook`. Take it as one text, or check each part.",
    isCritical: true,
    needs,
    unless: unlessSigned,
    run: Effect.fnUntraced(function*(world) {
      const { adapter, simulator } = world
      const { webhook } = yield* paid(world)
      const names = yield* signatureHeaders(simulator)
      const other = yield* opened(world)
      const forged = yield* simulator.forge(other.id)
      for (const [first, second] of [[webhook, forged], [forged, webhook], [forged, forged]] as const) {
        const headers = Object.fromEntries(
          names.map((name) => [name, `${first.headers[name] ?? ""}, ${second.headers[name] ?? ""}`])
        )
        const joined = withBody({ ...forged, headers: { ...webhook.headers, ...headers } }, forged.body)
        yield* rejected(adapter, "a forged body with two signatures of which none covers it", joined)
      }
    })
  },
  {
    id: "webhook-of-altered-body-is-rejected",
    name: "a body in which a single byte was altered, added or taken away is rejected",
    why: "A genuine webhook about one order could be turned into one about another, or about another amount.",
    look,
    isCritical: true,
    needs,
    unless: unlessSigned,
    run: Effect.fnUntraced(function*(world) {
      const { webhook } = yield* paid(world)
      const { body } = webhook
      const last = body.length - 1
      const places = Array.from({ length: 13 }, (_, index) => Math.floor((last * index) / 12))
      for (const place of places) {
        const changed = body.map((byte, index) => index === place ? byte ^ 1 : byte)
        yield* rejected(world.adapter, `a signed body in which byte ${place} was altered`, withBody(webhook, changed))
      }
      const bodies = { "a line feed was added": `${text(webhook)}\n`, "the last byte is missing": body.slice(0, last) }
      for (const [how, changed] of Object.entries(bodies)) {
        yield* rejected(world.adapter, `a signed body in which ${how}`, withBody(webhook, changed))
      }
    })
  },
  {
    id: "webhook-of-rewritten-body-is-rejected",
    name: "a body that was parsed and written out again is not what was signed",
    why: "What is checked would not be what was sent: a receiver that normalises JSON can be shown two bodies in one.",
    look: "Sign and compare the raw bytes, never a parsed body that was written out again.",
    isCritical: true,
    needs,
    unless: unlessSigned,
    run: Effect.fnUntraced(function*(world) {
      const { webhook } = yield* paid(world)
      for (const rewritten of rewritings(text(webhook))) {
        yield* rejected(world.adapter, "a body that was written out again", withBody(webhook, rewritten))
      }
    })
  },
  {
    id: "webhook-of-spaced-body-is-accepted",
    name: "a body with unusual white space is accepted when it was signed like that",
    why: "A provider that writes its JSON in another way would have every webhook rejected.",
    look: "Sign and compare the raw bytes, never a parsed body that was written out again.",
    needs,
    unless: unlessSigned,
    run: Effect.fnUntraced(function*(world) {
      const { id, webhook } = yield* paid(world)
      const spaced = ` \r\n${text(webhook).replaceAll(/(?<=^\{|,)(?=")/gu, "\n\t ")} \n`
      const signed = yield* world.simulator.sign(new TextEncoder().encode(spaced))
      const { invoice } = yield* believed(world.adapter, "a signed body with white space in it", signed)
      yield* unlessEqual("the invoice that it is about", invoice.id, id)
    })
  }
])

/** The same JSON in other bytes. */
const rewritings = (body: string): ReadonlyArray<string> => {
  const value: unknown = JSON.parse(body)
  return [JSON.stringify(value), JSON.stringify(value, undefined, 2), ` ${body}`].filter((one) => one !== body)
}
