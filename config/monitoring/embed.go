// Package monitoring is what Prometheus and Grafana get: the alert rules and
// the dashboard, as files for people who install them by hand and as texts for
// the operator, which makes objects of them (controllers/build).
//
// Files: alerts.yaml, dashboard.json, embed.go.
package monitoring

import _ "embed"

// Alerts are rules of Prometheus (YAML) that look at every registry and proxy.
//
//go:embed alerts.yaml
var Alerts []byte

// Dashboard is a dashboard of Grafana (JSON).
//
//go:embed dashboard.json
var Dashboard []byte
