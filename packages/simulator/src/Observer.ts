/**
 * Everything that an application's tracer, loggers and metrics get to see: for tests that nothing secret is among it, and
 * that what should be told is told.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"

/** A line of the log. `text` is its message, `everything` also what a logger might print of it. */
export interface Line {
  readonly level: string
  readonly text: string
  readonly everything: string
}

export interface Observer {
  readonly spans: ReadonlyArray<Tracer.NativeSpan>
  readonly logs: ReadonlyArray<Line>
  /** The messages of warnings. */
  readonly warnings: () => ReadonlyArray<string>
  /** Runs an effect so that all it shows is seen here, and its metrics are counted apart from others'. */
  readonly watch: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Every metric of this name, with its attributes and its state. */
  readonly metric: (name: string) => Effect.Effect<ReadonlyArray<Metric.Metric.Snapshot>>
  /** All of it as text, as no exporter would write more. */
  readonly text: Effect.Effect<string>
}

/** Makes an observer that has seen nothing yet. */
export const make = (): Observer => {
  const spans: Array<Tracer.NativeSpan> = []
  const logs: Array<Line> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const logger = Logger.make((entry) => {
    logs.push({
      level: entry.logLevel,
      text: [entry.message].flat().join(" "),
      everything: inspect([entry.message, entry.cause], { depth: 99, showHidden: true })
    })
  })
  const metrics: Metric.MetricRegistry = new Map()
  const snapshot = Effect.provideService(Metric.snapshot, Metric.MetricRegistry, metrics)
  return {
    spans,
    logs,
    warnings: () => logs.flatMap(({ level, text }) => level === "Warn" ? [text] : []),
    watch: (effect) =>
      effect.pipe(
        Effect.withTracer(tracer),
        Effect.provideService(Metric.MetricRegistry, metrics),
        Effect.provideService(References.MinimumLogLevel, "All"),
        Effect.provideService(Logger.CurrentLoggers, new Set([logger]))
      ),
    metric: (name) => Effect.map(snapshot, (all) => all.filter(({ id }) => id === name)),
    text: Effect.map(
      snapshot,
      (all) => [...logs.map(({ everything }) => everything), ...spans.map(describe), look(all)].join("\n")
    )
  }
}

/** A value with all that is in it, also what its own way of printing would hide. */
export const look = (value: unknown): string =>
  inspect(value, { depth: 99, showHidden: true }) + inspect(value, { depth: 99, customInspect: false })

/** What an exporter sends of a span: nothing of a success but that it was one. */
const describe = (span: Tracer.NativeSpan): string => {
  const failure = span.status._tag === "Ended" && Exit.isFailure(span.status.exit) ? span.status.exit.cause : undefined
  return [
    span.name,
    failure === undefined ? "ok" : Cause.pretty(failure),
    look([span.attributes, span.events, span.links, failure])
  ].join("\n")
}
