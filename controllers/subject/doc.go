// Package subject reconciles Subjects: it keeps a schema and a compatibility
// level in a registry as the object asks for, and says in the status what is
// there.
//
// A reconciliation gathers facts, has them judged by package verdict, carries
// out at most one write, and gathers again until nothing is left to write;
// then it writes the status, once, if it changed. A converged object costs two
// or three reads of the registry per poll and no write anywhere. Schemas are
// compared by id: a text is looked up only when the object asks for another
// one than it did, or the registry's latest is not ours.
//
// Files: reconcile.go (the order of things), resolve.go (registry, conflict,
// text), references.go, gather.go (what the registry has), act.go (writes),
// delete.go, status.go, setup.go (watches), preview.go (the same judgement
// before an object is stored).
package subject
