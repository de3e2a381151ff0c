/** The rows, in the order of the table. Each is loaded in the process that measures it. */
import type { Row } from "../Row.ts"

interface Entry {
  readonly title: string
  readonly load: () => Promise<{ readonly row: Row }>
}

export const rows = {
  call: { title: "One call without a network", load: () => import("./call.ts") },
  loopback: { title: "Calls over loopback", load: () => import("./loopback.ts") },
  webhook: { title: "A webhook, proven, decoded and normalised", load: () => import("./webhook.ts") },
  import: { title: "Cold import", load: () => import("./import.ts") },
  intake: { title: "Webhook intake, end to end and durable", load: () => import("./intake.ts") },
  lists: { title: "Long histories and long lists", load: () => import("./lists.ts") },
  memory: { title: "Memory for what is open and watched", load: () => import("./memory.ts") },
  load: { title: "A load that does not wait, on slow providers", load: () => import("./load.ts") }
} satisfies Record<string, Entry>
