// Package forward sends a request that only the primary may serve to the
// primary, unchanged and once, and passes the answer on, unchanged.
// registryhttp calls it when the service answers that this node is not
// primary; app builds it from the election and the advertised TLS files.
//
// What is not obvious:
//   - While nobody is primary, requests wait here within their deadline
//     instead of failing, since a hand-over takes less than a second.
//   - A request that was refused before anything happened (no connection, or a
//     node that is not primary any more) is sent again; one that was sent and
//     got no answer is not, because it may have been carried out.
//   - An answer is read to its end before its first byte is passed on, so that
//     either all of it or an error reaches the client.
//
// Files: forward.go (Do, Await, Forward), headers.go (what travels, the loop
// guard), transport.go (time-outs, TLS), errors.go.
package forward
