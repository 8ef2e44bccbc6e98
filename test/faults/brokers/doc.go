// Package brokers is the second half of the fault matrix (docs/reliability.md):
// F17 to F24, with three brokers of Apache Kafka (hack/kafka) that are killed,
// paused, restarted and run out of disk, and with Plastron as the program that
// cmd/plastron makes, so that it can be killed and starved like one. The tests
// are behind the build tag realkafka and run one after the other:
//
//	go test -tags realkafka ./test/faults/brokers
//
// Files: kafka_test.go (the brokers), node_test.go (processes of Plastron),
// load_test.go (clients and what must hold for them), f17_test.go (registry),
// f22_test.go (REST proxy).
package brokers
