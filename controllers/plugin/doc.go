// Package plugin is what `kubectl plastron` does: it looks at objects and at
// the registries that they stand for, with the rights of the person who runs
// it. cmd/kubectl-plastron parses the command line and calls it; the operator
// does not use it.
//
// What is not obvious: a registry inside a cluster is asked under its own name
// (registry.namespace.svc), so that its certificate fits, through connections
// that the caller dials. Schemas are compared by the registry, which knows
// when two texts are one schema; the line by line difference is for people.
//
// Files: plugin.go (what all commands share), status.go, diff.go (with lines.go
// and wanted.go, what an object asks for), export.go (with name.go, the names of
// objects), adopt.go, orphans.go, backup.go (with inspect.go).
package plugin
