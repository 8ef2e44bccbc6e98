package kafka

import (
	"github.com/go-logr/logr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// clientLogger puts kgo's messages on logr. kgo repeats its complaints on
// every attempt while a broker is away, and what a person must know then is
// said once by the package that uses the client; so nothing of kgo's reaches
// V(0): errors are V(1), warnings V(2), the rest V(4) and up.
type clientLogger struct{ log logr.Logger }

var _ kgo.Logger = clientLogger{}

// Level is the highest level that the sink would print, so that kgo does not
// format messages nobody sees.
func (l clientLogger) Level() kgo.LogLevel {
	for _, level := range []kgo.LogLevel{kgo.LogLevelDebug, kgo.LogLevelInfo, kgo.LogLevelWarn, kgo.LogLevelError} {
		if l.log.V(verbosity(level)).Enabled() {
			return level
		}
	}
	return kgo.LogLevelNone
}

// Log prints one message with kgo's own pairs.
func (l clientLogger) Log(level kgo.LogLevel, msg string, keyvals ...any) {
	l.log.V(verbosity(level)).Info("Kafka client: "+msg, keyvals...)
}

func verbosity(level kgo.LogLevel) int {
	switch level {
	case kgo.LogLevelError:
		return 1
	case kgo.LogLevelWarn:
		return 2
	case kgo.LogLevelInfo:
		return 4
	default:
		return 5
	}
}
