/**
 * What becomes of a simulated payment: quotes, money, time.
 */
import { assert, describe, it } from "@effect/vitest"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import jsqr from "jsqr"
import { PNG } from "pngjs"
import { login, send, text } from "./support/SimulatorClient.ts"

const start = Effect.fnUntraced(function*(options?: EcryptopaySimulator.Options) {
  const simulator = yield* EcryptopaySimulator.make(options)
  const api = yield* login(simulator)
  const { id, qr } = yield* api.create("250.00")
  const word = Effect.map(api.read(id), (payment) => payment["state"])
  const status = Effect.map(simulator.books, (books) => books.find((entry) => entry.id === id)?.status)
  return { simulator, api, id, qr, word, status }
})

/** What a phone reads from a QR image. */
const scan = (url: string) =>
  Effect.promise(async () => {
    const response = await fetch(url)
    assert.strictEqual(response.headers.get("content-type"), "image/png")
    const { data, height, width } = PNG.sync.read(Buffer.from(await response.arrayBuffer()))
    return jsqr.default(new Uint8ClampedArray(data), width, height)?.data
  })

describe("the QR image", () => {
  it.effect("is a picture that a phone can scan, of the amount that the quote says", () =>
    Effect.gen(function*() {
      const { api, id, qr } = yield* start()
      const { items } = yield* api.get("/payments")
      const link = yield* scan(qr)
      assert.match(link ?? "", /^bitcoin:simulated[0-9a-f]{16}\?amount=/u)
      assert.strictEqual(link?.split("=")[1], items[0]?.["currency_amount"])
      const renewed = yield* api.read(id)
      const next = yield* scan(text(renewed["qr_image_path"]))
      assert.strictEqual(next?.split("=")[1], renewed["currency_amount"])
      assert.strictEqual(next?.split("?")[0], link?.split("?")[0])
    }))

  it.effect("still shows what it showed after the quote was renewed", () =>
    Effect.gen(function*() {
      const { api, id, qr } = yield* start()
      const before = yield* scan(qr)
      yield* api.read(id)
      assert.strictEqual(yield* scan(qr), before)
    }))

  it.effect("has another address for each payment, the same in each run", () =>
    Effect.gen(function*() {
      const { api, qr } = yield* start()
      const other = yield* start()
      const second = yield* api.create("250.00")
      assert.strictEqual(yield* scan(qr), yield* scan(other.qr))
      assert.notStrictEqual((yield* scan(second.qr))?.split("?")[0], (yield* scan(qr))?.split("?")[0])
    }))

  it.effect("is not there for quotes that were never made", () =>
    Effect.gen(function*() {
      const { id, simulator } = yield* start()
      for (const path of [`/qr/${id}-2.png`, "/qr/1-1.png", "/qr/x.png"]) {
        assert.strictEqual((yield* send(simulator.url + path)).status, 404, path)
      }
    }))
})

describe("the 25-second rule", () => {
  it.effect("honours a quote for 25 seconds", () =>
    Effect.gen(function*() {
      const { qr, simulator, word } = yield* start()
      yield* simulator.advance("25 seconds")
      yield* simulator.scanAndPay(qr)
      assert.strictEqual(yield* word, "cobrado_bien")
    }))

  it.effect("lets a customer who pays an older one pay too little", () =>
    Effect.gen(function*() {
      const { qr, simulator, word } = yield* start()
      yield* simulator.advance("25001 millis")
      yield* simulator.scanAndPay(qr)
      assert.strictEqual(yield* word, "falta_un_poco")
    }))

  it.effect("lets a customer who pays a superseded one pay too little, however young it is", () =>
    Effect.gen(function*() {
      const { api, id, qr, simulator, word } = yield* start()
      yield* api.read(id)
      yield* simulator.scanAndPay(qr)
      assert.strictEqual(yield* word, "falta_un_poco")
    }))

  it.effect("begins anew with each renewal", () =>
    Effect.gen(function*() {
      const { api, id, simulator, word } = yield* start()
      yield* simulator.advance("20 seconds")
      const renewed = yield* api.read(id)
      yield* simulator.advance("20 seconds")
      yield* simulator.scanAndPay(text(renewed["qr_image_path"]))
      assert.strictEqual(yield* word, "cobrado_bien")
    }))

  it.effect("quotes what is left of an underpaid price, and is paid in full by that", () =>
    Effect.gen(function*() {
      const { api, id, simulator, word } = yield* start({ qrPaths: "relative" })
      yield* simulator.pay(id, "partial")
      const rest = yield* api.read(id)
      assert.strictEqual(rest["amount"], "250.00")
      assert.match(text(rest["currency_amount"]), /^0\.00010\d{3}$/u)
      yield* simulator.scanAndPay(text(rest["qr_image_path"]))
      assert.strictEqual(yield* word, "cobrado_bien")
    }))

  it.effect("makes nothing of a URL that is no QR image of ours", () =>
    Effect.gen(function*() {
      const { simulator } = yield* start()
      for (const url of ["", "https://elsewhere.test/qr/1-1.png", `${simulator.url}/pay/48213`]) {
        assert.strictEqual((yield* Effect.flip(simulator.scanAndPay(url))).reason, "NotFound", url)
      }
    }))

  it.effect("renews no quote of a payment that is settled", () =>
    Effect.gen(function*() {
      const { api, id, simulator } = yield* start()
      yield* simulator.pay(id)
      assert.deepStrictEqual(yield* api.read(id), yield* api.read(id))
    }))
})

describe("money that comes in", () => {
  it.effect.each(
    [
      { shares: ["full"], word: "cobrado_bien", status: "paid" },
      { shares: ["partial"], word: "falta_un_poco", status: "processing" },
      { shares: ["over"], word: "cobrado_de_mas", status: "paid" },
      { shares: ["partial", "partial"], word: "falta_un_poco", status: "processing" },
      { shares: ["partial", "full"], word: "cobrado_bien", status: "paid" },
      { shares: ["partial", "over"], word: "cobrado_de_mas", status: "paid" }
    ] as const
  )("$shares in time is $word", ({ shares, status, word }) =>
    Effect.gen(function*() {
      const { id, simulator, ...now } = yield* start()
      yield* Effect.forEach(shares, (share) => simulator.pay(id, share))
      assert.strictEqual(yield* now.word, word)
      assert.strictEqual(yield* now.status, status)
    }))

  it.effect.each(
    [
      { early: [], late: "full", word: "tarde_pero_seguro" },
      { early: [], late: "over", word: "tarde_y_de_mas" },
      { early: ["partial"], late: "full", word: "tarde_pero_seguro" },
      { early: ["partial"], late: "over", word: "tarde_y_de_mas" },
      { early: ["partial"], late: "partial", word: "falta_un_poco" }
    ] as const
  )("$early in time and $late after the end is $word", ({ early, late, word }) =>
    Effect.gen(function*() {
      const { id, simulator, ...now } = yield* start()
      yield* Effect.forEach(early, (share) => simulator.pay(id, share))
      yield* simulator.advance("15 minutes")
      yield* simulator.pay(id, late)
      assert.strictEqual(yield* now.word, word)
    }))

  it.effect("is told apart down to the smallest price", () =>
    Effect.gen(function*() {
      const { api, simulator } = yield* start()
      const outcome = (share: "partial" | "over") =>
        Effect.gen(function*() {
          const { id } = yield* api.create("0.01")
          yield* simulator.pay(id, share)
          return (yield* api.read(id))["state"]
        })
      assert.strictEqual(yield* outcome("partial"), "falta_un_poco")
      assert.strictEqual(yield* outcome("over"), "cobrado_de_mas")
    }))

  it.effect("on its way is processed first, and is in time once it was seen", () =>
    Effect.gen(function*() {
      const { id, simulator, status, word } = yield* start()
      yield* simulator.confirming(id)
      assert.deepStrictEqual([yield* word, yield* status], ["viendo_bloques", "processing"])
      yield* simulator.advance("1 hour")
      assert.strictEqual(yield* word, "viendo_bloques")
      yield* simulator.pay(id)
      assert.deepStrictEqual([yield* word, yield* status], ["cobrado_bien", "paid"])
    }))

  it.effect("can fail, before and after it was seen", () =>
    Effect.gen(function*() {
      const { api, id, simulator, status, word } = yield* start()
      yield* simulator.fail(id)
      assert.deepStrictEqual([yield* word, yield* status], ["no_se_pudo_3", "failed"])
      const other = yield* api.create("1")
      yield* simulator.confirming(other.id)
      yield* simulator.fail(other.id)
      assert.strictEqual((yield* api.read(other.id))["state"], "no_se_pudo_3")
    }))

  it.effect("can be taken back after a success", () =>
    Effect.gen(function*() {
      const { id, simulator, status, word } = yield* start()
      yield* simulator.pay(id)
      yield* simulator.reverse(id)
      assert.deepStrictEqual([yield* word, yield* status], ["devuelto_x", "paid"])
    }))

  it.effect("does not come when the customer gives up", () =>
    Effect.gen(function*() {
      const { id, simulator, status, word } = yield* start()
      yield* simulator.cancel(id)
      assert.deepStrictEqual([yield* word, yield* status], ["ya_no_quiso", "canceled"])
    }))
})

describe("the window to pay", () => {
  it.effect("ends after 15 minutes and not before", () =>
    Effect.gen(function*() {
      const { simulator, status } = yield* start()
      yield* simulator.advance("899999 millis")
      assert.strictEqual(yield* status, "open")
      yield* simulator.advance("1 millis")
      assert.strictEqual(yield* status, "expired")
    }))

  it.effect("ends when the option says, at that time", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_795_168_800_000)
      const { api, id, simulator } = yield* start({ ttl: "1 minute" })
      yield* simulator.advance("1 hour")
      const [payment] = (yield* api.get("/payments")).items
      assert.deepStrictEqual([payment?.["state"], payment?.["updated_at"]], [
        "se_fue_el_tren",
        "2026-11-20T10:01:00.000Z"
      ])
      assert.strictEqual((yield* api.read(id))["state"], "se_fue_el_tren")
    }))

  it.effect("can be ended by hand, once", () =>
    Effect.gen(function*() {
      const { id, simulator, word } = yield* start()
      yield* simulator.expire(id)
      assert.strictEqual(yield* word, "se_fue_el_tren")
      assert.strictEqual((yield* Effect.flip(simulator.expire(id))).reason, "InvalidTransition")
    }))

  it.effect("leaves underpaid what is underpaid, and makes the rest late", () =>
    Effect.gen(function*() {
      const { id, simulator, word } = yield* start()
      yield* simulator.pay(id, "partial")
      yield* simulator.expire(id)
      assert.strictEqual(yield* word, "falta_un_poco")
      yield* simulator.pay(id)
      assert.strictEqual(yield* word, "tarde_pero_seguro")
    }))

  it.effect("leaves a payment that was made in time alone", () =>
    Effect.gen(function*() {
      const { id, simulator, status } = yield* start()
      yield* simulator.pay(id)
      yield* simulator.advance("1 day")
      assert.strictEqual(yield* status, "paid")
    }))
})

describe("a request that cannot be", () => {
  it.effect("is refused with its reason", () =>
    Effect.gen(function*() {
      const { id, simulator, word } = yield* start()
      const reason = <A>(effect: Effect.Effect<A, { readonly reason: string }>) =>
        Effect.map(Effect.flip(effect), (error) => error.reason)
      assert.strictEqual(yield* reason(simulator.adjust(id, "1.00")), "NotOffered")
      assert.strictEqual(yield* reason(simulator.pay("404")), "NotFound")
      assert.strictEqual(yield* reason(simulator.webhook("404")), "NotFound")
      assert.strictEqual(yield* reason(simulator.reverse(id)), "InvalidTransition")
      yield* simulator.expire(id)
      assert.strictEqual(yield* reason(simulator.pay(id, "partial")), "InvalidTransition")
      assert.strictEqual(yield* word, "se_fue_el_tren")
    }))

  it.effect("never takes a payment back to an earlier state, whatever is tried in whatever order", () =>
    Effect.gen(function*() {
      const { api, simulator } = yield* start()
      const actions = [
        (id: string) => simulator.pay(id, "partial"),
        (id: string) => simulator.pay(id, "full"),
        (id: string) => simulator.pay(id, "over"),
        simulator.confirming,
        simulator.expire,
        simulator.fail,
        simulator.cancel,
        simulator.reverse
      ]
      const observe = (id: string) =>
        Effect.map(simulator.books, (books) => books.find((entry) => entry.id === id)?.providerStatus ?? "")
      const changes = new Set<string>()
      let histories: ReadonlyArray<typeof actions> = [[]]
      for (let length = 1; length <= 4; length++) {
        const longer: Array<typeof actions> = []
        for (const history of histories) {
          for (const action of actions) {
            const { id } = yield* api.create("1.00")
            yield* Effect.forEach(history, (step) => step(id))
            const before = yield* observe(id)
            const isAccepted = yield* Effect.isSuccess(action(id))
            const after = yield* observe(id)
            if (isAccepted) longer.push([...history, action])
            if (before !== after) changes.add(`${before} > ${after}`)
          }
        }
        histories = longer
      }
      assert.sameMembers([...changes], [
        "en_espera_7 > viendo_bloques",
        "en_espera_7 > falta_un_poco",
        "en_espera_7 > cobrado_bien",
        "en_espera_7 > cobrado_de_mas",
        "en_espera_7 > se_fue_el_tren",
        "en_espera_7 > no_se_pudo_3",
        "en_espera_7 > ya_no_quiso",
        "viendo_bloques > falta_un_poco",
        "viendo_bloques > cobrado_bien",
        "viendo_bloques > cobrado_de_mas",
        "viendo_bloques > no_se_pudo_3",
        "falta_un_poco > cobrado_bien",
        "falta_un_poco > cobrado_de_mas",
        "falta_un_poco > tarde_pero_seguro",
        "falta_un_poco > tarde_y_de_mas",
        "se_fue_el_tren > tarde_pero_seguro",
        "se_fue_el_tren > tarde_y_de_mas",
        "cobrado_bien > devuelto_x"
      ])
    }))
})

describe("another word for a state", () => {
  it.effect("is said wherever the payment is read, and the books keep the truth beside it", () =>
    Effect.gen(function*() {
      const { api, id, simulator, word } = yield* start()
      const other = yield* api.create("100.00")
      const [before] = (yield* api.get("/payments")).items
      yield* simulator.relabel(id, "medio_raro")
      const [listed, another] = (yield* api.get("/payments")).items
      assert.deepStrictEqual(listed, { ...before, state: "medio_raro" })
      assert.strictEqual(another?.["state"], "en_espera_7")
      assert.strictEqual(yield* word, "medio_raro")
      assert.include((yield* send(`${simulator.url}/pay/${id}`)).text, "medio_raro (open)")
      assert.deepStrictEqual(
        (yield* simulator.books).map((entry) => [entry.id, entry.status, entry.providerStatus]),
        [[id, "open", "medio_raro"], [other.id, "open", "en_espera_7"]]
      )
      assert.strictEqual((yield* Effect.flip(simulator.relabel("1", "x"))).reason, "NotFound")
    }))

  it.effect("lasts until the state changes for real, and the last one given counts", () =>
    Effect.gen(function*() {
      const { id, simulator, word } = yield* start()
      yield* simulator.relabel(id, "primero")
      yield* simulator.relabel(id, "medio_raro")
      yield* simulator.advance("1 minute")
      assert.strictEqual(yield* word, "medio_raro", "a renewed quote changes no state")
      yield* simulator.pay(id, "partial")
      assert.strictEqual(yield* word, "falta_un_poco")
      yield* simulator.relabel(id, "medio_raro")
      yield* simulator.pay(id, "partial")
      assert.strictEqual(yield* word, "medio_raro", "underpaid as before")
      yield* simulator.pay(id)
      assert.strictEqual(yield* word, "cobrado_bien")
    }))

  it.effect("goes when the window ends, too, and is no state", () =>
    Effect.gen(function*() {
      const { id, simulator, status, word } = yield* start()
      yield* simulator.relabel(id, "cobrado_bien")
      assert.strictEqual(yield* status, "open")
      assert.strictEqual((yield* Effect.flip(simulator.reverse(id))).reason, "InvalidTransition")
      yield* simulator.advance("15 minutes")
      assert.strictEqual(yield* word, "se_fue_el_tren")
    }))
})

describe("what the provider does not have", () => {
  it.effect("a beginning: a payment is there from the start, so nothing happens", () =>
    Effect.gen(function*() {
      const { id, simulator } = yield* start()
      const books = yield* simulator.books
      yield* simulator.begin(id)
      assert.deepStrictEqual(yield* simulator.books, books)
      assert.strictEqual((yield* Effect.flip(simulator.begin("1"))).reason, "NotFound")
    }))

  it.effect("withdrawals, corrections and signatures are not offered", () =>
    Effect.gen(function*() {
      const { id, simulator } = yield* start()
      const refused = [
        simulator.withdraw({ amount: "1.00" }),
        simulator.adjust(id),
        simulator.sign(new TextEncoder().encode("{}"))
      ]
      for (const effect of refused) assert.strictEqual((yield* Effect.flip(effect)).reason, "NotOffered")
    }))
})

describe("the settings", () => {
  it.effect("name every word under one state each, and none that could be guessed", () =>
    Effect.gen(function*() {
      const { simulator } = yield* start()
      const lists = Object.entries(simulator.settings).filter(([name]) => name.endsWith("_STATES"))
      const words = lists.flatMap(([, list]) => list.split(","))
      assert.sameMembers(lists.map(([name]) => name), [
        "ECRYPTOPAY_OPEN_STATES",
        "ECRYPTOPAY_PROCESSING_STATES",
        "ECRYPTOPAY_UNDERPAID_STATES",
        "ECRYPTOPAY_PAID_STATES",
        "ECRYPTOPAY_OVERPAID_STATES",
        "ECRYPTOPAY_LATE_STATES",
        "ECRYPTOPAY_LATE_OVERPAID_STATES",
        "ECRYPTOPAY_FAILED_STATES",
        "ECRYPTOPAY_EXPIRED_STATES",
        "ECRYPTOPAY_CANCELED_STATES",
        "ECRYPTOPAY_REVERSED_STATES"
      ])
      assert.strictEqual(new Set(words).size, 11)
      for (const word of words) assert.notMatch(word, /paid|pending|complete|confirm|expire|cancel|fail|success/iu)
    }))
})
