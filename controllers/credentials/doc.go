// Package credentials reads what specs say by naming a Secret.
//
// The way to Kafka becomes what pods are configured with. It looks at the Secrets, and at the resources of
// Strimzi, only to find out whether all is there: what they hold stays where
// it is, and pods mount it. So a rotated credential changes no pod, and the
// first pod that starts does not have to fail for somebody to learn that a key
// is missing.
//
// The exceptions are what a configuration has no file for: the brokers'
// addresses and the user's name, and the certificates of a Strimzi listener,
// which only its status holds.
//
// What the operator itself shows a registry, Registry reads in full.
//
// The reconcilers of SchemaRegistries and RestProxies call Resolve, the
// sessions call Registry.
//
// Files: resolve.go (the way to Kafka), registry.go (the way to a registry),
// proxy.go (the same of the pods of a proxy), listener.go (certificate and
// users of a listener), secrets.go (what has to be in a Secret), shown.go (what pods
// show), access.go (an Access Secret), strimzi.go, bundle.go (certificates), watch.go (the
// resources of Strimzi).
package credentials
