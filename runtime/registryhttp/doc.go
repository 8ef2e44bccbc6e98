// Package registryhttp is the HTTP surface of the schema registry: routes,
// media types, bodies, and the one table from error kinds to status, code and
// text, in Karapace's and in Confluent's flavour. It decides nothing about
// schemas; that is package registry.
//
// Package app calls New and puts the chain of package httpserver around the
// handler.
//
// Not obvious:
//
//   - Routes match the path as it came over the wire, so that "a%2Fb" is one
//     subject; variables are decoded afterwards, and "+" stays a plus.
//
//   - A write on a node that may not write is handed to package forward with
//     its untouched body (write in handover.go). A registration that is known
//     already is answered by every node.
//
//   - Fields that Karapace does not have are sent to those who say that they
//     can take them: requests with Confluent-Accept-Unknown-Properties.
//
//   - GET /schemas/ids/{id} has a short way around the router (fast.go); a test
//     holds it equal to the ordinary one. Its body is put together for each
//     request: quoting a text of 1 KB takes 1.8 of the 22 µs that a read costs the
//     registry, and a body kept for each schema would add 1.2 KB to it, 122 MB to
//     the 298 MB of 100,000 schemas, whose bar is 350 MB.
//
//   - "/contexts/.ctx/..." in front of any path becomes a part of the subject
//     before a route is looked for (contexts.go); what is handed over is still
//     the request that came.
//
//   - Where the products differ, nothing here asks for the flavour but the table
//     of refusals: registry.Points names each difference.
//
// Files: routes.go (the whole surface), call.go (one request), handover.go
// (writes, the primary, not being ready), subjects.go, schemas.go, config.go,
// mode.go, compatibility.go, contexts.go, server.go (health, primary, identity),
// access.go (who may), body.go and problem.go (request bodies and what is wrong
// with them), params.go (path and query), encode.go (answers), errors.go (kind
// to status, code, text), tags.go, associations.go and associationbody.go (what
// only newer clients of Confluent's ask), operations.go, components.go and openapi.go (the
// document of the surface), feed.go and feedcursor.go (what changed, for the
// operator), static.go (pages for browsers), fast.go.
package registryhttp
