// Package auth says who a request comes from and what that user may do.
//
// runtime/app makes one Auth from the configuration, runs it, and gives it to
// runtime/registryhttp, which asks Authenticate for each request and Allowed
// for each resource that the request touches. Three sources of identity exist:
// Basic credentials against Karapace's auth file, bearer tokens of an OpenID
// Connect issuer, and names in verified client certificates.
//
// Not obvious:
//
//   - Hashing a password takes milliseconds, so answers are remembered under a
//     keyed hash of the whole header, beside the rules that gave them: new rules
//     start with an empty memory, and a request with known credentials costs one
//     SHA-256 more than one without.
//   - A pattern of the auth file is Python's and is tried from the start of the
//     resource, without an anchor at the end. What Go reads differently is
//     translated or refused, never read in another sense.
//   - Denied subjects look like missing ones, so Allowed returns a boolean and
//     never writes anything; its caller knows what a missing one looks like.
//   - With tokens, permissions are decided by the method and the roles of the
//     token alone, before any route; Allowed then says yes to everything.
//
// Files: auth.go (Auth, principals, their place in a context), credentials.go
// (Basic), memory.go (remembered answers), hash.go (algorithms), authfile.go
// (parsing), acl.go and pattern.go (permissions, pure), oidc.go and claims.go
// (tokens), jwks.go and jwk.go (keys of the issuer), mtls.go (certificates),
// errors.go (kinds), answer.go (what a refusal is in HTTP).
package auth
