package testkit

import (
	"context"
	"net/http"
	"time"
)

// Target is what a script runs against. URLs have no slash at the end. What is
// unset cannot be done, and the steps that need it are skipped and counted.
type Target struct {
	// Registry is the base URL of the node that takes writes, Follower that of
	// another node of the same registry, REST that of the proxy.
	Registry, Follower, REST string
	// Flavour is "karapace" or "confluent"; empty means karapace.
	Flavour string
	// Unique is the value of $run: different for every run against a registry
	// that keeps its state.
	Unique string
	// Client sends the requests.
	Client *http.Client
	// LogKeys returns the keys of all records in the schemas topic.
	LogKeys func(context.Context) ([][]byte, error)
	// Restart ends the target and starts it again with the same state.
	Restart func(context.Context) error
	// Advance moves the clock of the target.
	Advance func(time.Duration) error
}

// can reports whether the target has what a script says that it needs.
func (t Target) can(need string) bool {
	switch need {
	case "registry":
		return t.Registry != ""
	case "rest":
		return t.REST != ""
	case "follower":
		return t.Follower != ""
	case "log":
		return t.LogKeys != nil
	case "restart":
		return t.Restart != nil
	default:
		return t.Advance != nil
	}
}

// Topics are what the scripts of test/conformance find in Kafka: a REST proxy
// never creates a topic.
func Topics() []string {
	return []string{"conformance", "conformance-avro", "conformance-jsonschema", "conformance-protobuf", "conformance-tour"}
}
