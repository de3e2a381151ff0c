/**
 * What was lost, what is double, and which invoices nobody will ever be shown: a pure comparison of all books.
 */
import * as Order from "@gatefold/checkout/Order"
import * as Invoice from "@gatefold/core/Invoice"
import type { Books, Delivered } from "./Books.ts"
import * as Evidence from "./Evidence.ts"

export interface Findings {
  readonly lost: ReadonlyArray<string>
  readonly double: ReadonlyArray<string>
  /** Invoices of an account whose creates cannot be found out, owned by no attempt and shown to nobody. */
  readonly orphans: number
}

/** Accounts where a create of unknown outcome cannot be found out, so that it has to be given up. */
const unanswerable = new Set(["ecryptopay"])

type Owned = Order.Attempt & { readonly invoice: Invoice.Invoice }

interface Row {
  readonly order: Order.Order
  readonly attempt: Order.Attempt
  readonly name: string
}

/** Holds all books against each other. */
export const audit = (books: Books): Findings => {
  const rows = books.orders.flatMap((order) =>
    order.attempts.map((attempt): Row => ({ order, attempt, name: `${order.reference}/${attempt.number}` }))
  )
  const owned = rows.flatMap(({ attempt, name }) =>
    attempt.invoice === undefined ? [] : [{ name, key: keyOf(attempt) }]
  )
  const owners = Map.groupBy(owned, ({ key }) => key)
  const shown = new Set(books.evidence.shown.map(({ account, invoice }) => `${account}/${invoice}`))
  const nobodys = Object.entries(books.providers).flatMap(([account, entries]) =>
    entries.flatMap(({ id }) => owners.has(`${account}/${id}`) ? [] : [{ account, key: `${account}/${id}` }])
  )
  const isOrphan = ({ account, key }: typeof nobodys[number]) => unanswerable.has(account) && !shown.has(key)
  return {
    lost: [
      ...books.evidence.lost,
      ...nobodys.filter((one) => !isOrphan(one)).map(({ key }) => `${key}: an invoice that no attempt owns`),
      ...lostOrders(books),
      ...rows.flatMap((row) => lostStates(books, row)),
      ...lostWebhooks(books),
      ...lostChanges(books, rows),
      ...books.parked > 0 ? [`${books.parked} attempts whose changes are parked`] : []
    ],
    double: [
      ...books.evidence.double,
      ...doubleInstructions(books.evidence),
      ...[...owners].flatMap(([key, of]) =>
        of.length > 1 ? [`${key}: a payment that ${of.map(({ name }) => name).join(" and ")} own`] : []
      )
    ],
    orphans: nobodys.filter(isOrphan).length
  }
}

const keyOf = ({ account, invoice }: Order.Attempt): string => `${account}/${invoice?.id ?? ""}`

/** Whatever was acknowledged or shown is still there, and the same. */
const lostOrders = ({ evidence, orders }: Books): ReadonlyArray<string> => {
  const known = new Map(orders.map((order) => [String(order.reference), order]))
  const gone = [...evidence.orders].filter((reference) => !known.has(reference))
  const changed = evidence.shown.filter(({ account, attempt, invoice, reference }) => {
    const is = known.get(reference)?.attempts.find(({ number }) => number === attempt)
    return is === undefined || keyOf(is) !== `${account}/${invoice}`
  })
  return [
    ...gone.map((reference) => `${reference}: an order that was acknowledged`),
    ...changed.map(({ attempt, invoice, reference }) => `${reference}/${attempt}: invoice ${invoice}, which was shown`)
  ]
}

/** What the provider's books say of an attempt, the shop knows, and it has settled what it began. */
const lostStates = ({ evidence, providers }: Books, { attempt, name }: Row): ReadonlyArray<string> => {
  const { account, invoice, state } = attempt
  if (invoice === undefined) {
    return state === "abandoned" || state === "refused" ? [] : [`${name}: left ${state}`]
  }
  const entry = providers[account]?.find(({ id }) => id === invoice.id)
  const checks: ReadonlyArray<readonly [string, boolean]> = [
    [`${invoice.status}, and ${entry?.status ?? "nothing"} at ${account}`, invoice.status === entry?.status],
    ["an adjustment", !evidence.adjusted.has(invoice.id) || Invoice.conditions(invoice).includes("adjusted")],
    ["a reversal", !evidence.reversed.has(invoice.id) || invoice.isReversed],
    ["a cancellation", !evidence.canceled.has(name) || attempt.canceledAt !== undefined]
  ]
  return checks.flatMap(([what, holds]) => holds ? [] : [`${name}: ${what}`])
}

/** A signed webhook that was answered with 2xx was applied. The others are hints, and the states tell about them. */
const lostWebhooks = ({ evidence, inbox }: Books): ReadonlyArray<string> =>
  [...new Set(evidence.acknowledged.map(({ account, digest }) => `${account}/${digest}`))].flatMap((key) => {
    const became = inbox.get(key)
    if (key.startsWith("ecryptopay/") || became === "applied") return []
    return [`webhook ${key}: acknowledged, and ${became ?? "not stored"}`]
  })

/** Every change was delivered, in order, and the last one says what the shop knows. */
const lostChanges = ({ delivered, orders }: Books, rows: ReadonlyArray<Row>): ReadonlyArray<string> => {
  const byAttempt = Map.groupBy(delivered, ({ attempt, reference }) => Evidence.key(reference, attempt))
  return [
    ...rows.flatMap(({ attempt, name }) => lostOfAttempt(name, attempt, byAttempt.get(name) ?? [])),
    ...orders.flatMap((order) => lostMeanings(order, delivered))
  ]
}

const lostOfAttempt = (name: string, attempt: Order.Attempt, told: ReadonlyArray<Delivered>): ReadonlyArray<string> => {
  let newest = 0
  const found: Array<string> = []
  for (const { version } of told) {
    if (version > newest + 1) found.push(`${name}: change ${version} came right after ${newest}`)
    newest = Math.max(newest, version)
  }
  if (newest !== attempt.version) found.push(`${name}: ${attempt.version} changes, of which ${newest} were delivered`)
  const last = told.findLast(({ version }) => version === newest)
  if (last !== undefined && last.status !== attempt.invoice?.status) {
    found.push(`${name}: the last change said ${last.status}, and it is ${attempt.invoice?.status}`)
  }
  return found
}

/** What a shop acts upon was said in words. */
const lostMeanings = (order: Order.Order, delivered: ReadonlyArray<Delivered>): ReadonlyArray<string> => {
  const said = new Set(delivered.flatMap(({ kinds, reference }) => reference === order.reference ? kinds : []))
  const paid = order.attempts.filter((attempt): attempt is Owned => Order.isPaid(attempt))
  const wanted = paid.filter(({ canceledAt }) => canceledAt === undefined)
  const expected: ReadonlyArray<readonly [string, boolean]> = [
    ["paid", order.isCovered],
    ["paidTwice", wanted.length > 1],
    ["paidAfterCancel", paid.length > wanted.length],
    ["refundDue", order.refundDue.length > 0],
    ["needsReview", order.needsReview.length > 0]
  ]
  return expected.flatMap(([kind, isDue]) =>
    isDue && !said.has(kind) ? [`${order.reference}: "${kind}" was never said`] : []
  )
}

/** One attempt is shown as one instruction, whatever happens. */
const doubleInstructions = ({ shown }: Evidence.Evidence): ReadonlyArray<string> =>
  [...Map.groupBy(shown, ({ attempt, reference }) => Evidence.key(reference, attempt))].flatMap(([name, all]) => {
    const instructions = new Set(
      all.map(({ account, instruction, invoice }) => `${account}/${invoice} by ${instruction}`)
    )
    return instructions.size > 1 ? [`${name}: shown as ${[...instructions].join(" and as ")}`] : []
  })
