// Package telemetry holds everything that the data plane tells its operators:
// the logger with its list of keys, and every metric, each declared once.
//
// It is used by app, which makes the values and hands them to the packages
// that speak. What is not obvious: Karapace's names are kept for the metrics
// that dashboards of Karapace users read (registry contract, G.2), so some
// counts are there under two names; and the state of the registry is not
// pushed but read when Prometheus asks, from one function.
//
// What leaves the process for another company's machines passes a list of what
// may (faults.go): names and numbers, never bodies, credentials or what a panic
// was given. All that is sent is bounded and never waited for.
//
// Files: log.go (logger, formats, keys), pattern.go (lines as Karapace writes
// them), faults.go (lines at error level),
// metrics.go (every metric), state.go (metrics that are read from the state of
// a registry), statsd.go, otlp.go (sending over OTLP), otlpmetrics.go,
// otlptraces.go (what is sent), tracing.go (spans
// of requests), sentry.go (faults, sent), complaint.go (a receiver that is
// away is told once).
package telemetry
