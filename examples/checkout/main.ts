/**
 * Runs the shop against simulators: one for each provider, as two processes of one shop with one database, of which only
 * the switch differs. `--provider ecca` runs one.
 */
import { NodeHttpClient, NodeHttpServer, NodeRuntime, NodeServices } from "@effect/platform-node"
import * as EccaSimulator from "@gatefold/ecca/EccaSimulator"
import * as EcryptopaySimulator from "@gatefold/ecryptopay/EcryptopaySimulator"
import { Clock, ConfigProvider, Console, Context, Effect, FileSystem, Layer } from "effect"
import { HttpServer } from "effect/http"
import { createServer } from "node:http"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as Shop from "./Shop.ts"

const start = Effect.fnUntraced(function*(provider: string, settings: Readonly<Record<string, string>>) {
  const env = ConfigProvider.fromEnvRecord({ ...settings, GATEFOLD_PROVIDER: provider })
  const server = NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1", gracefulShutdownTimeout: 0 })
  const http = NodeHttpClient.layerUndiciOptions({ connect: { timeout: 3000 } })
  const shop = Shop.layer.pipe(Layer.provideMerge(server), Layer.provide([http, ConfigProvider.layer(env)]))
  // another one for each switch, not the same one twice
  const context = yield* Layer.build(Layer.fresh(shop))
  const url = HttpServer.formatAddress(Context.get(context, HttpServer.HttpServer).address)
  yield* Console.log(`GATEFOLD_PROVIDER=${provider}: the shop is open at ${url}`)
  return url
})

const main = Effect.gen(function*() {
  const { values } = parseArgs({ options: { provider: { type: "string" } } })
  const providers = values.provider === undefined ? ["ecca", "ecryptopay"] : [values.provider]
  const peso = { code: "MXN", name: "Mexican Peso", symbol: "$", decimal: 2, rate: "18.40" }
  const ecca = yield* EccaSimulator.make({ currencies: [peso] })
  // other payments than those of an earlier run, if the database is kept
  const firstId = BigInt(yield* Clock.currentTimeMillis)
  const ecryptopay = yield* EcryptopaySimulator.make({ firstId })
  // the simulators forget everything at the end, and so does the shop unless it is told otherwise
  const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
  const database = { GATEFOLD_DATABASE_URL: join(folder, "gatefold.db") }
  for (const provider of providers) {
    const url = yield* start(provider, { ...database, ...process.env, ...ecca.settings, ...ecryptopay.settings })
    // at ecryptopay the address is registered by hand in the dashboard
    yield* ecryptopay.webhooksTo(`${url}/webhooks/ecryptopay`)
  }
  yield* Console.log(`Without a wallet, the first QR code is paid at ${ecryptopay.url}/pay/${firstId}, and so on`)
  return yield* Effect.never
})

NodeRuntime.runMain(main.pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
