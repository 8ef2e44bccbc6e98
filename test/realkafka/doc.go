// Package realkafka runs the conformance scripts on a real Kafka. Its tests are
// behind the build tag realkafka and take the brokers from PLASTRON_TEST_KAFKA:
//
//	PLASTRON_TEST_KAFKA=127.0.0.1:9092 go test -tags realkafka ./test/realkafka
//
// TestSecurity starts a broker of its own (hack/kafka), because it restarts it
// with other certificates: every way to authenticate, what is said about wrong
// settings, the rights of two users of a REST proxy (users_test.go), and
// rotation of credentials under running registries.
package realkafka
