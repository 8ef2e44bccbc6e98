// Package telemetry holds everything that the data plane tells its operators:
// the logger with its list of keys, and every metric, each declared once.
//
// It is used by app, which makes the values and hands them to the packages
// that speak. What is not obvious: Karapace's names are kept for the metrics
// that dashboards of Karapace users read (registry contract, G.2), so some
// counts are there under two names; and the state of the registry is not
// pushed but read when Prometheus asks, from one function.
//
// Files: log.go (logger, formats, keys), metrics.go (every metric), state.go
// (metrics that are read from the state of a registry).
package telemetry
