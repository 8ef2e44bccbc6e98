// Package client is the only HTTP client to a schema registry. The REST proxy
// resolves schemas with it, the operator declares subjects with it.
//
// It speaks the part of the API that Karapace, Confluent and this project's
// own registry have in common, to one registry that may have several
// addresses. It holds no opinion on retries: every failure is an *Error with a
// Class, and the caller decides. Three things are not obvious:
//
//   - A write whose answer was lost is UnknownOutcome, never Unavailable: it
//     may have happened. The next address is tried for a write only while
//     nothing has been sent.
//   - A schema behind an id never changes, so ByID answers from a bounded
//     cache, and concurrent misses of one id share one request.
//   - Answers are bounded in bytes and redirects are not followed: a registry
//     is configured by an administrator, but what it sends is not trusted.
//
// Files: client.go (construction), request.go (one exchange), auth.go
// (credentials), schemas.go, config.go, mode.go, health.go, feed.go (the methods), types.go,
// errors.go (status and code to class, once), cache.go (schemas by id).
package client
