// Package grant gets bearer tokens from an issuer by the client credentials
// grant (RFC 6749, section 4.4). Kafka's SASL uses it, and the operator towards
// a registry.
//
// A token is kept while it is fresh: every connection and every request
// authenticates, so without that an outage on one side would become a storm on
// the issuer. Redirects are not followed: credentials go nowhere else.
//
// Files: grant.go.
package grant
