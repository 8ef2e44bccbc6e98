// Package realkafka runs the conformance scripts on a real Kafka. Its tests are
// behind the build tag realkafka and take the brokers from PLASTRON_TEST_KAFKA:
//
//	PLASTRON_TEST_KAFKA=127.0.0.1:9092 go test -tags realkafka ./test/realkafka
package realkafka
