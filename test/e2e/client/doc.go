// Command client is what the end-to-end stories run inside the cluster: it
// knows registry and proxy by the DNS names of their Services only, as an
// application does.
//
//	client round-trip   register, produce and consume once
//	client write        register every 50 ms until told to stop, then read all back
//	client stop         tell the writer of the same pod to stop
//
// Files: main.go (the command line and HTTP), roundtrip.go, write.go.
package main
