// Package faults runs three whole registry nodes on one Kafka cluster in
// process, breaks them, and proves that they never lied: the fault matrix F1 to
// F16 and the invariants I1 to I10 of docs/reliability.md.
//
// Each fault is a test, TestF01 to TestF16; TestSoak (build tag soak, `make
// soak`) composes them at random. What a test does is always the same: clients
// write and read and record what they were answered; something is broken; then
// the recorded history is checked by porcupine against a sequential model, and
// the raw records of the topic are read by a second, independent reading of the
// rules of docs/formats/schemalog.md.
//
// Files: wire_test.go (the network between a node and the brokers),
// front_test.go (the address of a node), cluster_test.go (brokers and nodes),
// client_test.go (clients and their history), model_test.go (the sequential
// model), rawlog_test.go (the second reader), check_test.go (the invariants),
// f01_test.go and f10_test.go (the faults).
package faults
