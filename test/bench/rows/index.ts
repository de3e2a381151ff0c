/** The rows, in the order of the table. Each is loaded in the process that measures it. */
import type { Row } from "../Row.ts"

interface Entry {
  readonly title: string
  /** How many cores its processes keep busy. */
  readonly cores: 1 | 2
  readonly load: () => Promise<{ readonly row: Row }>
}

export const rows = {
  call: { title: "One call without a network", cores: 1, load: () => import("./call.ts") },
  loopback: { title: "Calls over loopback", cores: 2, load: () => import("./loopback.ts") },
  webhook: { title: "A webhook, proven, decoded and normalised", cores: 1, load: () => import("./webhook.ts") },
  import: { title: "Cold import", cores: 2, load: () => import("./import.ts") },
  intake: { title: "Webhook intake, end to end and durable", cores: 2, load: () => import("./intake.ts") },
  lists: { title: "Long histories and long lists", cores: 1, load: () => import("./lists.ts") },
  memory: { title: "Memory for what is open and watched", cores: 1, load: () => import("./memory.ts") },
  load: { title: "A load that does not wait, on slow providers", cores: 2, load: () => import("./load.ts") }
} satisfies Record<string, Entry>
