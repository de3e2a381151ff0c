/**
 * B. What is sent.
 */
import { levels } from "@gatefold/core/Capability"
import type { RecordedRequest } from "@gatefold/core/Simulator"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Case from "../../Case.ts"
import { show, unless, unlessEqual, Violation } from "../../Violation.ts"
import { transports, type World } from "../../World.ts"
import { creates } from "../creating.ts"
import { declared, nothing } from "../everyCall.ts"
import * as ExactJson from "../exactJson.ts"
import * as goldens from "../goldens.ts"
import { once } from "../once.ts"
import { lacksGolden } from "../play.ts"
import { inNoTime, objects } from "../sweep.ts"
import { amounts } from "./amounts.ts"

/** Operations whose requests are those of others, or that have none. */
const withoutOwnRequests = /^(?:webhookEvents\.|payments\.watch$)/u

/** Every declared call once, and what it sent, even where nothing could be made to call about. */
const tour = Effect.fnUntraced(function*(world: World) {
  const about = yield* Effect.orElseSucceed(once(objects(world)), () => nothing)
  for (const [, call] of declared(world.adapter, world.order, about)) yield* Effect.exit(inNoTime(call))
  const sent = yield* world.simulator.requests
  yield* unless(sent.length > 0, "none of its operations sent anything")
  return sent
})

const lineOf = ({ method, url }: RecordedRequest): string => `${method} ${url}`

/** A transport that sends nothing but to this origin, and notes what should have gone elsewhere. */
const fenced = (origin: string, strays: Array<string>): Layer.Layer<HttpClient.HttpClient> =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(
      HttpClient.HttpClient,
      HttpClient.transform((sent, request) => {
        const target = Option.getOrUndefined(HttpClientRequest.toUrl(request))?.origin ?? request.url
        if (target === origin) return sent
        strays.push(target)
        return Effect.die(new Violation({ message: `a request to ${target}` }))
      })
    )
  ).pipe(Layer.provide(transports.undici))

const referenceCounts = ({ gateway: { capabilities, operations } }: World["adapter"]): boolean =>
  operations.get("invoices.create")?.safety === "reference" || capabilities.has("invoices.getByReference")

const asked = Case.group("B", [
  {
    id: "golden-requests",
    name: "each golden operation sends exactly the recorded requests",
    why: "A field with another name is ignored in silence: the customer pays another amount, or no webhook ever comes.",
    look: "Where the adapter builds the request; the file that is named says what it should be, and on which page.",
    isScripted: true,
    needs: [],
    lacks: lacksGolden,
    run: (world) => goldens.judgeAll(world, goldens.requestProblems)
  },
  {
    id: "golden-for-each-operation",
    name: "there is a golden exchange for each operation that it declares",
    why: "An operation without one is checked against a simulator alone, which may share the adapter's mistake.",
    look: "The folder `golden` of the subject: take the examples of the provider's pages.",
    isScripted: true,
    needs: [],
    lacks: lacksGolden,
    run: Effect.fnUntraced(function*(world) {
      const recorded = new Set<string>((yield* goldens.all(world)).map(({ conversation }) => conversation.operation))
      const paths = [...levels(world.subject.provider.capabilities).keys()]
      const lacking = paths.filter((path) => !withoutOwnRequests.test(path) && !recorded.has(path))
      yield* unlessEqual("operations without a golden exchange", lacking, [])
    })
  },
  {
    id: "requests-stay-at-the-provider",
    name: "every request goes to the host that the settings name",
    why: "The request carries the account's credentials; whoever gets it can act as the merchant.",
    look: "`baseUrl` of `ProviderClient.make`; an address out of an answer must not be asked with credentials.",
    isCritical: true,
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const strays: Array<string> = []
      const adapter = yield* world.connect({ transport: fenced(new URL(world.simulator.url).origin, strays) })
      const outcome = yield* Effect.exit(tour({ ...world, adapter }))
      yield* unlessEqual("hosts that are not the provider's", [...new Set(strays)], [])
      yield* outcome
    })
  },
  {
    id: "json-is-labelled",
    name: "a body says in `Content-Type` what it is",
    why: "A server that does not take it for JSON reads no field of it: refused at best, with defaults at worst.",
    look: "`body` of a `ProviderClient` request is sent and labelled as JSON.",
    needs: [],
    run: Effect.fnUntraced(function*(world) {
      const mislabelled = (yield* tour(world)).filter(({ body, headers }) => {
        const type = headers["content-type"] ?? ""
        return body !== "" && (ExactJson.parse(body) === undefined ? type === "" : !/\bjson\b/iu.test(type))
      })
      yield* unlessEqual("requests with a body that is not labelled", mislabelled.map(lineOf), [])
    })
  },
  {
    id: "create-carries-its-reference",
    name: "a create that is found again by its reference sends it",
    why: "Without it a create of unknown outcome can never be found, and is paid twice or by nobody.",
    look: "The `reference` of the order in the body of create.",
    isCritical: true,
    needs: ["invoices.create"],
    unless: ({ adapter }) => referenceCounts(adapter) ? undefined : "the provider keeps no reference",
    run: Effect.fnUntraced(function*({ adapter, order, simulator }) {
      // guests may be known by the reference too
      const asked = order({ customer: "somebody" })
      yield* Effect.exit(once(adapter.invoices.create(asked)))
      const sent = (yield* creates(simulator)).map(({ body, url }) => `${url} ${body}`)
      yield* unless(sent.length > 0, "create sent nothing")
      yield* unless(
        sent.every((text) => text.includes(asked.reference)),
        `the create of ${asked.reference} should say so, and is ${show(sent)}`
      )
    })
  }
])

/** @internal */
export const requests = [...asked, ...amounts]
