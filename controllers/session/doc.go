// Package session holds what the operator keeps per registry: for now one
// client, made anew when the addresses or the credentials change. It is the
// only place that turns a SchemaRegistry into a connection, and it never
// touches the Kubernetes API: the credentials are given to it.
//
// Files: session.go, access.go (credentials), pace.go (when to ask again).
package session
