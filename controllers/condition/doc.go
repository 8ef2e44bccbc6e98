// Package condition sets the conditions of our kinds: with the generation that
// they speak of, a transition time that moves only with the status, and a
// bounded message. It also rolls conditions up into Ready and keeps the pair
// that kstatus reads, Reconciling and Stalled, which are present only while
// true.
//
// Every reconciler writes conditions through a Set and nothing else. The
// package reads no clock: the time comes in.
//
// Files: set.go, workload.go (what both workloads have in common),
// certificate.go (that of their listener).
package condition
