// Package devbroker runs a Kafka-compatible broker inside the process: kfake,
// franz-go's fake cluster, with one node, a fixed port and a data directory.
// `plastron dev` uses it, the demo runs it as a pod, and tests use it as the
// cluster. It is not for production: there is one copy of the data, written
// without fsync.
//
// What is not obvious: kfake tells clients the address of its listener as the
// address of the broker and has no setting for another one. A broker that is
// reached through a Service name therefore hands kfake a listener whose Addr
// is the advertised name (listener.go).
//
// Files: broker.go (start, close, compaction), topics.go (automatic topics),
// listener.go (bind one address, advertise another), lock_*.go (one process per
// data directory).
package devbroker
