/**
 * A storm of webhooks over real HTTP: valid ones of both providers, each several times and in any order, among forged,
 * altered, oversized and malformed ones.
 */
import type { RawWebhook } from "@gatefold/core/RawWebhook"
import { Duration, Effect, Random } from "effect"
import { Agent, request } from "node:http"
import type { Database } from "./Databases.ts"
import * as Endpoint from "./Endpoint.ts"
import { eventually } from "./Eventually.ts"
import * as Shop from "./Shop.ts"

interface Post {
  readonly account: Shop.Account
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  /** What has to be answered. */
  readonly expected: number
}

/** What a storm came to. */
export interface Figures {
  readonly posts: number
  readonly answers: Readonly<Record<string, number>>
  /** Posts whose answer was not the one that they had to get. */
  readonly wronglyAnswered: number
  readonly orders: number
  /** Orders that are not in the state that their provider has on its books. */
  readonly lost: number
  /** Orders that were told more than once that they are paid, or whose webhook was applied more than once. */
  readonly double: number
  readonly peakMegabytes: number
  readonly grownMegabytes: number
  readonly millis: number
}

const text = (words: string) => new TextEncoder().encode(words)

const times = <A>(count: number, make: (index: number) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, index) => make(index))

/** Opens orders at both providers, pays most and lets the others run out. */
const prepare = Effect.fnUntraced(
  function*(shops: Record<Shop.Account, Shop.Shop>, providers: Shop.Providers, orders: number) {
    const opened = yield* Effect.forEach(
      times(orders, (index) => index),
      Effect.fnUntraced(function*(index) {
        const account: Shop.Account = index % 2 === 0 ? "ecca" : "ecryptopay"
        const reference = `storm-${index}`
        const order = account === "ecca" ? Shop.order(reference) : Shop.pesos(reference)
        const id = (yield* shops[account].checkout.open(order)).current?.invoice?.id ?? ""
        const isPaid = index % 5 !== 4
        yield* isPaid ? providers[account].pay(id) : providers[account].expire(id)
        return { account, reference, id, isPaid, webhook: yield* providers[account].webhook(id) }
      }),
      { concurrency: 8 }
    )
    return opened
  }
)

const valid = (account: Shop.Account, { body, headers }: RawWebhook): Post => ({
  account,
  body,
  headers,
  expected: 200
})

/** One of each kind of what must not get in. */
const hostile = Effect.fnUntraced(function*(
  { ecca }: Shop.Providers,
  genuine: RawWebhook,
  id: string
) {
  const altered = Uint8Array.from(genuine.body)
  const middle = Math.floor(altered.length / 2)
  altered[middle] = altered[middle] === 48 ? 49 : 48
  const forged = yield* ecca.forge(id)
  const noJson = yield* ecca.sign(text("no json"))
  const ofEcca = (body: Uint8Array, headers: Readonly<Record<string, string>>, expected: number): Post => ({
    account: "ecca",
    body,
    headers,
    expected
  })
  return [
    ofEcca(forged.body, forged.headers, 401),
    ofEcca(altered, genuine.headers, 401),
    ofEcca(genuine.body, {}, 401),
    ofEcca(new Uint8Array(70_000).fill(32), genuine.headers, 413),
    ofEcca(noJson.body, noJson.headers, 400),
    { account: "ecryptopay", body: text(`{"id":`), headers: {}, expected: 400 },
    { account: "ecryptopay", body: text(`{"id":99999999,"state":"pagado"}`), headers: {}, expected: 200 }
  ] satisfies ReadonlyArray<Post>
})

/** Half of the posts are valid, each webhook several times; the others are hostile. */
const compose = Effect.fnUntraced(function*(
  opened: Effect.Success<ReturnType<typeof prepare>>,
  providers: Shop.Providers,
  posts: number
) {
  const [first] = opened
  if (first === undefined) return []
  const bad = yield* hostile(providers, first.webhook, first.id)
  const half = Math.ceil(posts / 2)
  const all = [
    ...times(half, (index) => opened[index % opened.length] ?? first).map(({ account, webhook }) =>
      valid(account, webhook)
    ),
    ...times(posts - half, (index) => bad[index % bad.length]).flatMap((post) => post === undefined ? [] : [post])
  ]
  return yield* Random.shuffle(all)
})

const send = (shared: Agent, origin: string, { account, body, expected, headers }: Post) =>
  Effect.promise(() =>
    new Promise<number>((resolve) => {
      const { "content-length": _, connection: __, host: ___, ...kept } = headers
      // a server ends the connection on which it was sent too much: nobody else may be on it
      const agent = expected === 413 ? false : shared
      const sending = request(`${origin}/webhooks/${account}`, {
        agent,
        method: "POST",
        headers: { "content-type": "application/json", ...kept, "content-length": String(body.length) }
      })
      let status = 0
      sending.once("response", (response) => {
        status = response.statusCode ?? 0
        response.resume().once("close", () => resolve(status))
      })
      // a body that is too large may be cut off after its answer
      sending.once("error", () => resolve(status))
      sending.end(body)
    })
  )

/** As a provider does: what was not answered, since the connection had been given up meanwhile, is sent again. */
const deliver = (agent: Agent, origin: string, post: Post) =>
  Effect.repeat(send(agent, origin, post), { until: (status) => status !== 0, times: 3 })

const megabytes = () => process.memoryUsage().rss / 1_048_576

/** Watches memory for as long as `effect` runs. */
const measured = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const before = megabytes()
    let peak = before
    const timer = setInterval(() => {
      peak = Math.max(peak, megabytes())
    }, 20)
    return Effect.ensuring(
      Effect.map(effect, (value) => ({ value, peak: Math.round(peak), grown: Math.round(peak - before) })),
      Effect.sync(() => clearInterval(timer))
    )
  })

const tally = (statuses: ReadonlyArray<number>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** Lets a storm loose on two processes of a shop, and waits until it has settled. Polls are off. */
export const run = Effect.fnUntraced(function*(
  database: Database,
  { atOnce, orders, posts, settlesWithin }: {
    readonly posts: number
    readonly orders: number
    readonly atOnce: number
    readonly settlesWithin: Duration.Input
  }
) {
  const providers = yield* Shop.providers
  // hints are looked after by the sweeps, and are not what is measured here
  const options = { polls: false, pollInterval: "100 millis", readsPerMinute: 1_000_000 } as const
  const shops = {
    ecca: yield* Shop.start(providers, database, { options }),
    ecryptopay: yield* Shop.start(providers, database, { chosen: "ecryptopay", options })
  }
  const told: Array<string> = []
  yield* shops.ecca.checkout.changes(({ id, kinds }) =>
    Effect.sync(() => void (kinds.includes("paid") || kinds.includes("paidTwice") ? told.push(id) : 0))
  )
  const opened = yield* prepare(shops, providers, orders)
  const storm = yield* compose(opened, providers, posts)
  const origins = [yield* Endpoint.node(shops.ecca), yield* Endpoint.node(shops.ecryptopay)]
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const began = performance.now()
  const pending = Effect.gen(function*() {
    const states = yield* Effect.forEach(
      opened,
      Effect.fnUntraced(function*({ account, isPaid, reference }) {
        const { current, isCovered } = yield* shops[account].checkout.get(reference)
        return isPaid ? isCovered : current?.invoice?.status === "expired"
      })
    )
    return states.filter((isRight) => !isRight).length
  })
  const { grown, peak, value } = yield* measured(Effect.gen(function*() {
    const statuses = yield* Effect.forEach(
      storm,
      (post, index) => deliver(agent, origins[index % origins.length] ?? "", post),
      { concurrency: atOnce }
    )
    const unsettled = Effect.map(
      shops.ecca.sql`SELECT digest FROM gatefold_inbox WHERE settled_at IS NULL`,
      ({ length }) => length
    )
    const within = Duration.toMillis(settlesWithin)
    yield* eventually(unsettled, (count) => count === 0, within)
    const lost = yield* eventually(pending, (count) => count === 0, within)
    const millis = Math.round(performance.now() - began)
    const paid = opened.filter(({ isPaid }) => isPaid).length
    yield* eventually(Effect.sync(() => new Set(told).size), (count) => count >= paid, within)
    return { statuses, lost, millis }
  }))
  agent.destroy()
  const applied = yield* Effect.forEach(opened, ({ account, reference }) =>
    Effect.map(
      shops[account].checkout.history(reference),
      (facts) => facts.filter(({ invoice, source }) => source !== "create" && invoice !== undefined).length
    ))
  const twiceTold = new Set(told).size - new Set(told.map((id) => id.slice(0, id.lastIndexOf("/")))).size
  const figures: Figures = {
    posts: storm.length,
    answers: tally(value.statuses),
    wronglyAnswered: storm.filter(({ expected }, index) => value.statuses[index] !== expected).length,
    orders: opened.length,
    lost: value.lost,
    double: applied.filter((count) => count > 1).length + twiceTold,
    peakMegabytes: peak,
    grownMegabytes: grown,
    millis: value.millis
  }
  return figures
})
