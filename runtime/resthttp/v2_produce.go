package resthttp

import (
	"net/http"
	"strconv"

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
	produced, err := a.Service.Produce(c.Context(), rest.ProduceRequest{
		Topic: topic, Format: c.format, Key: request.key, Value: request.value, Records: records,
	})
	if err != nil {
		return answer{}, forProducing(err)
	}
	return producedAnswer(produced), nil
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
// body: those without failure were written.
func producedAnswer(p rest.Produced) answer {
	status := http.StatusOK
	body := make([]byte, 0, 64+32*len(p.Outcomes))
	body = append(body, `{"key_schema_id":`...)
	body = appendID(body, p.KeySchema)
	body = append(body, `,"offsets":`...)
	body = appendList(body, len(p.Outcomes), func(dst []byte, i int) []byte {
		o := p.Outcomes[i]
		if o.Failure == nil {
			dst = appendInt(append(dst, `{"offset":`...), o.Offset)
			dst = appendInt(append(dst, `,"partition":`...), int64(o.Partition))
			return append(dst, '}')
		}
		status = http.StatusUnprocessableEntity
		dst = httpserver.AppendQuoted(append(dst, `{"error":`...), o.Failure.Text)
		dst = strconv.AppendInt(append(dst, `,"error_code":`...), failureCode(o.Failure), 10)
		return append(dst, '}')
	})
	body = append(body, `,"value_schema_id":`...)
	body = appendID(body, p.ValueSchema)
	return answer{status: status, body: append(body, '}')}
}

// failureCode is 2 for what may pass by itself, else 1.
func failureCode(f *rest.Failure) int64 {
	if f.Retriable {
		return 2
	}
	return 1
}

func appendID(dst []byte, id schema.ID) []byte {
	if id == 0 {
		return append(dst, "null"...)
	}
	return appendInt(dst, int64(id))
}
