/**
 * Webhook intake end to end, over loopback into a database that is durable: the server in a process of its own.
 */
import * as Effect from "effect/Effect"
import type * as Database from "../../soak/Database.ts"
import * as Intake from "../checkout/Intake.ts"
import { quantile } from "../checkout/Quantiles.ts"
import * as Figure from "../Figure.ts"
import type { Row, Size } from "../Row.ts"

const names: Readonly<Record<Database.Kind, string>> = { sqlite: "SQLite", postgres: "PostgreSQL" }

const peer = "node:http + one INSERT"

const figures = (kind: Database.Kind, { ours, plain, resolved }: Intake.Measured): ReadonlyArray<Figure.Figure> => {
  const at = `webhook intake on ${names[kind]}`
  const wait = (share: number) => ({
    name: `${at}: p${share * 100} at half of the top rate`,
    unit: "ms",
    ours: quantile(ours.waits, share)
  })
  const [p50, p99] = [wait(0.5), wait(0.99)]
  return [
    Figure.beside({ name: `${at}: top rate`, unit: "1/s", ours: ours.rate }, [peer, plain.rate], [">=", 0.5]),
    Figure.beside(p50, [peer, quantile(plain.waits, 0.5)]),
    new Figure.Figure({ ...Figure.alone(p99, ["<=", 50]), peers: { [peer]: quantile(plain.waits, 0.99) } }),
    Figure.alone({
      name: `${at}: read back and applied once it is quiet`,
      unit: "1/s",
      ours: resolved,
      note: "while webhooks come in, they go first"
    })
  ]
}

const measured = (kind: Database.Kind, { isQuick }: Size) =>
  Effect.map(
    Intake.measure(
      isQuick
        ? { kind, rounds: 1, millis: 100, halfMillis: 300 }
        : { kind, rounds: 5, millis: 800, halfMillis: 3_000 }
    ),
    (measured) => figures(kind, measured)
  )

export const row: Row = {
  measure: (size) => Effect.map(Effect.all([measured("sqlite", size), measured("postgres", size)]), (all) => all.flat())
}
