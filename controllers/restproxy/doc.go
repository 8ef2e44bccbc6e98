// Package restproxy reconciles RestProxies: it gives each its objects and says
// in the status how the pods are. A registry that is named by reference is
// looked up only for its address; one that is not ready does not take the
// proxy down, and one that goes away leaves the pods as they are.
//
// Files: reconcile.go (the order of things), resolve.go (the registry),
// status.go, setup.go (watches).
package restproxy
