// Package app builds the processes of the data plane from a configuration and
// runs them: the registry, the REST proxy, both in one process, and the
// development server with its embedded broker. It is called by cmd/plastron
// and by tests that want a whole process.
//
// It is the only package that knows all others, and has no rules of its own:
// it translates configuration into their options, hands one part to the next,
// starts in order and stops in reverse.
//
// What is not obvious: the listener comes first, so that probes get an answer
// while Kafka is away or the topic is long, and data routes answer 503 until
// the topic was read to its end; and the election is left first at the end, so
// that another node takes the writes while this one still answers reads.
//
// Files: settings.go (configuration to options), lifecycle.go (order, time
// limits), registry.go, rest.go, all.go and dev.go (the processes), serve.go
// (listener and routes before and after readiness), identities.go (one service
// per user of the proxy), registryauth.go (what the proxy shows
// its registry), notify.go (the service manager), management.go
// (profiles), telemetry.go (what is sent to others), observe.go and
// observe_log.go (metrics and spans of requests and of the log), memory.go
// (what is given back to the system), backup.go (what the backup tool needs),
// check.go (everything but the connections).
package app
