package resthttp

import (
	"net/http"
	"net/url"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/rest"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func (a *api) produceToTopic(c *call) (answer, error) {
	name, err := c.name("topic")
	if err != nil {
		return answer{}, err
	}
	return a.produce(c, name, rest.AnyPartition)
}

func (a *api) produceToPartition(c *call) (answer, error) {
	name, id, err := a.pathPartition(c)
	if err != nil {
		return answer{}, forProducing(err)
	}
	if _, err := a.Service.Partition(c.Context(), name, id); err != nil {
		return answer{}, forProducing(err)
	}
	return a.produce(c, name, id)
}

func (a *api) produce(c *call, name string, partition int32) (answer, error) {
	topic, err := a.Service.Topic(c.Context(), name)
	if err != nil {
		return answer{}, forProducing(err)
	}
	request, records, err := decodeProduce(c.body, partition)
	if err != nil {
		return answer{}, err
	}
	if !a.Rate.take(len(records), len(c.body)) {
		return answer{}, a.tooFast()
	}
	async := isAsync(c.URL.RawQuery)
	produced, err := a.Service.Produce(c.Context(), rest.ProduceRequest{
		Topic: topic, Format: c.format, Key: request.key, Value: request.value, Records: records, Async: async,
	})
	if err != nil {
		return answer{}, forProducing(err)
	}
	if async {
		return noContent(), nil
	}
	return a.producedAnswer(produced), nil
}

// isAsync reports whether a client does not want to wait for Kafka, as clients
// of Strimzi's bridge say it.
func isAsync(query string) bool {
	if query == "" {
		return false
	}
	values, err := url.ParseQuery(query)
	return err == nil && values.Get("async") == "true"
}

// forProducing is an error of a produce request: without Kafka it is 503,
// unlike elsewhere.
func forProducing(err error) error {
	if isKind(err, rest.Unavailable) {
		return wrong(http.StatusServiceUnavailable, http.StatusServiceUnavailable, "Service unavailable")
	}
	return err
}

// producedAnswer is 200 when every record has a place, else 422 with the same
// body: those without failure were written. Confluent's clients know other
// numbers, see confluentStatus.
func (a *api) producedAnswer(p rest.Produced) answer {
	confluent := a.Flavour == schema.Confluent
	status := http.StatusOK
	body := make([]byte, 0, 64+32*len(p.Outcomes))
	body = append(body, `{"key_schema_id":`...)
	body = appendID(body, p.KeySchema)
	body = append(body, `,"offsets":`...)
	body = appendList(body, len(p.Outcomes), func(dst []byte, i int) []byte {
		o := p.Outcomes[i]
		switch {
		case o.Failure == nil && confluent:
			dst = append(dst, `{"error":null,"error_code":null,"offset":`...)
		case o.Failure == nil:
			dst = append(dst, `{"offset":`...)
		case confluent:
			status = confluentStatus(status, o.Failure)
			return appendFailure(dst, o.Failure, confluentCode(o.Failure))
		default:
			status = http.StatusUnprocessableEntity
			return appendFailure(dst, o.Failure, failureCode(o.Failure))
		}
		dst = appendInt(dst, o.Offset)
		dst = appendInt(append(dst, `,"partition":`...), int64(o.Partition))
		return append(dst, '}')
	})
	body = append(body, `,"value_schema_id":`...)
	body = appendID(body, p.ValueSchema)
	return answer{status: status, body: append(body, '}')}
}

func appendFailure(dst []byte, f *rest.Failure, code int64) []byte {
	dst = httpserver.AppendQuoted(append(dst, `{"error":`...), f.Text)
	dst = appendInt(append(dst, `,"error_code":`...), code)
	return append(dst, '}')
}

// failureCode is 2 for what may pass by itself, else 1.
func failureCode(f *rest.Failure) int64 {
	if f.Retriable {
		return 2
	}
	return 1
}

// confluentCode is what Confluent says of a record (REST contract 5.3).
func confluentCode(f *rest.Failure) int64 {
	switch {
	case f.Kind == rest.Unauthenticated:
		return 40101
	case f.Kind == rest.Forbidden:
		return 40301
	case f.Retriable:
		return 50003
	default:
		return 50002
	}
}

// confluentStatus stays 200 for records that failed, unless somebody may not:
// then it is 401, or else 403.
func confluentStatus(status int, f *rest.Failure) int {
	switch {
	case f.Kind == rest.Unauthenticated:
		return http.StatusUnauthorized
	case f.Kind == rest.Forbidden && status == http.StatusOK:
		return http.StatusForbidden
	default:
		return status
	}
}

func appendID(dst []byte, id schema.ID) []byte {
	if id == 0 {
		return append(dst, "null"...)
	}
	return appendInt(dst, int64(id))
}
