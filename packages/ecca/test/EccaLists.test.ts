/**
 * Lists: page after page on demand, ended however the provider ends them, without doubles and without going on for ever.
 */
import { assert, describe, it } from "@effect/vitest"
import { type GatewayError, Identifiers, Invoice, type Invoices, Money, type Withdrawals } from "@gatefold/core"
import { Fault } from "@gatefold/core/Simulator"
import { Effect, Fiber, Stream } from "effect"
import { type Account, answering, envelope, open, order, type Setup } from "./support/EccaAccount.ts"
import * as Fixture from "./support/Fixture.ts"
import { reaches, settled } from "./support/RealTime.ts"

/** One of the two lists that the provider has, as items by name, newest first. */
interface List {
  readonly operation: string
  readonly path: string
  readonly nothing: string
  readonly fill: (account: Account, names: ReadonlyArray<string>) => Effect.Effect<void, GatewayError.GatewayError>
  readonly names: (account: Account, filter?: { readonly pageSize?: number }) => Stream.Stream<
    string,
    GatewayError.GatewayError
  >
  /** A page of the provider with one item. */
  readonly page: (item: object) => object
}

const lists: Readonly<Record<string, List>> = {
  invoices: {
    operation: "invoices.list",
    path: "/invoices",
    nothing: "INVOICE_NOT_FOUND",
    fill: ({ invoices }, names) => Effect.forEach(names, (name) => invoices.create(order(name)), { discard: true }),
    names: ({ invoices }, filter) => Stream.map(invoices.list(filter), ({ reference = "none" }) => reference),
    page: (item) => ({ data: [{ ...Fixture.json("invoices.list").data[0], status: "pending", ...item }] })
  },
  withdrawals: {
    operation: "withdrawals.list",
    path: "/withdrawals",
    nothing: "WITHDRAWALS_NOT_FOUND",
    fill: ({ sim }, names) =>
      Effect.orDie(Effect.forEach(names, (name) => sim.withdraw({ amount: "2.00", memo: name }), { discard: true })),
    names: ({ withdrawals }, filter) => Stream.map(withdrawals.list(filter), ({ memo = "none" }) => memo),
    page: (item) => ({ data: [{ ...Fixture.json("withdrawals.get").data, ...item }] })
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `item-${index + 1}`)

const pages = (account: Account, path: string) =>
  Effect.map(account.requests, (all) => all.filter((one) => one.startsWith(`GET ${path}?`)))

for (const [name, list] of Object.entries(lists)) {
  describe(`the list of ${name}`, () => {
    const setUp = Effect.fnUntraced(function*(count: number, setup?: Setup) {
      const account = yield* open(setup)
      yield* list.fill(account, numbered(count))
      return account
    })

    it.effect("that is empty is an empty stream", () =>
      Effect.gen(function*() {
        const account = yield* setUp(0)
        assert.deepStrictEqual(yield* Stream.runCollect(list.names(account)), [])
        assert.deepStrictEqual(yield* pages(account, list.path), [`GET ${list.path}?page=1`])
      }))

    it.effect("that is empty is an empty stream also where that is a coded 404, or an empty page", () =>
      Effect.gen(function*() {
        const account = yield* setUp(3)
        yield* answering(account, list.operation, envelope(list.nothing), 404)
        assert.deepStrictEqual(yield* Stream.runCollect(list.names(account)), [])
        yield* answering(account, list.operation, { successful: true, data: [] })
        assert.deepStrictEqual(yield* Stream.runCollect(list.names(account)), [])
      }))

    const failures = [
      ["a bare 404", "", 404, "InvalidResponse"],
      ["a 404 with a page", "<h1>Not Found</h1>", 404, "InvalidResponse"],
      ["a 404 with the code of something else", envelope("RATE_NOT_FOUND"), 404, "NotFound"],
      ["a 404 with a code that is not documented", envelope("MERCHANT_NOT_FOUND"), 404, "InvalidResponse"],
      ["a refusal", envelope("MERCHANT_BLOCKED"), 403, "Forbidden"],
      ["a page without data", { successful: true }, 200, "InvalidResponse"],
      ["data that is no list", { successful: true, data: {} }, 200, "InvalidResponse"]
    ] as const
    for (const [what, body, status, reason] of failures) {
      it.effect(`fails on ${what}, which is no end`, () =>
        Effect.gen(function*() {
          const account = yield* setUp(3)
          yield* answering(account, list.operation, body, status)
          const error = yield* Effect.flip(Stream.runCollect(list.names(account)))
          assert.deepStrictEqual([error.operation, error.reason._tag], [list.operation, reason])
        }))
    }

    it.effect("fails on the page that cannot be read, after what came before it", () =>
      Effect.gen(function*() {
        const account = yield* setUp(5)
        const seen: Array<string> = []
        const stream = list.names(account, { pageSize: 2 }).pipe(
          Stream.tap((item) =>
            Effect.suspend(() => {
              seen.push(item)
              return item === "item-4" ? account.sim.arm(Fault.EmptyBody(), { operation: list.operation }) : Effect.void
            })
          )
        )
        const error = yield* Effect.flip(Stream.runDrain(stream))
        assert.strictEqual(error.reason._tag, "InvalidResponse")
        assert.deepStrictEqual(seen, ["item-5", "item-4"])
      }))

    for (const [count, size] of [[1, 1], [2, 1], [4, 2], [5, 2], [20, 20], [21, 20], [3, 500]] as const) {
      it.effect(`of ${count} in pages of ${size} comes whole and in order, and ends with an empty page`, () =>
        Effect.gen(function*() {
          const account = yield* setUp(count)
          const all = yield* Stream.runCollect(list.names(account, { pageSize: size }))
          assert.deepStrictEqual(all, numbered(count).toReversed())
          const asked = Array.from(
            { length: Math.ceil(count / size) + 1 },
            (_, index) => `GET ${list.path}?page=${index + 1}&per_page=${size}`
          )
          assert.deepStrictEqual(yield* pages(account, list.path), asked)
        }))
    }

    it.effect("ends the same way where a page behind the last is a coded 404", () =>
      Effect.gen(function*() {
        const account = yield* setUp(3, { simulator: { emptyInvoiceList: "404" } })
        const all = yield* Stream.runCollect(list.names(account, { pageSize: 3 }))
        assert.deepStrictEqual(all, numbered(3).toReversed())
      }))

    it.effect("reads no page before it is wanted", () =>
      Effect.gen(function*() {
        const account = yield* setUp(6)
        const stream = list.names(account, { pageSize: 2 })
        assert.strictEqual((yield* pages(account, list.path)).length, 0)
        for (const [taken, read] of [[1, 1], [2, 1], [3, 2]] as const) {
          const before = (yield* pages(account, list.path)).length
          assert.strictEqual((yield* Stream.runCollect(Stream.take(stream, taken))).length, taken)
          assert.strictEqual((yield* pages(account, list.path)).length - before, read, `${taken} taken`)
        }
      }))

    it.effect("has each item once, whatever is added while it is read", () =>
      Effect.gen(function*() {
        const account = yield* setUp(6)
        const stream = list.names(account, { pageSize: 2 }).pipe(
          // each new item moves one of the page that was just read to the next one
          Stream.tap((item) =>
            item === "item-5" || item === "item-3" ? list.fill(account, [`new-${item}`]) : Effect.void
          )
        )
        const all = yield* Stream.runCollect(stream)
        assert.deepStrictEqual(all, numbered(6).toReversed())
      }))

    it.effect("goes on over a whole page of what was read before", () =>
      Effect.gen(function*() {
        const account = yield* setUp(6)
        const stream = list.names(account, { pageSize: 2 }).pipe(
          Stream.tap((item) => item === "item-5" ? list.fill(account, ["new-1", "new-2"]) : Effect.void)
        )
        assert.deepStrictEqual(yield* Stream.runCollect(stream), numbered(6).toReversed())
      }))

    it.effect("that gives one page again and again fails instead of going on for ever", () =>
      Effect.gen(function*() {
        const account = yield* setUp(0)
        yield* answering(account, list.operation, list.page({}), 200, { times: "always" })
        const seen: Array<string> = []
        const read = Stream.runForEach(list.names(account), (item) => Effect.sync(() => void seen.push(item)))
        const error = yield* Effect.flip(read)
        assert.strictEqual(error.operation, list.operation)
        assert.deepInclude(error.reason, {
          _tag: "InvalidResponse",
          path: "page",
          issue: "the list repeats itself and does not end"
        })
        assert.strictEqual(seen.length, 1)
        assert.strictEqual((yield* pages(account, list.path)).length, 4)
      }))

    it.effect("reads every field again each time: a stream is no snapshot", () =>
      Effect.gen(function*() {
        const account = yield* setUp(1)
        const stream = list.names(account)
        assert.strictEqual((yield* Stream.runCollect(stream)).length, 1)
        yield* list.fill(account, ["another"])
        assert.strictEqual((yield* Stream.runCollect(stream)).length, 2)
      }))

    for (const pageSize of [0, -1, 1.5, 501, Number.NaN, Number.POSITIVE_INFINITY]) {
      it.effect(`refuses pages of ${pageSize} before anything is sent`, () =>
        Effect.gen(function*() {
          const account = yield* setUp(0)
          const error = yield* Effect.flip(Stream.runCollect(list.names(account, { pageSize })))
          assert.strictEqual(error.operation, list.operation)
          assert.deepInclude(error.reason, {
            _tag: "InvalidRequest",
            field: "pageSize",
            issue: "a whole number from 1 to 500"
          })
          assert.deepStrictEqual(yield* account.requests, [])
        }))
    }
  })
}

describe("finished invoices of a list", () => {
  const histories = (account: Account) =>
    Effect.map(account.requests, (all) => all.filter((one) => one.endsWith("/webhooks")).length)

  /** As many paid invoices, the first of which was adjusted. */
  const setUp = Effect.fnUntraced(function*(count: number) {
    const account = yield* open()
    const invoices = yield* Effect.forEach(numbered(count), (name) => account.invoices.create(order(name)))
    yield* Effect.forEach(invoices, ({ id }) => account.sim.pay(id))
    yield* account.sim.adjust(invoices[0]?.id ?? "none")
    return account
  })

  it.effect("are read as completely as by themselves: one that was adjusted does not look paid", () =>
    Effect.gen(function*() {
      const account = yield* setUp(6)
      yield* account.invoices.create(order("open"))
      const all = yield* Stream.runCollect(account.invoices.list({ pageSize: 4 }))
      assert.deepStrictEqual(all.map(({ isAdjusted, reference }) => [`${reference}`, isAdjusted]), [
        ["open", false],
        ...numbered(6).toReversed().map((name) => [name, name === "item-1"])
      ])
      for (const invoice of all) {
        const alone = yield* account.invoices.get({ id: invoice.id })
        assert.strictEqual(Invoice.factKey(invoice), Invoice.factKey(alone))
      }
      const price = Money.makeUnsafe("1500.00", "UAH")
      assert.strictEqual(all.filter((invoice) => Invoice.covers(price, invoice)).length, 5)
    }))

  it.effect("cost a request each, and open ones and payments none", () =>
    Effect.gen(function*() {
      const account = yield* setUp(3)
      yield* account.invoices.create(order("open"))
      yield* Stream.runDrain(account.payments.list())
      assert.strictEqual(yield* histories(account), 0)
      yield* Stream.runDrain(account.invoices.list())
      assert.strictEqual(yield* histories(account), 3)
    }))

  it.effect("fail with their history: nobody may take one for not adjusted", () =>
    Effect.gen(function*() {
      const account = yield* setUp(2)
      yield* account.sim.arm(Fault.ErrorPage({ effect: "none" }), {
        operation: "webhookDeliveries.history",
        times: "always"
      })
      const error = yield* Effect.flip(Stream.runDrain(account.invoices.list()))
      assert.deepStrictEqual([error.operation, error.reason._tag], ["webhookDeliveries.history", "Unavailable"])
    }))

  it.effect("are read four at a time", () =>
    Effect.gen(function*() {
      const account = yield* setUp(8)
      yield* account.sim.arm(Fault.Timeout({ effect: "none" }), {
        operation: "webhookDeliveries.history",
        times: "always"
      })
      const fiber = yield* Effect.forkChild(Stream.runDrain(account.invoices.list()))
      yield* reaches("histories that are asked for", histories(account), 4)
      yield* settled
      assert.strictEqual(yield* histories(account), 4)
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("make no page be read before it is wanted", () =>
    Effect.gen(function*() {
      const account = yield* setUp(6)
      yield* Stream.runDrain(Stream.take(account.invoices.list({ pageSize: 2 }), 1))
      assert.strictEqual((yield* pages(account, "/invoices")).length, 1)
    }))
})

describe("filters of the list of invoices", () => {
  const asked: ReadonlyArray<readonly [Invoices.Filter, string]> = [
    [{}, "?page=1"],
    [{ status: "open" }, "?page=1&status=pending"],
    [{ status: "paid" }, "?page=1&status=success"],
    [{ status: "failed" }, "?page=1&status=fail"],
    [{ status: "expired" }, "?page=1&status=expired"],
    [{ status: "canceled" }, "?page=1&status=canceled"],
    [{ currency: "uah" }, "?page=1&currency=UAH"],
    [{ order: "newest first" }, "?page=1&order=desc"],
    [{ order: "oldest first" }, "?page=1&order=asc"],
    [
      { status: "open", currency: { code: "KZT" }, order: "oldest first", pageSize: 500 },
      "?page=1&per_page=500&status=pending&currency=KZT&order=asc"
    ]
  ]
  for (const [filter, query] of asked) {
    it.effect(`${JSON.stringify(filter)} in the provider's words`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* Stream.runDrain(account.invoices.list(filter))
        assert.deepStrictEqual(yield* account.requests, [`GET /invoices${query}`])
      }))
  }

  it.effect("are the provider's: what comes is what fits", () =>
    Effect.gen(function*() {
      const { invoices, sim } = yield* open()
      const paid = yield* invoices.create(order("order-1"))
      yield* invoices.create(order("order-2"))
      yield* sim.pay(paid.id)
      const found = yield* Stream.runCollect(invoices.list({ status: "paid" }))
      assert.deepStrictEqual(found.map(({ id }) => id), [paid.id])
    }))

  const refused: ReadonlyArray<readonly [Invoices.Filter, string]> = [
    [{ status: "processing" }, "status"],
    [{ status: "unknown" }, "status"],
    [{ currency: "" }, "currency"],
    [{ currency: "U AH" }, "currency"]
  ]
  for (const [filter, field] of refused) {
    it.effect(`${JSON.stringify(filter)} is refused before anything is sent`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        const { reason } = yield* Effect.flip(Stream.runCollect(account.invoices.list(filter)))
        assert.deepInclude(reason, { _tag: "InvalidRequest", field })
        assert.deepStrictEqual(yield* account.requests, [])
      }))
  }

  it.effect("of payments: none by status, which the provider has not", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const { reason } = yield* Effect.flip(Stream.runCollect(account.payments.list({ status: "paid" })))
      assert.deepInclude(reason, { _tag: "InvalidRequest", field: "status" })
      yield* Stream.runDrain(account.payments.list({ pageSize: 7 }))
      assert.deepStrictEqual(yield* account.requests, ["GET /invoices?page=1&per_page=7"])
    }))
})

describe("filters of the list of withdrawals", () => {
  const asked: ReadonlyArray<readonly [Withdrawals.Filter, string]> = [
    [{}, "?page=1"],
    [{ status: "pending" }, "?page=1&status=pending"],
    [{ status: "succeeded" }, "?page=1&status=success"],
    [{ status: "failed" }, "?page=1&status=failed"],
    [{ status: "canceled" }, "?page=1&status=cancelled"],
    [{ order: "oldest first", pageSize: 1 }, "?page=1&per_page=1&order=asc"]
  ]
  for (const [filter, query] of asked) {
    it.effect(`${JSON.stringify(filter)} in the provider's words`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        yield* Stream.runDrain(account.withdrawals.list(filter))
        assert.deepStrictEqual(yield* account.requests, [`GET /withdrawals${query}`])
      }))
  }

  for (const status of ["processing", "unknown"] as const) {
    it.effect(`${status}, for which the provider has no word, is refused before anything is sent`, () =>
      Effect.gen(function*() {
        const account = yield* open()
        const { reason } = yield* Effect.flip(Stream.runCollect(account.withdrawals.list({ status })))
        assert.deepInclude(reason, { _tag: "InvalidRequest", field: "status" })
        assert.deepStrictEqual(yield* account.requests, [])
      }))
  }
})

describe("ids in lists", () => {
  it.effect("of 20 digits that are numbers stay apart from one another", () =>
    Effect.gen(function*() {
      const account = yield* open()
      const item = { ...Fixture.json("invoices.list").data[0], status: "pending" }
      // a float cannot tell these two apart
      const ids = ["12345678901234567890", "12345678901234567891"]
      const data = ids.map((id) => JSON.stringify(item).replace(JSON.stringify(item.invoice_id), id))
      yield* answering(account, "invoices.list", `{"data":[${data.join(",")}]}`)
      const all = yield* Stream.runCollect(account.invoices.list())
      assert.deepStrictEqual(all.map(({ id }) => id), ids.map((id) => Identifiers.InvoiceId.make(id)))
    }))
})
