// Package registry is the service of the schema registry: what may be
// registered, read and deleted, and with which outcome. It sees neither Kafka
// nor HTTP: records leave through Log, state comes in through Views, and Role
// says whether this node may write. Package registryhttp calls it.
//
// Reads look at one immutable view and never wait. Writes are changes that
// queue for the goroutine of Run, the only place that decides and appends;
// many registrations share one append. A change is a function from the state
// to records (its plan) and a test whether their effect is visible, so that it
// can be decided again when something came between.
//
// Not obvious, and each with a test that fails without it:
//
//   - The role is asked before the append and again after it (write.go).
//
//   - An append whose outcome is unknown is settled by reading the log before
//     anything else is decided.
//
//   - Records of others that landed between a decision and its own record make
//     the decision void when they took its id or version (judge).
//
//   - An id is shared only when it stands for exactly that content (sound).
//
//   - ErrNotPrimary is no answer but a hand-over: a node that may not write
//     still answers what needs no write.
//
//   - Flavours differ in the points of flavour.go and nowhere else.
//
// Files: registry.go (dependencies), flavour.go (where the products differ),
// write.go (queue, batches, settling), draft.go (the state inside a batch),
// register.go, content.go (what is the same schema), identify.go (ids, versions,
// imports), delete.go, config.go, mode.go, contexts.go, compatibility.go,
// lookup.go (reads of one thing), list.go (reads of many), guid.go, metadata.go,
// tags.go (inline tags), associations.go (subjects that belong to topics),
// format.go, subject.go (names), parse.go and cache.go (parsed schemas, kept
// within bounds), errors.go (kinds).
package registry
