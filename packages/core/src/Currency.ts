/**
 * Currencies: ISO 4217 codes and crypto asset codes, the latter with the network they move on where it matters.
 */
import * as Schema from "effect/Schema"
import * as cryptoAssets from "./internal/cryptoAssets.ts"
import * as iso4217 from "./internal/iso4217.ts"

/** An upper-case code such as `MXN`, `BTC` or `USDT`. What a provider sends in lower case is written in upper case. */
export const Code = Schema.String.check(Schema.isPattern(/^[A-Z0-9][A-Z0-9._-]{0,31}$/u)).pipe(
  Schema.brand("CurrencyCode")
)
export type Code = typeof Code.Type

/** An upper-case name of a chain such as `TRON`. */
export const Network = Schema.String.check(Schema.isPattern(/^[A-Z0-9][A-Z0-9._-]{0,31}$/u)).pipe(
  Schema.brand("Network")
)
export type Network = typeof Network.Type

/** A currency, told apart by code and network: USDT on TRON is not USDT on Ethereum. */
export class Currency extends Schema.Class<Currency>("@gatefold/core/Currency")({
  code: Code,
  network: Schema.optionalKey(Network)
}) {
  /** `MXN`, or `USDT@TRON` where a network is known. */
  override toString(): string {
    return this.network === undefined ? this.code : `${this.code}@${this.network}`
  }
}

/** A currency, or its code and network as text in any case. */
export type Input = Currency | string | { readonly code: string; readonly network?: string | undefined }

/** Reads a currency; `undefined` for what no currency is called. */
export const parse = (input: Input): Currency | undefined => {
  if (input instanceof Currency) return input
  const { code, network } = typeof input === "string" ? fromText(input) : input
  const upper = upperCase(code)
  if (!isCode(upper)) return undefined
  if (network === undefined) return new Currency({ code: upper })
  const chain = upperCase(network)
  return isNetwork(chain) ? new Currency({ code: upper, network: chain }) : undefined
}

const isCode = Schema.is(Code)
const isNetwork = Schema.is(Network)

/** ASCII alone: `toUpperCase` would turn letters of other alphabets into Latin ones, such as the long s into S. */
const upperCase = (text: string): string => text.replace(/[a-z]/gu, (letter) => letter.toUpperCase())

const fromText = (text: string): { readonly code: string; readonly network?: string } => {
  const at = text.indexOf("@")
  return at < 0 ? { code: text } : { code: text.slice(0, at), network: text.slice(at + 1) }
}

/** Same code and same network. */
export const equals = (a: Currency, b: Currency): boolean => a.code === b.code && a.network === b.network

/** Whether ISO 4217 lists the code. */
export const isFiat = (currency: Currency): boolean => iso4217.minorUnits.has(currency.code)

/**
 * How many decimals one provider uses for a currency, where it deviates from the defaults: by `USDT@TRON` or `ISK`.
 */
export type Decimals = Readonly<Record<string, number>>

/**
 * The number of decimals of a currency at a provider: the provider's own table first, then ISO 4217's minor units, then
 * the asset's decimals on its chain. `undefined` where nothing is known, such as for a token without its network.
 */
export const decimals = (currency: Currency, atProvider: Decimals = {}): number | undefined => {
  for (const key of [currency.toString(), currency.code]) {
    if (Object.hasOwn(atProvider, key)) return atProvider[key]
  }
  return iso4217.minorUnits.get(currency.code) ?? cryptoAssets.decimals(currency.code, currency.network)
}
