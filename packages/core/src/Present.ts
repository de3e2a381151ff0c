/**
 * Records whose absent fields are absent keys, not `undefined`.
 */

/** `T` with every field that may be `undefined` made optional. */
export type Present<T> =
  & { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] }
  & { readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> }

/** Drops the keys whose value is `undefined`, as exact optional fields want it. */
export function only<T extends object>(fields: T): Present<T>
export function only(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
