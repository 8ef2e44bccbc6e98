// Package filepoll notices that files have other content than before.
//
// It reads them instead of watching events or modification times: that sees
// every way in which files are replaced (rename, the symbolic links of a
// Kubernetes volume, a write within the same second), and the files it is for,
// certificates and users, are small.
//
// Its callers are runtime/auth and runtime/httpserver. Nothing is started
// here: Run works on the goroutine of its caller.
//
// Files: filepoll.go.
package filepoll
