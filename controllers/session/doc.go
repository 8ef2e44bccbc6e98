// Package session holds what the operator keeps per registry: for now one
// client, made anew when the addresses change. It is the only place that turns
// a SchemaRegistry into a connection, and it never touches the Kubernetes API.
//
// Files: session.go.
package session
