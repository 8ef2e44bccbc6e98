// Package envtest holds the tests of the controllers on a real API server: the
// CRDs with their rules, and all reconcilers as cmd/manager runs them, against
// a registry in memory that counts what it is asked for. There is no node and
// no StatefulSet controller; tests that need pods write their status.
//
// The API server and etcd come from KUBEBUILDER_ASSETS, see
// hack/envtest/assets.sh.
package envtest
