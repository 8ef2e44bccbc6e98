// Package kafka builds franz-go clients and explains what goes wrong with
// them. Every Kafka client of the data plane is made here: the registry's
// reader and writer, the election, the REST proxy's producers and consumers.
//
// What is not obvious: time-outs are far shorter than franz-go's defaults,
// because a registry that hangs for twenty seconds on a paused broker misses
// its own promises; and the client's metrics push (KIP-714) is off, because
// brokers reject it where ACLs are tight.
//
// Credentials that stand in files are read at every connection, so that
// rotating them needs no restart.
//
// Files: options.go (Options to kgo options), security.go (SASL), token.go
// (bearer tokens), dial.go (TLS connections), tls.go (PEM
// files, hostname check, revocation), key.go (encrypted private keys),
// errors.go (error to class), explain.go (error to
// a sentence for people), log.go (kgo's
// logger on logr).
package kafka
