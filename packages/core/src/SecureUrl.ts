/**
 * Web addresses that money may depend on: https, or plain http to this machine for development and simulators.
 */
import * as Schema from "effect/Schema"

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/u

/** Without what URL parsers silently drop or turn into slashes: the text must mean the same to everyone it is given to. */
const plain = /^https?:\/\/(?!\/)[^\s\p{Cc}\\]+$/iu

/** Whether the text is an absolute https URL without credentials in it (http is accepted for loopback hosts). */
export const isSecure = (text: string): boolean => {
  const url = plain.test(text) ? URL.parse(text) : null
  if (url === null || url.username !== "" || url.password !== "") return false
  return url.protocol === "https:" || (url.protocol === "http:" && loopback.test(url.hostname))
}

/** An absolute https URL, as text. */
export const SecureUrl = Schema.String.check(
  Schema.makeFilter((text: string) => isSecure(text) || "an absolute https URL")
).pipe(Schema.brand("SecureUrl"))
export type SecureUrl = typeof SecureUrl.Type
