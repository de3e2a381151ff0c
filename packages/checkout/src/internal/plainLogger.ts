/**
 * What is logged, for loggers that are not Effect's.
 */
import type { Layer } from "effect/Layer"
import * as Logger from "effect/Logger"
import type { LogLevel } from "effect/LogLevel"
import * as References from "effect/References"
import * as Result from "effect/Result"
import type { LogEntry } from "../PromiseCheckout.ts"

/** @internal Instead of the console. A logger that throws holds up nothing. */
export const layer = (logger: (entry: LogEntry) => void): Layer<never> =>
  Logger.layer([
    Logger.make(({ fiber, logLevel, message }) =>
      Result.try(() =>
        logger({
          level: levels[logLevel],
          message: words(message),
          annotations: simple(fiber.getRef(References.CurrentLogAnnotations))
        })
      )
    )
  ])

const levels: Readonly<Record<LogLevel, LogEntry["level"]>> = {
  All: "trace",
  Trace: "trace",
  Debug: "debug",
  Info: "info",
  Warn: "warn",
  Error: "error",
  Fatal: "fatal",
  None: "info"
}

/** Text alone: what another value holds is not known, nor whether it may stand in a log. */
const words = (message: unknown): string => [message].flat().filter((part) => typeof part === "string").join(" ")

const simple = (annotations: Readonly<Record<string, unknown>>): LogEntry["annotations"] =>
  Object.fromEntries(
    Object.entries(annotations).flatMap(([name, value]) =>
      typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [[name, value]] : []
    )
  )
