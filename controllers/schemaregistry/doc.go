// Package schemaregistry reconciles SchemaRegistries. A Managed one gets its
// objects by server-side apply and is asked how it is through its Service; an
// External one is only asked. What other reconcilers need to know of a
// registry stands in its status: whether it answers, and who its primary is.
// While it does not answer, this is the only reconciler that keeps trying.
//
// Files: reconcile.go (the order of things), conflict.go (two registries on
// one topic), probe.go (asking the registry),
// rollout.go (which pod is replaced next), status.go, setup.go (watches).
package schemaregistry
