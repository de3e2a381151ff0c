/**
 * Everything that an application's tracer, logger and metrics get to see.
 */
import { Effect, Logger, Metric, References, Tracer } from "effect"

/** Records what effects show that were run with `watch`. Metrics are counted apart from other tests'. */
export const make = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const logs: Array<{ readonly level: string; readonly text: string; readonly entry: unknown }> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const logger = Logger.make((entry) => {
    logs.push({ level: entry.logLevel, text: [entry.message].flat().join(" "), entry: { ...entry, fiber: undefined } })
  })
  const metrics: Metric.MetricRegistry = new Map()
  return {
    spans,
    logs,
    warnings: () => logs.filter(({ level }) => level === "Warn").map(({ text }) => text),
    metrics: Effect.provideService(Metric.snapshot, Metric.MetricRegistry, metrics),
    watch: <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      effect.pipe(
        Effect.withTracer(tracer),
        Effect.provideService(Metric.MetricRegistry, metrics),
        Effect.provideService(References.MinimumLogLevel, "All"),
        Effect.provideService(Logger.CurrentLoggers, new Set([logger]))
      )
  }
}
