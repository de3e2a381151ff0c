/**
 * Puts an adapter's implementations and the stand-ins for what it lacks into a context.
 *
 * The types say what a declaration promises; this is the one place where they cannot be checked by the compiler, so a
 * test calls every operation of every service.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as Capability from "../Capability.ts"
import { Gateway, type Service } from "../Gateway.ts"
import { GatewayError, Unsupported } from "../GatewayError.ts"
import type { AccountId, ProviderId } from "../Identifiers.ts"

interface Identity {
  readonly provider: ProviderId
  readonly account: AccountId
}

/** @internal The services that a provider has, and every service. */
export interface Assembled<Provided> {
  readonly exact: Context.Context<Gateway | Provided>
  readonly all: Context.Context<Gateway | Capability.All>
}

type Members = Readonly<Record<string, unknown>>

/** @internal `levels` holds the operations that this account has, by `service.operation`. */
export function assemble<C extends Capability.Declaration>(
  gateway: Service,
  declaration: C,
  implementations: Capability.Implementations<C>
): Assembled<Capability.Provided<C>>
export function assemble(
  gateway: Service,
  declaration: Capability.Declaration,
  implementations: Readonly<Record<string, Members | undefined>>
): { readonly exact: Context.Context<never>; readonly all: Context.Context<never> } {
  let exact: Context.Context<never> = Context.add(Context.empty(), Gateway, gateway)
  let all = exact
  for (const [name, { operations, tag }] of Object.entries(Capability.services)) {
    const shape = complete(gateway, name, operations, implementations[name] ?? {})
    const key = Context.Service<unknown, unknown>(tag.key)
    all = Context.add(all, key, shape)
    if (Object.hasOwn(declaration, name)) exact = Context.add(exact, key, shape)
  }
  return { exact, all }
}

const complete = (
  gateway: Service,
  name: string,
  operations: Readonly<Record<string, string>>,
  built: Members
): Members =>
  Object.fromEntries(
    Object.entries(operations).map(([operation, kind]) => {
      const path = `${name}.${operation}`
      return [
        operation,
        gateway.capabilities.has(path) ? guarded(gateway, path, built[operation]) : standIn(gateway, path, kind)
      ]
    })
  )

/** The operations that have an aspect, and what has to be asked of them to need it. */
const aspects: Readonly<
  Record<string, { readonly aspect: Capability.Path; readonly isAsked: (input: unknown) => boolean }>
> = {
  "invoices.get": {
    aspect: "invoices.getByReference",
    isAsked: (lookup) => !Predicate.hasProperty(lookup, "id")
  }
}

/** An operation that is there, without the aspects that are not. */
const guarded = (gateway: Service, path: string, built: unknown): unknown => {
  const guard = Object.hasOwn(aspects, path) ? aspects[path] : undefined
  if (guard === undefined || gateway.capabilities.has(guard.aspect) || !Predicate.isFunction(built)) return built
  const failure = unsupported(gateway, path, guard.aspect)
  return (input: unknown): unknown => guard.isAsked(input) ? failure : built(input)
}

const unsupported = ({ account, provider }: Identity, operation: string, capability: string) =>
  Effect.fail(new GatewayError({ provider, account, operation, reason: new Unsupported({ capability }) }))

const standIn = (identity: Identity, operation: string, kind: string): unknown => {
  const failure = unsupported(identity, operation, operation)
  switch (kind) {
    case "stream":
      return () => Stream.fromEffect(failure)
    case "value":
      return failure
    default:
      return () => failure
  }
}
