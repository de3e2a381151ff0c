/**
 * A headless Chromium from npm, for machines without a browser: `@sparticuz/chromium` holds the binary, packed, with the
 * shared libraries and the font that a bare Linux lacks. Elsewhere than on Linux it is the Chrome that is installed.
 */
import { Context, Effect, Layer } from "effect"
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { type Browser as Chromium, chromium, type LaunchOptions, type Page } from "playwright-core"

/** One browser for all customers. */
export class Browser extends Context.Service<Browser, Chromium>()("example/Browser") {}

export const layer = Layer.effect(
  Browser,
  Effect.acquireRelease(
    Effect.promise(async () => chromium.launch(await options())),
    (browser) => Effect.promise(() => browser.close())
  )
)

/** A customer with a window of their own, until the scope ends. */
export const customer = Effect.flatMap(Browser, (browser) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const page = await browser.newPage()
      page.setDefaultTimeout(8_000)
      return page
    }),
    (page: Page) => Effect.promise(() => page.close())
  ))

const options = async (): Promise<LaunchOptions> => {
  if (process.platform !== "linux") return { channel: "chrome" }
  const folder = await unpacked()
  return {
    executablePath: join(folder, "chromium"),
    // the flags that the package recommends make one process of it, which dies with its first page
    env: {
      ...process.env,
      LD_LIBRARY_PATH: [join(folder, "al2023/lib"), process.env["LD_LIBRARY_PATH"]].filter(Boolean).join(":"),
      FONTCONFIG_FILE: join(folder, "fonts.conf")
    }
  }
}

/** Unpacks once for each version, in seconds, to where nobody else can put another binary. */
const unpacked = async (): Promise<string> => {
  const home = join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "../..")
  const { version } = JSON.parse(await readFile(join(home, "package.json"), "utf8"))
  const cache = join(import.meta.dirname, "../../node_modules/.cache")
  const folder = join(cache, `chromium-${version}`)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(`${folder}-`)
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", unpack], {
    cwd: import.meta.dirname,
    // it unpacks to the temporary folder, and the libraries only where it believes to be on AWS
    env: { PATH: process.env["PATH"], TMPDIR: fresh, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" }
  })
  await writeFile(
    join(fresh, "fonts.conf"),
    `<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`
  )
  // whole or not at all, also if two processes do it at once
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true }))
  return folder
}

const unpack = `import chromium from "@sparticuz/chromium"; await chromium.executablePath()`
