/**
 * A server of this folder, on a port of this machine that is free.
 */
import { once } from "node:events"
import type { Server } from "node:http"

/** Waits until it listens and tells its origin. */
export const listening = async (server: Server): Promise<string> => {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
}
