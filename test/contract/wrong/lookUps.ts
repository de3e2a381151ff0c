import type { Subject } from "@gatefold/testkit/Subject"
import { Option, Predicate } from "effect"
import { UrlParams } from "effect/http"
import { subject as btcpay } from "../../../examples/plugin/test/contract.ts"
import { subject as ecca } from "../../../packages/ecca/test/contract.ts"
import { subject as template } from "../../../packages/testkit/template/test/contract.ts"
import type { Wrong } from "../Wrong.ts"
import { rewriting } from "./rewriting.ts"

/** Takes everything that a look-up gives for what it looked for: an answer says the reference in this field. */
const credulous = (subject: Subject, query: string, field: string): Subject =>
  rewriting(subject, (text, { urlParams }) => {
    const asked = Option.getOrUndefined(UrlParams.getFirst(urlParams, query))
    return asked === undefined ? text : text.replaceAll(new RegExp(`(?<="${field}":")[^"]*`, "gu"), asked)
  })

/** The same of Ecca, whose look-up has the reference in its path. */
const credulousEcca = rewriting(ecca, (text, { url }) => {
  const [, asked] = /\/invoices\/(order-[^/?]+)$/u.exec(url) ?? []
  return asked === undefined ? text : text.replace(/(?<="external_id":")[^"]*/u, asked)
})

const isOf = (invoice: unknown, reference: string): boolean =>
  Predicate.hasProperty(invoice, "metadata") && Predicate.hasProperty(invoice.metadata, "orderId") &&
  invoice.metadata.orderId === reference

/** Drops what has another reference before anybody counts it. */
const uncounting = rewriting(btcpay, (text, { urlParams }) => {
  const asked = Option.getOrUndefined(UrlParams.getFirst(urlParams, "orderId"))
  const all: unknown = asked === undefined ? undefined : JSON.parse(text)
  return Array.isArray(all) && asked !== undefined ? JSON.stringify(all.filter((one) => isOf(one, asked))) : text
})

export const lookUps: ReadonlyArray<Wrong> = [
  {
    name: "takes every invoice that a look-up gives for that of its reference",
    caughtBy: "look-up-is-of-its-reference",
    subject: credulous(btcpay, "orderId", "orderId")
  },
  {
    name: "takes every invoice that a look-up gives for that of its reference, as it was generated",
    caughtBy: "look-up-is-of-its-reference",
    subject: credulous(template, "reference", "reference"),
    right: template
  },
  {
    name: "does not look whose invoice it finds",
    caughtBy: "look-up-is-of-its-reference",
    subject: credulousEcca
  },
  {
    name: "looks first, and takes whatever it finds for the invoice of its order",
    caughtBy: "create-is-not-given-another-order",
    found: /a create whose look-up gives/u,
    subject: credulous(btcpay, "orderId", "orderId")
  },
  {
    name: "takes whatever it finds after a lost answer for the invoice of its order",
    caughtBy: "create-is-not-given-another-order",
    found: /a create whose answer is lost/u,
    subject: credulousEcca
  },
  {
    name: "takes a list that was cut off for a whole one",
    caughtBy: "cut-off-look-up-proves-nothing",
    subject: uncounting
  }
]
