// Package manager is the operator as a process: flags, caches, indexes, the
// three controllers, health and metrics. cmd/manager calls Run and nothing
// else.
//
// The caches hold children only by our label, and ConfigMaps as metadata:
// memory grows with our objects, not with the cluster. Objects that are read
// rarely and whole, ConfigMaps among them, are read live.
//
// Files: run.go (the steps), crds.go (waiting for our kinds), flags.go, cache.go (what is held and indexed).
package manager

//go:generate go tool -modfile=../../hack/tools/go.mod controller-gen rbac:roleName=plastron-manager paths=../... output:rbac:dir=../../config/rbac
//go:generate go test . -run ^TestChartCopies$ -count=1 -update
