import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import type { Page } from "playwright-core"
import * as Browser from "./support/Browser.ts"
import * as Shops from "./support/Shops.ts"

const does = (action: () => Promise<unknown>) => Effect.asVoid(Effect.promise(action))

const orders = (page: Page, shop: string) =>
  does(async () => {
    await page.goto(shop)
    await page.getByRole("button", { name: "Buy" }).click()
  })

const seesPaid = (page: Page) => does(() => page.getByText("Paid. Your tea is on its way.").waitFor())

const goesToPay = (page: Page) => does(() => page.getByRole("link", { name: "Go to the payment page" }).click())

/** On the hosted page of the simulated Ecca, from where it is sent back to the shop. */
const paysOnHostedPage = (page: Page) =>
  does(async () => {
    await page.getByRole("button", { name: "Continue" }).click()
    await page.getByRole("button", { name: "I have paid" }).click()
    await page.waitForURL("**/orders/**")
  })

const seesQr = (page: Page, other: string = "") =>
  Effect.promise(async () => {
    const image = await page.waitForSelector(`main img:not([src="${other}"])`)
    return await image.getAttribute("src") ?? ""
  })

layer(Browser.layer, { excludeTestServices: true, timeout: 60_000 })("a customer of the shop", (it) => {
  it.effect("pays on the hosted page, and sees that it is paid once the provider has said so", () =>
    Effect.gen(function*() {
      const { logged, open } = yield* Shops.make
      const page = yield* Browser.customer
      yield* orders(page, yield* open("ecca"))
      const orderPage = page.url()
      yield* goesToPay(page)
      yield* paysOnHostedPage(page)
      assert.strictEqual(page.url(), orderPage)
      yield* seesPaid(page)
      assert.strictEqual(yield* Shops.handedOver(logged), 1)
    }))

  it.effect("sees nothing paid by coming back alone", () =>
    Effect.gen(function*() {
      const { open } = yield* Shops.make
      const page = yield* Browser.customer
      yield* orders(page, yield* open("ecca"))
      const orderPage = page.url()
      yield* goesToPay(page)
      yield* does(() => page.goto(orderPage))
      yield* goesToPay(page)
      yield* does(() => page.getByRole("button", { name: "Continue" }).waitFor())
    }))

  it.effect("sees the QR code renewed, together with everybody who looks, and pays it", () =>
    Effect.gen(function*() {
      const { ecryptopay, open } = yield* Shops.make
      const [page, friend] = [yield* Browser.customer, yield* Browser.customer]
      yield* orders(page, yield* open("ecryptopay"))
      yield* does(() => friend.goto(page.url()))
      const first = yield* seesQr(page)
      const [second, shown] = yield* Effect.all([seesQr(page, first), seesQr(friend, first)], { concurrency: 2 })
      yield* ecryptopay.scanAndPay(second)
      assert.strictEqual(shown, second)
      yield* Effect.all([seesPaid(page), seesPaid(friend)], { concurrency: 2 })
      // a create gives the first quote
      const quoted = (yield* ecryptopay.requests).filter(({ operations }) =>
        operations.includes("payments.create") || operations.includes("payments.get")
      ).map(({ at }) => at.epochMilliseconds)
      const pauses = quoted.slice(1).map((at, index) => at - (quoted[index] ?? at))
      assert.isNotEmpty(pauses)
      assert.isTrue(pauses.every((millis) => millis >= 3_000), `one reader for all who look: ${pauses.join(", ")} ms`)
    }))

  it.effect("pays the rest after too little has come", () =>
    Effect.gen(function*() {
      const { ecryptopay, open } = yield* Shops.make
      const page = yield* Browser.customer
      yield* orders(page, yield* open("ecryptopay"))
      const first = yield* seesQr(page)
      const [payment] = yield* ecryptopay.books
      yield* ecryptopay.pay(payment?.id ?? "", "partial")
      yield* does(() => page.getByText("A part of it has come, the rest is due.").waitFor())
      yield* ecryptopay.scanAndPay(yield* seesQr(page, first))
      yield* seesPaid(page)
    }))

  it.effect("sees no QR code whose time is over, although the shop is gone", () =>
    Effect.gen(function*() {
      const { open } = yield* Shops.make
      const page = yield* Browser.customer
      const process = yield* Scope.make()
      yield* orders(page, yield* Scope.provide(open("ecryptopay"), process))
      yield* seesQr(page)
      yield* Scope.close(process, Exit.void)
      yield* does(() => page.getByText("One moment, please.").waitFor())
      assert.strictEqual(yield* Effect.promise(() => page.getByRole("img").count()), 0)
    }))

  it.effect("lets a payment expire and pays again", () =>
    Effect.gen(function*() {
      const { ecca, logged, open } = yield* Shops.make
      const page = yield* Browser.customer
      yield* orders(page, yield* open("ecca"))
      const [invoice] = yield* ecca.books
      yield* ecca.expire(invoice?.id ?? "")
      yield* does(() => page.getByText("This payment came to nothing (expired).").waitFor())
      yield* does(() => page.getByRole("button", { name: "Pay again" }).click())
      yield* goesToPay(page)
      yield* paysOnHostedPage(page)
      yield* seesPaid(page)
      assert.deepStrictEqual((yield* ecca.books).map(({ status }) => status), ["expired", "paid"])
      assert.strictEqual(yield* Shops.handedOver(logged), 1)
    }))

  it.effect("pays again at the other provider, after the switch was turned in between", () =>
    Effect.gen(function*() {
      const { ecca, ecryptopay, open } = yield* Shops.make
      const page = yield* Browser.customer
      const before = yield* open("ecca")
      const after = yield* open("ecryptopay")
      yield* orders(page, before)
      const [invoice] = yield* ecca.books
      yield* ecca.expire(invoice?.id ?? "")
      yield* does(() => page.goto(page.url().replace(before, after)))
      yield* does(() => page.getByRole("button", { name: "Pay again" }).click())
      yield* ecryptopay.scanAndPay(yield* seesQr(page))
      yield* seesPaid(page)
    }))
})
