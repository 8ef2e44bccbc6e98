// Package apply brings child objects to the cluster by server-side apply. It
// refuses to touch an object that exists without being controlled by the
// owner, and makes no call for an object that is as it was applied: a
// converged workload costs no write.
//
// Files: apply.go (apply and prune), optional.go (kinds that a cluster may lack),
// strategy.go (from a StatefulSet that rolls by itself to one that does not),
// unchanged.go (may the call be left out).
package apply
