// Package fuzzing holds one fuzz target per reconcile function: objects that a
// CRD would accept, put together from the fuzzer's bytes, against a cluster and
// a registry in memory. No object may make the operator panic, and whatever it
// comes to, it comes to rest: after some rounds nothing is written anymore,
// neither to the cluster nor to the registry.
//
// It has no code of its own. `make fuzz` runs the targets, go test their seeds.
package fuzzing
