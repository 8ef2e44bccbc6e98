package backup

import (
	"time"

	"github.com/go-logr/logr"

	"github.com/plastron-dev/plastron/runtime/kafka"
)

// schemasTopic is the name that makes a topic one of a registry, whatever is
// configured.
const schemasTopic = "_schemas"

// Settings say how to reach the topic. They come from the configuration of a
// registry.
type Settings struct {
	Kafka kafka.Options
	// Topic is the configured name (topic_name), used when no other is given.
	Topic string
	// Replication is what a topic is created with; 0 chooses from the brokers.
	Replication int
	// ForceKeyCorrection rewrites keys in topics of other names too.
	ForceKeyCorrection bool
	// Version is the version of this program, for the metadata of V3.
	Version string
	// Logger receives progress and warnings; the zero value drops them.
	Logger logr.Logger
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

func (s Settings) now() func() time.Time {
	if s.Now == nil {
		return time.Now
	}
	return s.Now
}

// topicName is the topic that a command is about.
func (s Settings) topicName(given string) string {
	if given != "" {
		return given
	}
	return s.Topic
}
