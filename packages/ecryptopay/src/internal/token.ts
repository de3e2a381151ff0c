/**
 * The account's access token: kept until shortly before it expires, asked for once however many calls wait for it.
 */
import type { GatewayError, Reason } from "@gatefold/core/GatewayError"
import { Unauthenticated } from "@gatefold/core/GatewayError"
import * as Operation from "@gatefold/core/Operation"
import type { Identity } from "@gatefold/core/Provider"
import * as ProviderClient from "@gatefold/core/ProviderClient"
import type { Envelope, Refusal } from "@gatefold/core/Refusal"
import * as Wire from "@gatefold/core/Wire"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import { type EcryptopayOptions, productionUrl } from "../EcryptopayOptions.ts"
import * as wire from "./wire.ts"

interface Token {
  readonly access: Redacted.Redacted
  readonly refresh: Redacted.Redacted | undefined
  /** From when it is not used any more, in milliseconds. */
  readonly staleAt: number
}

/** A token that ends within this share of its life, or within this time, is renewed first. */
const margin = { share: 0.1, millis: 60_000 }

const operation = Operation.read("token")

/** @internal Signs requests in. */
export const make = Effect.fnUntraced(function*(options: EcryptopayOptions, identity: Identity) {
  const client = yield* tokenClient(options, identity)
  const lock = Semaphore.makeUnsafe(1)
  let current: Token | undefined
  let newest: Result.Result<Token, GatewayError> | undefined

  const request = Effect.gen(function*() {
    const sentAt = yield* Clock.currentTimeMillis
    const answer = yield* grant(client, options, current?.refresh)
    const life = answer.expires_in * 1000
    const fresh: Token = {
      access: answer.access_token,
      refresh: answer.refresh_token,
      staleAt: sentAt + life - Math.min(life * margin.share, margin.millis)
    }
    current = fresh
    return fresh
  })

  const obtain = Effect.flatMap(Effect.result(request), (outcome) => {
    newest = outcome
    return Effect.fromResult(outcome)
  })

  /** Renews unless somebody else did since: whoever waited shares what the first one was answered, a refusal too. */
  const replace = (stale: Token | undefined): Effect.Effect<Token, GatewayError> =>
    Effect.suspend(() => {
      const known = newest
      return lock.withPermit(Effect.suspend(() => {
        if (current !== undefined && current !== stale) return Effect.succeed(current)
        return newest === undefined || newest === known ? obtain : Effect.fromResult(newest)
      }))
    })

  /** Some providers hand out the same token until it ends. */
  const renewed = (token: Token): Effect.Effect<boolean, GatewayError> =>
    Effect.map(replace(token), ({ access }) => Redacted.value(access) !== Redacted.value(token.access))

  const signedIn = (token: Token, isCached: boolean): ProviderClient.Authorization => ({
    headers: { authorization: Redacted.make(`Bearer ${Redacted.value(token.access)}`) },
    ...isCached ? { renew: renewed(token) } : {}
  })

  const authorize: Effect.Effect<ProviderClient.Authorization, GatewayError> = Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => {
      const token = current
      return token !== undefined && now < token.staleAt
        ? Effect.succeed(signedIn(token, true))
        : Effect.map(replace(token), (fresh) => signedIn(fresh, false))
    }
  )
  return { authorize }
})

const tokenClient = (options: EcryptopayOptions, identity: Identity) =>
  ProviderClient.make({
    ...identity,
    baseUrl: options.baseUrl ?? productionUrl,
    authorize: Effect.succeed({ headers: {} }),
    secrets: [options.email, options.password, options.clientId, options.clientSecret],
    readEnvelope,
    reasonOf,
    retry: options.retry,
    transformClient: options.transformClient
  })

/** The refresh grant first, which is not documented; where the provider does not like it, the password grant. */
const grant = (
  client: ProviderClient.ProviderClient,
  options: EcryptopayOptions,
  refresh: Redacted.Redacted | undefined
) => {
  const credentials = {
    client_id: Redacted.value(options.clientId),
    client_secret: Redacted.value(options.clientSecret)
  }
  const ask = (body: Readonly<Record<string, string>>) =>
    client.call(operation, { method: "POST", path: "/oauth/token", body: { ...body, ...credentials } }, wire.Token)
  const password = Effect.suspend(() =>
    ask({
      grant_type: "password",
      email: Redacted.value(options.email),
      password: Redacted.value(options.password)
    })
  )
  if (refresh === undefined) return password
  const renewal = ask({ grant_type: "refresh_token", refresh_token: Redacted.value(refresh) })
  return Effect.catchIf(renewal, wasAnswered, () => password)
}

/** Whether the provider is there and gave no token: refused, failed over it or answered with something else. */
const wasAnswered = ({ reason }: GatewayError): boolean => "httpStatus" in reason && reason._tag !== "RateLimited"

const decodeRefusal = Wire.decode(wire.TokenRefusal)

const readEnvelope = (json: unknown): Envelope | undefined =>
  Result.getOrUndefined(Result.map(decodeRefusal(json), ({ error }) => ({ code: error })))

/** Whatever the endpoint does not like about a grant, the credentials are what it refuses (RFC 6749, section 5.2). */
const reasonOf = ({ detail, status }: Refusal): Reason | undefined =>
  status === 400 || status === 401 || status === 403 ? new Unauthenticated(detail) : undefined
