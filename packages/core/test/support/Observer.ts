/**
 * Everything that an application's tracer, logger and metrics get to see.
 */
import { Cause, Effect, Exit, Logger, Metric, References, Tracer } from "effect"
import { inspect } from "node:util"

/** Records what effects show that were run with `watch`. Metrics are counted apart from other tests'. */
export const make = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const logs: Array<string> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const logger = Logger.make((entry) => {
    logs.push(inspect([entry.message, entry.cause, entry.logLevel], { depth: 99, showHidden: true }))
  })
  const metrics: Metric.MetricRegistry = new Map()
  return {
    spans,
    watch: <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      effect.pipe(
        Effect.withTracer(tracer),
        Effect.provideService(Metric.MetricRegistry, metrics),
        Effect.provideService(References.MinimumLogLevel, "All"),
        Effect.provideService(Logger.CurrentLoggers, new Set([logger]))
      ),
    /** Attributes and value of every metric of this name. */
    metric: (name: string) => Effect.map(snapshot(metrics), (all) => all.filter(({ id }) => id === name)),
    /** All of it as text. */
    text: Effect.map(
      snapshot(metrics),
      (all) => [...logs, ...spans.map(describe), inspect(all, { depth: 99 })].join("\n")
    )
  }
}

const snapshot = (metrics: Metric.MetricRegistry) =>
  Effect.provideService(Metric.snapshot, Metric.MetricRegistry, metrics)

/** What an exporter sends of a span: nothing of a success but that it was one. */
const describe = (span: Tracer.NativeSpan): string => {
  const failure = span.status._tag === "Ended" && Exit.isFailure(span.status.exit) ? span.status.exit.cause : undefined
  return [
    span.name,
    failure === undefined ? "ok" : Cause.pretty(failure),
    inspect([span.attributes, span.events, failure], { depth: 99, showHidden: true })
  ].join("\n")
}
