/**
 * What callers without types may give to a checkout of promises, and what they are told.
 */
import { afterAll, assert, beforeAll, describe, expectTypeOf, it } from "@effect/vitest"
import {
  type Checkout,
  CheckoutError,
  type Options,
  type Order,
  type Plain,
  type PromiseCheckout
} from "@gatefold/checkout"
import type { Effect, Stream } from "effect"
import { databases } from "./support/Databases.ts"
import * as PlainShop from "./support/PlainShop.ts"
import { order } from "./support/Shop.ts"

const price = { amount: "250.00", currency: "UAH" }

/** A value as a program without types has it. */
const untyped = (value: unknown) => JSON.parse(JSON.stringify({ value })).value

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => assert.fail("it was fulfilled"), (error: unknown) => error)

describe.each(databases.slice(0, 1))("a checkout of promises without types on $name", (kind) => {
  let shop: PlainShop.PlainShop
  let checkout: PromiseCheckout
  beforeAll(async () => {
    shop = await PlainShop.open(kind)
    checkout = await shop.start()
  })
  afterAll(() => shop.close())

  it.each([
    [undefined, "order", "such as { reference, price }"],
    [{ price }, "reference", "has to be text such as"],
    [{ reference: 7, price }, "reference", "has to be text such as"],
    [{ reference: "o" }, "price", "{ amount: \"250.00\""],
    [{ reference: "o", price: null }, "price", "{ amount: \"250.00\""],
    [{ reference: "o", price: { ...price, amount: 250 } }, "price.amount", "has to be text such as \"250.00\""],
    [{ reference: "o", price: { amount: "2.00" } }, "price.currency", "has to be text such as \"MXN\""],
    [{ reference: "o", price, metadata: { a: 1 } }, "metadata.a", "has to be text"],
    [{ reference: "o", price, metadata: ["a"] }, "metadata", "has to be an object of text"],
    [{ reference: "o", price, customer: null }, "customer", "or left out"],
    [{ reference: "o", price, payWith: 7 }, "payWith", "has to be text such as"],
    [{ reference: "o", price, payWith: null }, "payWith", "has to be text such as"]
  ])("names the field of an order that is wrong: %j", async (given, field, issue) => {
    const error = await rejection(checkout.open(untyped(given)))
    assert.instanceOf(error, CheckoutError.InvalidOrder)
    assert.strictEqual(error.field, field)
    assert.include(error.issue, issue)
    assert.strictEqual(error.message, `${error.field}: ${error.issue}`)
    assert.instanceOf(await rejection(checkout.get("o")), CheckoutError.UnknownReference, "nothing is stored")
  })

  const nothing = untyped(undefined)
  const webhook = { headers: {}, body: "{}" }
  const calls: ReadonlyArray<readonly [string, string, () => Promise<unknown>]> = [
    ["get", "reference", () => checkout.get(nothing)],
    ["refresh", "reference", () => checkout.refresh(untyped(7))],
    ["cancel", "reference", () => checkout.cancel(nothing)],
    ["history", "reference", () => checkout.history(untyped({}))],
    ["replay", "reference", () => checkout.replay(untyped(null))],
    ["watch", "reference", () => PlainShop.all(checkout.watch(nothing))],
    ["reconcile", "account", () => PlainShop.all(checkout.reconcile(nothing))],
    ["resume", "account", () => checkout.resume(nothing)],
    ["receive", "account", () => checkout.receive(nothing, webhook)],
    ["receive", "webhook", () => checkout.receive("ecca", nothing)],
    ["receive", "webhook.body", () => checkout.receive("ecca", untyped({ headers: {}, body: { parsed: true } }))],
    ["receive", "webhook.headers", () => checkout.receive("ecca", untyped({ headers: { a: ["b"] }, body: "{}" }))],
    ["receive", "webhook.path", () => checkout.receive("ecca", untyped({ ...webhook, path: 7 }))],
    ["changes", "handler", () => checkout.changes(nothing)],
    ["cleanUp", "keep", () => checkout.cleanUp(nothing)],
    ["cleanUp", "keep", () => checkout.cleanUp(Number.NaN)],
    ["cleanUp", "keep", () => checkout.cleanUp(-1)],
    ["resolve", "reference", () => checkout.resolve(nothing, 1, { _tag: "Abandon" }, "ann")],
    ["resolve", "attempt", () => checkout.resolve("o", untyped("1"), { _tag: "Abandon" }, "ann")],
    ["resolve", "who", () => checkout.resolve("o", 1, { _tag: "Abandon" }, nothing)],
    ["resolve", "decision", () => checkout.resolve("o", 1, nothing, "ann")],
    ["resolve", "decision", () => checkout.resolve("o", 1, untyped({ _tag: "Forget" }), "ann")],
    ["resolve", "decision.invoice", () => checkout.resolve("o", 1, { _tag: "Adopt", invoice: "" }, "ann")],
    ["resolve", "decision.invoice", () => checkout.resolve("o", 1, { _tag: "Adopt", invoice: "a b" }, "ann")],
    ["resolve", "decision.note", () => checkout.resolve("o", 1, untyped({ _tag: "Settle" }), "ann")]
  ]

  it.each(calls)("%s names what it was not given: %s", async (_, field, call) => {
    const error = await rejection(call())
    assert.include(error, { _tag: "InvalidOrder", field })
    assert.isTrue(CheckoutError.isAnyError(error))
  })

  it("says that the id of an invoice must not be empty", async () => {
    const error = await rejection(checkout.resolve("o", 1, { _tag: "Adopt", invoice: "" }, "ann"))
    assert.include(error, { message: "decision.invoice: must not be empty" })
  })

  it("tells why a person has to look, and what is payable, as values", async () => {
    const opened = await checkout.open(order("seen-1"))
    assert.isTrue(opened.isPayable)
    assert.isFalse(opened.current?.isOver)
    assert.deepStrictEqual(opened.reviews, [])
    await checkout.cancel("seen-1")
    const canceled = await checkout.get("seen-1")
    assert.isFalse(canceled.isPayable)
    assert.isTrue(canceled.current?.isOver)
  })

  it("takes text for the account that is resumed, and refuses one that is not configured", async () => {
    await checkout.resume("ecca")
    const error = await rejection(checkout.resume("other"))
    assert.include(error, { _tag: "UnknownAccount", account: "other" })
  })
})

describe.each(databases.slice(0, 1))("a logger of the application's own on $name", (kind) => {
  it("hears of a change that is parked, and holds up nothing when it throws", async () => {
    const shop = await PlainShop.open(kind)
    const entries: Array<object> = []
    const checkout = await shop.start({
      deliveryTries: 1,
      logger: (entry) => {
        entries.push(entry)
        throw new Error("the disk of the log is full")
      },
      onChange: () => Promise.reject(new RangeError("card 4111"))
    })
    await checkout.open(order("log-1"))
    await PlainShop.until(async () => (await PlainShop.all(checkout.deadLetters())).length === 1)
    assert.deepStrictEqual(entries, [{
      level: "error",
      message: "change main/log-1/1/1 is parked: RangeError, tried 1 times",
      annotations: {}
    }])
    await shop.close()
  })
})

type Failure<T> = T extends (...args: never) => infer R ? Failure<R>
  : T extends Effect.Effect<infer _, infer E, infer _> ? E
  : T extends Stream.Stream<infer _, infer E, infer _> ? E
  : never

describe("the types of a checkout of promises", () => {
  it("name every error of an operation in one union, each with what to do about it", () => {
    type Of = { readonly [K in keyof Checkout.Service]: Failure<Checkout.Service[K]> }
    expectTypeOf<Of[keyof Of]>().toExtend<CheckoutError.AnyError>()
    expectTypeOf<CheckoutError.CheckoutClosed>().toExtend<CheckoutError.AnyError>()
    expectTypeOf<CheckoutError.AnyError["isRetryable"]>().toEqualTypeOf<boolean>()
    assert.isFalse(CheckoutError.isAnyError(new TypeError("no error of a checkout")))
  })

  it("take the environment of the process as it is", () => {
    expectTypeOf<typeof process.env>().toExtend<NonNullable<Options["env"]>>()
  })

  it("have what is derived of an order, alike with and without Effect", () => {
    type Derived = "reviews" | "isPayable" | "isCovered"
    expectTypeOf<Pick<Plain.Plain<Order.Order>, Derived>>().toEqualTypeOf<Pick<Order.Order, Derived>>()
    expectTypeOf<Plain.Plain<Order.Attempt>["isOver"]>().toEqualTypeOf<boolean>()
  })
})

describe("whether a call may be repeated", () => {
  it("is said by the errors: not while somebody has to act", () => {
    const reference = "order-1"
    assert.isTrue(new CheckoutError.OpenUnknown({ reference, attempt: 1 }).isRetryable)
    assert.isFalse(new CheckoutError.UnknownReference({ reference }).isRetryable)
    assert.isFalse(new CheckoutError.CheckoutClosed().isRetryable)
  })
})
