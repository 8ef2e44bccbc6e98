// Package build turns a SchemaRegistry or a RestProxy into the objects that
// run it, as apply configurations. Everything here is pure: no cluster, no
// clock, no randomness. Both kinds share one shape, so that what is true of a
// pod of one is true of the other: a StatefulSet whose pods have names of
// their own, a headless Service that publishes those names before the pods are
// ready, a Service for clients, and a disruption budget.
//
// Pods are configured by environment variables alone. The names of variables
// and their spelling are those of the table in runtime/config.
//
// Files: registry.go and restproxy.go (what each kind adds), statefulset.go,
// pod.go, service.go, pdb.go (one object each), workload.go (what both kinds
// have in common and the list of objects), env.go (configuration), kafka.go
// (the connection to Kafka and its files), listener.go (all other files),
// exposure.go and monitoring.go (what is around the pods), patch.go (the
// patch of the pod template), certificate.go (that of the listener),
// labels.go, image.go.
package build
