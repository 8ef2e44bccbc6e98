// Package election decides which node of a registry writes. The nodes join a
// Kafka group of protocol type "sr", as Karapace's and Confluent's nodes do,
// so ours can stand beside theirs in one group; the bytes are specified in
// docs/formats/election.md.
//
// app runs it; registry asks MayWrite before and after each append; forward
// asks Primary where to send what this node may not do.
//
// What is not obvious:
//   - Being chosen is not being primary. A chosen node waits until nobody else
//     can still be writing, then runs the promotion barrier, and only then
//     reports Primary. Why and how long: promote.go.
//   - A primary stops by its own clock before the broker gives its role away:
//     lease.go.
//   - Our nodes tell each other (fence.go) that the last primary was one that
//     obeys leases and had nothing in flight, which makes a hand-over among
//     ours immediate instead of taking the waiting time.
//
// Files: member.go (bytes), choose.go (pure: members to assignments), fence.go
// (pure: who vouches for the past), lease.go (pure: may we still write),
// group.go (requests to the coordinator), session.go (one generation),
// promote.go (from chosen to primary), stop.go (from primary to nothing),
// election.go (Run and what others see), problem.go (what people are told).
package election
