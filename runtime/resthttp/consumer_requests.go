package resthttp

import (
	"net/http"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/rest"
)

// decodeConsumer reads the body that creates a consumer (REST contract 6.1).
// Members that are not known are ignored.
func decodeConsumer(body []byte, defaults rest.ConsumerConfig) (rest.ConsumerConfig, error) {
	config := defaults
	err := members(body, func(key string, value []byte) error {
		if isNull(value) {
			return nil
		}
		switch key {
		case "format":
			return consumerFormat(&config, value)
		case "auto.offset.reset":
			return consumerReset(&config, value)
		case "auto.commit.enable":
			config.AutoCommit = string(value) == "true" || strings.EqualFold(unquoted(value), "true")
		case "fetch.min.bytes":
			return consumerMinBytes(&config, value)
		case "consumer.request.timeout.ms":
			ms, ok := intValue(value)
			if !ok {
				return notAnInt(key, value)
			}
			config.RequestTimeout = milliseconds(max(ms, 0))
		}
		return nil
	})
	return config, err
}

// consumerName is the name that the client chose, "" for none. It is read
// apart, because a name that is taken is refused before anything else is read.
func consumerName(body []byte) string {
	var name, id string
	_ = members(body, func(key string, value []byte) error {
		switch key {
		case "name":
			name, _ = stringValue(value)
		case "id":
			id, _ = stringValue(value)
		}
		return nil
	})
	if name == "" {
		return id
	}
	return name
}

func invalidConsumer(text string) error {
	return &rest.Error{Kind: rest.InvalidConsumer, Text: text}
}

func consumerFormat(c *rest.ConsumerConfig, value []byte) error {
	name, _ := stringValue(value)
	format, ok := rest.ParseFormat(strings.ToLower(name))
	if !ok {
		return invalidConsumer("Invalid format type")
	}
	c.Format = format
	return nil
}

func consumerReset(c *rest.ConsumerConfig, value []byte) error {
	switch s := unquoted(value); strings.ToLower(s) {
	case "earliest":
		c.FromLatest = false
	case "latest":
		c.FromLatest = true
	default:
		return invalidConsumer("Invalid value " + short(s) + " for configuration auto.offset.reset: String must be one of: {'latest', 'earliest'}")
	}
	return nil
}

// maxFetchMinBytes keeps a consumer from waiting for more than it may hold.
const maxFetchMinBytes = 10_000_000

func consumerMinBytes(c *rest.ConsumerConfig, value []byte) error {
	n, ok := intValue(value)
	if !ok || n < -1 {
		return invalidConsumer("Expected fetch.min.bytes to be >= -1")
	}
	if n > maxFetchMinBytes {
		return invalidConsumer("Expected fetch.min.bytes to be <= 10000000")
	}
	c.FetchMinBytes = int(max(n, 1))
	return nil
}

// milliseconds converts without overflow.
func milliseconds(n int64) time.Duration {
	const most = int64(24 * time.Hour / time.Millisecond)
	return time.Duration(min(n, most)) * time.Millisecond
}

// place is an element of the lists in requests: a partition and more.
type place struct {
	rest.TopicPartition
	offset    []byte // text of the number, nil when absent
	metadata  string
	timestamp string
}

// places reads the list under a name. It returns false when the list is not
// there.
func places(body []byte, name string) (list []place, present bool, err error) {
	var text []byte
	_ = members(body, func(key string, value []byte) error {
		if key == name {
			text = value
		}
		return nil
	})
	if isNull(text) {
		return nil, false, nil
	}
	if !isArray(text) {
		return nil, true, missing(name, body)
	}
	err = elements(text, func(value []byte) error {
		p, err := decodePlace(value)
		list = append(list, p)
		return err
	})
	return list, true, err
}

func decodePlace(object []byte) (place, error) {
	var p place
	if !isObject(object) {
		return p, missing("topic", object)
	}
	var hasTopic, hasPartition bool
	err := members(object, func(key string, value []byte) error {
		switch key {
		case "topic":
			p.Topic, hasTopic = stringValue(value)
		case "partition":
			if p.Partition, hasPartition = partitionValue(value); !hasPartition {
				return notAnInt(key, value)
			}
		case "offset":
			p.offset = value
		case "metadata":
			p.metadata, _ = stringValue(value)
		case "timestamp":
			p.timestamp, _ = stringValue(value)
		}
		return nil
	})
	switch {
	case err != nil:
		return p, err
	case !hasTopic:
		return p, missing("topic", object)
	case !hasPartition:
		return p, missing("partition", object)
	}
	return p, nil
}

func partitionsOf(list []place) []rest.TopicPartition {
	out := make([]rest.TopicPartition, 0, len(list))
	for _, p := range list {
		out = append(out, p.TopicPartition)
	}
	return out
}

// subscriptionRequest is what a consumer wants to subscribe to.
type subscriptionRequest struct {
	topics  []string
	pattern string
}

func decodeSubscription(body []byte) (subscriptionRequest, error) {
	var s subscriptionRequest
	wrongType := func(text string) error {
		return wrong(http.StatusUnprocessableEntity, http.StatusUnprocessableEntity, text)
	}
	err := members(body, func(key string, value []byte) error {
		switch key {
		case "topics":
			if isNull(value) {
				return nil
			}
			if !isArray(value) {
				return wrongType("Topics is expected to be list of strings")
			}
			return elements(value, func(name []byte) error {
				topic, ok := stringValue(name)
				if !ok || topic == "" {
					return wrongType("Topics is expected to be list of strings")
				}
				s.topics = append(s.topics, topic)
				return nil
			})
		case "topic_pattern":
			pattern, ok := stringValue(value)
			if !ok && !isNull(value) {
				return wrongType("Topic patterns is expected to be a string")
			}
			s.pattern = pattern
		}
		return nil
	})
	return s, err
}
