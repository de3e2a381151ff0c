/**
 * The headers of a webhook. That it is an HMAC and how the headers are called is documented [WH], all else is an option.
 * Uses Node's `createHmac` on purpose: what checks signatures elsewhere must be able to disagree with it.
 */
import { createHmac, randomUUID } from "node:crypto"
import type { Signing } from "./Options.ts"
import * as Times from "./Times.ts"

/** What a signature covers. */
export interface Message {
  readonly body: string | Uint8Array
  readonly eventId: string
  /** When the event happened. */
  readonly eventAt: number
  /** When it is sent. */
  readonly sentAt: number
}

export const headers = (signing: Signing, secret: string, message: Message): Readonly<Record<string, string>> => {
  const timestamp = timestampText(signing, signing.timestampOf === "event" ? message.eventAt : message.sentAt)
  return {
    "content-type": "application/json",
    "x-signature": sign(signing, secret, signedPieces(signing, timestamp, message.body)),
    "x-signature-timestamp": timestamp,
    "x-idempotency-key": signing.idempotencyKey === "attempt" ? randomUUID() : message.eventId
  }
}

type Piece = string | Uint8Array

const sign = (
  { algorithm = "sha256", encoding = "hex", prefix = "" }: Signing,
  secret: string,
  pieces: ReadonlyArray<Piece>
): string => {
  const hmac = createHmac(algorithm, secret)
  for (const piece of pieces) hmac.update(piece)
  return prefix + hmac.digest(encoding)
}

const signedPieces = ({ text = "timestamp.body" }: Signing, timestamp: string, body: Piece): ReadonlyArray<Piece> => {
  switch (text) {
    case "timestamp.body":
      return [timestamp, ".", body]
    case "timestamp+body":
      return [timestamp, body]
    case "body":
      return [body]
  }
}

const timestampText = ({ timestamp = "seconds" }: Signing, millis: number): string => {
  switch (timestamp) {
    case "seconds":
      return String(Times.unixSeconds(millis))
    case "millis":
      return String(millis)
    case "iso":
      return Times.zulu(millis)
  }
}
