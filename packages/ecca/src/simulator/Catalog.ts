/**
 * Currencies with their rates, and the methods by which a customer can pay [CUR][PM].
 */
import * as Money from "./Money.ts"

/** A fiat currency that is enabled for the merchant. */
export interface Currency {
  readonly code: string
  readonly name: string
  readonly symbol: string
  readonly decimal: number
  /** Fiat units per USDT. */
  readonly rate: string
}

/** A way to pay; limits are decimal text in its currency, `paymentTime` has no documented unit. */
export interface PaymentMethod {
  readonly code: string
  readonly name: string
  readonly currency: string
  readonly min: string
  readonly max: string
  readonly logoUrl: string | undefined
  readonly paymentTime: number
  /** Percent. */
  readonly clientCommission: string
  /** Percent. */
  readonly merchantCommission: string
}

/** The two currencies of the documentation's example [CUR]. */
export const documentedCurrencies: ReadonlyArray<Currency> = [
  { code: "UAH", name: "Ukrainian Hryvnia", symbol: "₴", decimal: 2, rate: "41.32" },
  { code: "KZT", name: "Kazakhstani Tenge", symbol: "₸", decimal: 2, rate: "489.50" }
]

/** The two methods of the documentation's example [PM]. */
export const documentedMethods: ReadonlyArray<PaymentMethod> = [
  {
    code: "monobank",
    name: "Monobank UA",
    currency: "UAH",
    min: "100.00",
    max: "10000.00",
    logoUrl: "https://ecca-ex.com/payment-methods/monobank.png",
    paymentTime: 15,
    clientCommission: "2.50",
    merchantCommission: "0.00"
  },
  {
    code: "privatbank",
    name: "PrivatBank UA",
    currency: "UAH",
    min: "100.00",
    max: "15000.00",
    logoUrl: "https://ecca-ex.com/payment-methods/privatbank.png",
    paymentTime: 15,
    clientCommission: "1.00",
    merchantCommission: "1.50"
  }
]

/** An invented method that takes any amount of a currency, so that every invoice can be paid. */
export const bankTransfer = (currency: Currency): PaymentMethod => ({
  code: `bank_${currency.code.toLowerCase()}`,
  name: `Bank transfer ${currency.code}`,
  currency: currency.code,
  min: "0.01",
  max: "999999999999999.99",
  logoUrl: undefined,
  paymentTime: 15,
  clientCommission: "1.00",
  merchantCommission: "1.00"
})

export interface Catalog {
  readonly currencies: ReadonlyArray<Currency>
  readonly methods: ReadonlyArray<PaymentMethod>
}

export const make = (
  currencies: ReadonlyArray<Currency> = [],
  methods: ReadonlyArray<PaymentMethod> = []
): Catalog => {
  const byCode = new Map([...documentedCurrencies, ...currencies].map((one) => [one.code, one]))
  const all = [...byCode.values()]
  return { currencies: all, methods: [...documentedMethods, ...all.map(bankTransfer), ...methods] }
}

export const currency = (catalog: Catalog, code: string): Currency | undefined =>
  catalog.currencies.find((one) => one.code === code)

export const withRate = (catalog: Catalog, code: string, rate: string): Catalog => ({
  ...catalog,
  currencies: catalog.currencies.map((one) => one.code === code ? { ...one, rate } : one)
})

/** The methods that take this amount, in the order in which they are shown. */
export const methodsFor = (catalog: Catalog, code: string, amount: string): ReadonlyArray<PaymentMethod> =>
  catalog.methods.filter((one) => one.currency === code && Money.isBetween(amount, one.min, one.max))
