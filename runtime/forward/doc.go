// Package forward sends a request that only the primary may serve to the
// primary, unchanged and once, and passes the answer on, unchanged.
// registryhttp calls it when the service answers that this node is not
// primary; app builds it from the election and the advertised TLS files.
// For the REST proxy, whose consumers live in the memory of one node each, it
// finds the node that has one and hands requests for it over.
//
// What is not obvious:
//   - While nobody is primary, requests wait here within their deadline
//     instead of failing, since a hand-over takes less than a second.
//   - A request that was refused before anything happened (no connection, or a
//     node that is not primary any more) is sent again; one that was sent and
//     got no answer is not, because it may have been carried out.
//   - The body of a request is in memory and not a stream: it is sent again when
//     nothing happened, the service has read it already, since it may not need
//     the primary at all, and httpserver bounds all bodies together.
//   - An answer of the primary is read to its end before its first byte is
//     passed on, so that either all of it or an error reaches the client. Records
//     of a consumer may be many: they are passed on while they come.
//
// Files: forward.go (Do, Await, Forward), peers.go (owners of consumers),
// addresses.go (who the peers are), headers.go (what travels, the loop guard),
// transport.go (time-outs, TLS), errors.go.
package forward
