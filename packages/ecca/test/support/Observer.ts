/**
 * Everything that an application's tracer, loggers and metrics get to see.
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
    logs.push(`${entry.logLevel} ${inspect([entry.message, entry.cause], { depth: 99, showHidden: true })}`)
  })
  const metrics: Metric.MetricRegistry = new Map()
  const snapshot = Effect.provideService(Metric.snapshot, Metric.MetricRegistry, metrics)
  return {
    spans,
    logs,
    watch: <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      effect.pipe(
        Effect.withTracer(tracer),
        Effect.provideService(Metric.MetricRegistry, metrics),
        Effect.provideService(References.MinimumLogLevel, "All"),
        Effect.provideService(Logger.CurrentLoggers, new Set([logger]))
      ),
    /** Every metric of this name, with its attributes and its state. */
    metric: (name: string) => Effect.map(snapshot, (all) => all.filter(({ id }) => id === name)),
    /** All of it as text, as no exporter would write more. */
    text: Effect.map(
      snapshot,
      (all) => [...logs, ...spans.map(describe), inspect(all, { depth: 99, showHidden: true })].join("\n")
    )
  }
}

const describe = (span: Tracer.NativeSpan): string => {
  const failure = span.status._tag === "Ended" && Exit.isFailure(span.status.exit) ? span.status.exit.cause : undefined
  return [
    span.name,
    failure === undefined ? "" : Cause.pretty(failure),
    inspect([span.attributes, span.events, span.links, failure], { depth: 99, showHidden: true })
  ].join("\n")
}
