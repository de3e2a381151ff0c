/**
 * Records whose absent fields are absent keys, not `undefined`.
 */

/** `T` with every field that may be `undefined` made optional. */
export type Present<T> =
  & { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] }
  & { readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> }

/** As a property is that was assigned, which that one name cannot be. */
const ordinary = { configurable: true, enumerable: true, writable: true }

/** Drops the keys whose value is `undefined`, as exact optional fields want it. */
export function only<T extends object>(fields: T): Present<T>
export function only(fields: Readonly<Record<string, unknown>>): object {
  const present: Record<string, unknown> = {}
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (value === undefined) continue
    if (name === "__proto__") Object.defineProperty(present, name, { value, ...ordinary })
    else present[name] = value
  }
  return present
}
