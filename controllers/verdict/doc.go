// Package verdict decides what a Subject's state means and what is to be done
// about it. Everything here is pure: facts come in, statements and at most one
// action come out, so that every rule is a line in a table test. It reads no
// cluster, no registry and no clock.
//
// The rules are chains: a list of small functions, each of which may name a
// problem; the first problem decides. Their order is the order in which a
// person would want to hear of them.
//
// Files: input.go (the facts), statement.go (what is said), accept.go (may the
// Subject be acted on), grant.go (what the registry's owner lets it do), adoption.go (may an existing subject become ours),
// action.go (what to write next), judge.go (all conditions), insync.go (drift),
// mode.go (modes),
// history.go (older versions), brake.go (when too much is gone to bring it back unasked),
// deletion.go (what the deletion of a Subject does).
package verdict
