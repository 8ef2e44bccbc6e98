// Package feed knows what registries hold, so that a Subject that is as it
// should be costs no request, and a change wakes the Subjects that it concerns
// and no other.
//
// One follower per registry keeps up with it in the best way that the registry
// has:
//
//   - Feed, this project's own: one request that is answered when something
//     changes. All states are in memory and serve as answers.
//   - Listing, of registries with GET /schemas?latestOnly: a list of the newest
//     versions from time to time. What is minutes old is good enough to wake
//     Subjects and not to decide on, so these ask for themselves.
//   - PerSubject, of all others: a list of the names, and each Subject asks
//     for itself from time to time, the more of them the more rarely.
//
// Package manager makes a Feeds and runs it; the reconciler of Subjects asks for
// a Registry at each reconciliation and starts the follower by it.
//
// Not obvious:
//
//   - After a write of ours the state in memory may be older than the write. The
//     subject is then read from the registry itself until the feed shows what
//     was read there, or a while has passed (known.go). What the feed then says
//     is no news and wakes nobody.
//   - A follower that fails knows nothing: reads go to the registry, where they
//     fail too and are told as they always are.
//
// Files: feeds.go (all followers), follower.go (one), listing.go (what it does
// where there is no feed), known.go (states), registry.go (reads and writes of
// one reconciliation).
package feed
