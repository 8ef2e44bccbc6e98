// Package migration executes the guides in docs/migration, command by command,
// against nodes of the other product that package peer plays and nodes of
// Plastron as cmd/plastron wires them, on one kfake. The commands are the ones
// in the guide: a shell runs every block marked sh and its output is compared
// with the block marked text behind it.
//
// Files: guide_test.go (the blocks of a guide and the shell), fleet_test.go
// (hosts, and what ssh and plastron do there), load_test.go (clients that
// register meanwhile), karapace_test.go and confluent_test.go (the scenarios).
package migration
