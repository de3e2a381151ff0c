/**
 * The connections of a client to its PostgreSQL, and which of them are silent.
 */
import * as Net from "node:net"

/** @internal */
export interface Sockets {
  readonly open: () => Net.Socket
  /** A moment, as `endSilent` takes it. */
  readonly now: () => number
  /** Ends those that nothing has come from since a moment. Whatever was idle is opened again when it is needed. */
  readonly endSilent: (since: number) => void
}

/** @internal To the server of an address that was checked, from which everything but the place is read elsewhere. */
export const make = (address: string): Sockets => {
  const heard = new Map<Net.Socket, number>()
  let moment = 0
  return {
    open: () => {
      const socket = Net.connect({ ...place(address), noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 })
      const hear = () => heard.set(socket, ++moment)
      hear()
      socket.on("data", hear)
      socket.once("close", () => heard.delete(socket))
      return socket
    },
    now: () => moment,
    endSilent: (since) => {
      for (const [socket, last] of heard) {
        if (last <= since) socket.destroy()
      }
    }
  }
}

/** As libpq reads it: parameters come first, and a host that begins with a slash is the folder of a local socket. */
const place = (address: string): Net.TcpNetConnectOpts | Net.IpcNetConnectOpts => {
  const { hostname, port: stated, searchParams } = new URL(address)
  const port = searchParams.get("port") ?? (stated === "" ? "5432" : stated)
  const host = searchParams.get("host") ?? decodeURIComponent(hostname.replace(/^\[|\]$/gu, ""))
  return host.startsWith("/")
    ? { path: `${host}/.s.PGSQL.${port}` }
    : { host: host === "" ? "localhost" : host, port: Number(port) }
}
