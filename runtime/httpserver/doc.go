// Package httpserver is what the two HTTP APIs of the data plane, registry and
// REST proxy, share below their routes: a server with timeouts and a graceful
// end, one ordered chain of middleware, bounded reading of bodies and the
// rules for Accept and Content-Type.
//
// It is used by runtime/registryhttp, runtime/resthttp and runtime/app, and
// knows nothing of schemas, topics or error codes above the status.
//
// Not obvious: a chain wraps the ResponseWriter once, for every purpose, so
// that the hot read path pays one allocation for it; a handler tells the chain
// its route with SetRoute instead of the chain asking the router; and a
// deadline is put on a request only where Chain.Timeout asks for one, because
// reads of the registry never wait.
//
// Files: server.go (listener, timeouts, drain), limit.go
// (connections), accesslog.go, cors.go, tls.go (certificates that are
// replaced under the running process), connectionlog.go (what net/http says
// about connections), chain.go (order of the
// middleware, one list), requestid.go, recover.go, observe.go (what metrics
// and access logs hear), body.go (limits, decompression, reading), room.go (memory
// of all bodies together), charset.go
// (UTF-16 and UTF-32 bodies), negotiate.go (Accept), mediatype.go
// (Content-Type), envelope.go (error bodies and plain JSON answers), static.go
// (texts for browsers).
package httpserver
