/**
 * The token endpoint of RFC 6749 (password and refresh grant), with the documented JSON body and answer.
 */
import type { Answer } from "@gatefold/simulator/Answer"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import * as Json from "./Json.ts"

/** The account whose payments these are, and its API client. */
export interface Credentials {
  readonly email: string
  readonly password: string
  readonly clientId: string
  readonly clientSecret: string
}

export interface Tokens {
  /** Answers a token request with these parameters. */
  readonly grant: (parameters: Readonly<Record<string, unknown>>) => Effect.Effect<Answer>
  /** Whether an `Authorization` header carries a token that holds. */
  readonly admits: (authorization: string | undefined) => Effect.Effect<boolean>
  /** Every access token made so far is worth nothing from now on. Refresh tokens still are. */
  readonly revoke: Effect.Effect<void>
}

export interface Options {
  readonly credentials: Credentials
  readonly expiresInSeconds: number
  /** `false`: the refresh grant is refused. */
  readonly refreshGrant: boolean
  /** Epoch milliseconds. */
  readonly now: Effect.Effect<number>
}

export const make = (options: Options): Tokens => {
  const expiries = new Map<string, number>()
  const refreshTokens = new Set<string>()

  const issue = (now: number): Answer => {
    const accessToken = opaque()
    const refreshToken = opaque()
    expiries.set(accessToken, now + options.expiresInSeconds * 1000)
    refreshTokens.add(refreshToken)
    const token = {
      access_token: accessToken,
      token_type: "Bearer",
      expires_in: options.expiresInSeconds,
      refresh_token: refreshToken,
      created_at: Math.floor(now / 1000)
    }
    return Json.answer(token, 200, noStore)
  }

  const passwordGrant = (given: Readonly<Record<string, unknown>>, now: number): Answer =>
    given["email"] === options.credentials.email && given["password"] === options.credentials.password
      ? issue(now)
      : refuse("invalid_grant")

  const refreshGrant = (given: Readonly<Record<string, unknown>>, now: number): Answer => {
    if (!options.refreshGrant) return refuse("unsupported_grant_type")
    const token = given["refresh_token"]
    // a refresh token is good for one use, so what takes it out is what admits it
    return typeof token === "string" && refreshTokens.delete(token) ? issue(now) : refuse("invalid_grant")
  }

  const decide = (given: Readonly<Record<string, unknown>>, now: number): Answer => {
    const { clientId, clientSecret } = options.credentials
    if (given["grant_type"] === undefined) return refuse("invalid_request")
    if (given["client_id"] !== clientId || given["client_secret"] !== clientSecret) return refuse("invalid_client", 401)
    if (given["grant_type"] === "password") return passwordGrant(given, now)
    return given["grant_type"] === "refresh_token" ? refreshGrant(given, now) : refuse("unsupported_grant_type")
  }

  return {
    grant: (parameters) => Effect.map(options.now, (now) => decide(parameters, now)),
    admits: (authorization) =>
      Effect.map(options.now, (now) => {
        const token = /^Bearer (?<token>\S+)$/iu.exec(authorization ?? "")?.groups?.["token"] ?? ""
        return now < (expiries.get(token) ?? Number.NEGATIVE_INFINITY)
      }),
    revoke: Effect.sync(() => expiries.clear())
  }
}

const opaque = (): string => randomBytes(32).toString("base64url")

const noStore = { "cache-control": "no-store", pragma: "no-cache" }

const refuse = (code: string, status = 400): Answer => Json.error(status, code, noStore)
