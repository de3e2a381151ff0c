/** Shops on simulated providers, with webhooks that come by themselves. */
import { NodeHttpClient, NodeHttpServer } from "@effect/platform-node"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { ConfigProvider, Context, Effect, Layer, Logger, Schedule } from "effect"
import { HttpServer } from "effect/http"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Shop from "../../Shop.ts"

/** Both providers, an empty database, and what shops on them log. */
export const make = Effect.gen(function*() {
  const peso = { code: "MXN", name: "Mexican Peso", symbol: "$", decimal: 2, rate: "18.40" }
  const ecca = yield* EccaSimulator.make({ currencies: [peso] })
  const ecryptopay = yield* EcryptopaySimulator.make()
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "gatefold-shop-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
  )
  const logged: Array<string> = []
  const log = Logger.layer([Logger.make(({ message }) => {
    logged.push(String(message))
  })])

  /** Opens one process of the shop, whose new attempts go to `provider`, and tells its address. */
  const open = Effect.fnUntraced(function*(provider: "ecca" | "ecryptopay") {
    const env = {
      ...ecca.settings,
      ...ecryptopay.settings,
      GATEFOLD_PROVIDER: provider,
      GATEFOLD_DATABASE_URL: join(folder, "shop.db"),
      // 25 seconds in earnest: a test should see a renewal
      ECRYPTOPAY_QUOTE_LASTS: "4 seconds"
    }
    const server = NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1", gracefulShutdownTimeout: 0 })
    const context = yield* Layer.build(Layer.fresh(Shop.layer.pipe(
      Layer.provideMerge(server),
      Layer.provide([NodeHttpClient.layerUndici, ConfigProvider.layer(ConfigProvider.fromEnvRecord(env)), log])
    )))
    const url = HttpServer.formatAddress(Context.get(context, HttpServer.HttpServer).address)
    yield* ecryptopay.webhooksTo(`${url}/webhooks/ecryptopay`)
    return url
  })
  return { ecca, ecryptopay, logged, open }
})

/** How often the shop has handed over, once it has. */
export const handedOver = (logged: ReadonlyArray<string>) =>
  eventually(
    Effect.sync(() => logged.filter((line) => line.includes("hand over the tea")).length),
    (times) => times > 0
  )

/** Looks until it is so, for some seconds. */
export const eventually = <A, E>(look: Effect.Effect<A, E>, isSo: (found: A) => boolean) =>
  look.pipe(
    Effect.repeat({ until: isSo, schedule: Schedule.spaced("50 millis") }),
    Effect.timeout("8 seconds")
  )
