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
  const heard = new Map<Net.Socket, { readonly at: number; readonly bytes: number }>()
  let moment = 0
  /** By its bytes, since a socket below TLS tells of no data. */
  const listen = () => {
    moment += 1
    for (const [socket, { bytes }] of heard) {
      if (socket.bytesRead !== bytes) heard.set(socket, { at: moment, bytes: socket.bytesRead })
    }
  }
  return {
    open: () => {
      const socket = Net.connect({ ...place(address), noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 })
      heard.set(socket, { at: ++moment, bytes: 0 })
      socket.once("close", () => heard.delete(socket))
      return socket
    },
    now: () => {
      listen()
      return moment
    },
    endSilent: (since) => {
      listen()
      for (const [socket, { at }] of heard) {
        if (at <= since) socket.destroy()
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
