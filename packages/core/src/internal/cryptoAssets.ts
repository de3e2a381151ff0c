/**
 * Decimals of crypto assets, by the rules of their own chains (2026-11). A token's decimals depend on the network:
 * tether has 6 on Ethereum and 18 on BNB chain.
 */
const coins: Readonly<Record<string, number>> = {
  BTC: 8,
  BCH: 8,
  LTC: 8,
  DOGE: 8,
  DASH: 8,
  ETH: 18,
  XRP: 6,
  TRX: 6,
  SOL: 9
}

const stablecoinNetworks: Readonly<Record<string, number>> = {
  ETHEREUM: 6,
  POLYGON: 6,
  ARBITRUM: 6,
  TRON: 6,
  BSC: 18
}

const tokens: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  USDT: stablecoinNetworks,
  USDC: stablecoinNetworks
}

/** @internal */
export const decimals = (code: string, network: string | undefined): number | undefined => {
  const networks = Object.hasOwn(tokens, code) ? tokens[code] : undefined
  if (networks !== undefined) {
    return network !== undefined && Object.hasOwn(networks, network) ? networks[network] : undefined
  }
  return Object.hasOwn(coins, code) ? coins[code] : undefined
}
