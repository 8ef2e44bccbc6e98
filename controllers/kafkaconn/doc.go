// Package kafkaconn turns the way to Kafka that a spec names into what pods
// are configured with. It looks at the Secrets, and at the resources of
// Strimzi, only to find out whether all is there: what they hold stays where
// it is, and pods mount it. So a rotated credential changes no pod, and the
// first pod that starts does not have to fail for somebody to learn that a key
// is missing.
//
// The exceptions are what a configuration has no file for: the brokers'
// addresses and the user's name, and the certificates of a Strimzi listener,
// which only its status holds.
//
// The reconcilers of SchemaRegistries and RestProxies call Resolve.
//
// Files: resolve.go (the sources), secrets.go (what has to be in a Secret),
// access.go (an Access Secret), strimzi.go, bundle.go (certificates), watch.go
// (the resources of Strimzi).
package kafkaconn
