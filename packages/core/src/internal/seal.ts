/**
 * A seal on what was admitted in `signature` mode, where the admission holds the statement that will be believed: it may
 * lie in a database before it is resolved, and only what this account's secrets sealed is taken for proven then.
 */
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as RawWebhook from "../RawWebhook.ts"
import { Admitted } from "../WebhookEvent.ts"
import * as WebhookSignature from "../WebhookSignature.ts"

/** @internal */
export interface Sealer {
  readonly seal: (admitted: Admitted) => Effect.Effect<Admitted>
  readonly isSealed: (admitted: Admitted) => Effect.Effect<boolean>
}

/** @internal Where nothing but an id is admitted, there is nothing to seal. */
export const open: Sealer = { seal: Effect.succeed, isSealed: () => Effect.succeed(true) }

const header = "seal"

const encode = Schema.encodeEffect(Schema.fromJsonString(Admitted))

/** @internal Seals with the first secret, and accepts the seals of all of them. */
export const make = Effect.fnUntraced(function*(
  scheme: WebhookSignature.Scheme,
  secrets: ReadonlyArray<Redacted.Redacted>
) {
  const signer = yield* WebhookSignature.make(
    {
      ...scheme,
      signedText: "gatefold admission {body}",
      encoding: "hex",
      prefix: "",
      signatureHeader: header,
      timestampHeader: undefined
    },
    secrets
  )
  const bytes = (admitted: Admitted) =>
    Effect.map(
      Effect.orDie(encode(new Admitted(Struct.omit(admitted, ["seal"])))),
      (text) => new TextEncoder().encode(text)
    )
  const sealer: Sealer = {
    seal: Effect.fnUntraced(function*(admitted) {
      const headers = yield* signer.sign(yield* bytes(admitted), "")
      return new Admitted({ ...admitted, seal: headers[header] ?? "" })
    }),
    isSealed: (admitted) =>
      Effect.flatMap(
        bytes(admitted),
        (body) => Effect.isSuccess(signer.verify(RawWebhook.make({ headers: { [header]: admitted.seal ?? "" }, body })))
      )
  }
  return sealer
})
