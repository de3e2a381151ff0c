/** Runs the shop against simulators of both providers, once for each, on one database: only the switch differs. */
import { NodeHttpClient, NodeHttpServer, NodeRuntime, NodeServices } from "@effect/platform-node"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { Clock, ConfigProvider, Console, Context, Effect, FileSystem, Layer } from "effect"
import { HttpServer } from "effect/http"
import { createServer } from "node:http"
import { parseArgs } from "node:util"
import * as Shop from "./Shop.ts"

const main = Effect.gen(function*() {
  const { values: { provider } } = parseArgs({ options: { provider: { type: "string" } } })
  const peso = { code: "MXN", name: "Mexican Peso", symbol: "$", decimal: 2, rate: "18.40" }
  const ecca = yield* EccaSimulator.make({ currencies: [peso] })
  // other payments than those of an earlier run, whose database may be kept
  const firstId = BigInt(yield* Clock.currentTimeMillis)
  const ecryptopay = yield* EcryptopaySimulator.make({ firstId })
  const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
  const defaults = { GATEFOLD_DATABASE_URL: `${folder}/gatefold.db` }
  for (const GATEFOLD_PROVIDER of provider === undefined ? ["ecca", "ecryptopay"] : [provider]) {
    const env = { ...defaults, ...process.env, ...ecca.settings, ...ecryptopay.settings, GATEFOLD_PROVIDER }
    const config = ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))
    const http = NodeHttpClient.layerUndiciOptions({ connect: { timeout: 3000 } })
    const server = NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1", gracefulShutdownTimeout: 0 })
    const shop = Shop.layer.pipe(Layer.provideMerge(server), Layer.provide([http, config]))
    const { address } = Context.get(yield* Layer.build(Layer.fresh(shop)), HttpServer.HttpServer)
    const url = HttpServer.formatAddress(address)
    // at ecryptopay the address is registered by hand in the dashboard
    yield* ecryptopay.webhooksTo(`${url}/webhooks/ecryptopay`)
    yield* Console.log(`GATEFOLD_PROVIDER=${GATEFOLD_PROVIDER}: the shop is open at ${url}`)
  }
  yield* Console.log(`Without a wallet, the first QR code is paid at ${ecryptopay.url}/pay/${firstId}, and so on`)
  return yield* Effect.never
})

NodeRuntime.runMain(main.pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
