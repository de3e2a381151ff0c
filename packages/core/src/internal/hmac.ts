/**
 * The platform's HMAC.
 */
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

/** @internal With one key, over parts that follow each other. */
export interface Hmac {
  readonly sign: (parts: ReadonlyArray<Uint8Array>) => Effect.Effect<Uint8Array>
  /** Compares in constant time. */
  readonly verify: (tag: Uint8Array, parts: ReadonlyArray<Uint8Array>) => Effect.Effect<boolean>
}

/** @internal */
export type Algorithm = "sha256" | "sha384" | "sha512"

/** @internal On the `Mac` of the context, else on `node:crypto` where that is, else on Web Crypto. No secret is empty. */
export const make = Effect.fnUntraced(function*(algorithm: Algorithm, secret: Uint8Array) {
  const key = yield* Effect.orDie(Mac.key(algorithms[algorithm], secret))
  const given = yield* Effect.serviceOption(Mac.Mac)
  if (Option.isSome(given)) return onMac(given.value, key)
  return onNode(algorithm, secret) ?? onMac(yield* webCrypto, key)
})

const webCrypto = Effect.provide(Mac.Mac, Layer.provide(Mac.layerWebCrypto, SecureRandom.layerWebCrypto))

const algorithms = { sha256: Mac.hmacSha256, sha384: Mac.hmacSha384, sha512: Mac.hmacSha512 } as const

const onMac = (mac: Mac.Mac["Service"], key: Mac.Key): Hmac => ({
  sign: (parts) => Effect.orDie(mac.sign(key, concatenated(parts))),
  verify: (tag, parts) => Effect.orDie(mac.verify(key, tag, concatenated(parts)))
})

const concatenated = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  parts.reduce((offset, part) => {
    all.set(part, offset)
    return offset + part.length
  }, 0)
  return all
}

interface NodeHmac {
  readonly update: (data: Uint8Array) => unknown
  readonly digest: () => Uint8Array
}

/** The part of `node:crypto` that is needed here. */
interface NodeCrypto {
  readonly createSecretKey: (bytes: Uint8Array) => object
  readonly createHmac: (hash: string, key: object) => NodeHmac
}

/**
 * It answers at once, and Web Crypto only after a turn through its threads. The key is prepared here because that takes
 * four times as long as a webhook's signature. What some runtimes have by this name does not work: it is tried first.
 */
const onNode = (algorithm: Algorithm, secret: Uint8Array): Hmac | undefined =>
  Result.getOrUndefined(Result.try(() => {
    const crypto = nodeCrypto()
    if (crypto === undefined) return undefined
    const key = crypto.createSecretKey(secret)
    const tagOf = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
      const hmac = crypto.createHmac(algorithm, key)
      for (const part of parts) hmac.update(part)
      return hmac.digest()
    }
    tagOf([])
    return {
      sign: (parts) => Effect.sync(() => tagOf(parts)),
      verify: (tag, parts) => Effect.sync(() => Mac.timingSafeEqual(tagOf(parts), tag))
    }
  }))

/** Asked for without an import, which runtimes that have no such module would refuse to load. */
const nodeCrypto = (): NodeCrypto | undefined => {
  const platform: unknown = globalThis
  const process = Predicate.hasProperty(platform, "process") ? platform.process : undefined
  const crypto = isProcess(process) ? process.getBuiltinModule("node:crypto") : undefined
  return isNodeCrypto(crypto) ? crypto : undefined
}

const isFunctionIn = (u: unknown, name: string): boolean =>
  Predicate.hasProperty(u, name) && typeof u[name] === "function"

const isProcess = (u: unknown): u is { readonly getBuiltinModule: (id: string) => unknown } =>
  isFunctionIn(u, "getBuiltinModule")

const isNodeCrypto = (u: unknown): u is NodeCrypto =>
  isFunctionIn(u, "createSecretKey") && isFunctionIn(u, "createHmac")
