// Package webhook answers the API server before it stores one of our objects:
// the verdict that the reconcilers would come to, a moment earlier, for
// kubectl apply and for a dry run of it alike. It decides nothing itself.
// Fields are judged by package admission and Subjects by package subject, so
// that an operator without a webhook says the same, only later.
//
// An answer never waits for a registry longer than Options.Budget, and nothing
// that could not be found out refuses an object: it becomes a warning.
//
// The server's certificate is the operator's own, unless a folder with one is
// given. Every replica serves it, the one that leads renews it. Two orders keep
// calls from failing meanwhile: an authority is published in the webhook
// configuration before it signs what is served, and an old one stays published
// until it has expired.
//
// Files: server.go (options and wiring), subject.go, workload.go (the
// handlers), opinion.go (from a judged Subject to an answer), certificate.go
// (authority and certificate), rotation.go (what to renew next, pure),
// keeper.go (the Secret and the webhook configuration).
package webhook
