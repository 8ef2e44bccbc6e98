package resthttp

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/rest"
)

// health is asked by probes: no checks, no Kafka (REST contract 11).
func (a *api) health(w http.ResponseWriter, _ *http.Request) {
	httpserver.SetRoute(w, "/_health")
	body := append([]byte(`{"karapace_version":`), strconv.Quote(a.Version)...)
	body = append(body, `,"process_uptime_sec":`...)
	body = appendInt(body, int64(a.Clock().Sub(a.started).Seconds()))
	httpserver.WriteBody(w, plainJSON, http.StatusOK, append(body, '}'))
}

func (a *api) brokers(c *call) (answer, error) {
	ids, err := a.Service.Brokers(c.Context())
	if err != nil {
		return answer{}, err
	}
	body := append([]byte(`{"brokers":`), appendList(nil, len(ids), func(dst []byte, i int) []byte { return appendInt(dst, int64(ids[i])) })...)
	return cacheable(append(body, '}')), nil
}

func (a *api) topics(c *call) (answer, error) {
	names, err := a.Service.Topics(c.Context())
	if err != nil {
		return answer{}, err
	}
	return cacheable(appendList(nil, len(names), func(dst []byte, i int) []byte { return httpserver.AppendQuoted(dst, names[i]) })), nil
}

func cacheable(body []byte) answer {
	return answer{status: http.StatusOK, body: body, cacheable: true}
}

func (a *api) topic(c *call) (answer, error) {
	name, err := c.name("topic")
	if err != nil {
		return answer{}, err
	}
	t, err := a.Service.TopicDetail(c.Context(), name)
	if isKind(err, rest.UnknownTopic) {
		// Here, and only here, the code is another one.
		return answer{}, wrong(http.StatusNotFound, 40403, err.Error())
	}
	if err != nil {
		return answer{}, err
	}
	body := []byte(`{"configs":{`)
	for i, key := range slices.Sorted(maps.Keys(t.Configs)) {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(httpserver.AppendQuoted(body, key), ':')
		if value := t.Configs[key]; value != nil {
			body = httpserver.AppendQuoted(body, *value)
		} else {
			body = append(body, "null"...)
		}
	}
	body = append(body, `},"name":`...)
	body = httpserver.AppendQuoted(body, t.Name)
	body = append(body, `,"partitions":`...)
	body = appendPartitions(body, t.Partitions)
	return cacheable(append(body, '}')), nil
}

func (a *api) partitions(c *call) (answer, error) {
	name, err := c.name("topic")
	if err != nil {
		return answer{}, err
	}
	t, err := a.Service.Topic(c.Context(), name)
	if err != nil {
		return answer{}, err
	}
	return cacheable(appendPartitions(nil, t.Partitions)), nil
}

func (a *api) partition(c *call) (answer, error) {
	name, id, err := a.pathPartition(c)
	if err != nil {
		return answer{}, err
	}
	p, err := a.Service.Partition(c.Context(), name, id)
	if err != nil {
		return answer{}, err
	}
	return cacheable(appendPartition(nil, p)), nil
}

func (a *api) partitionOffsets(c *call) (answer, error) {
	name, id, err := a.pathPartition(c)
	if err != nil {
		return answer{}, err
	}
	beginning, end, err := a.Service.PartitionOffsets(c.Context(), name, id)
	if err != nil {
		return answer{}, err
	}
	body := appendInt([]byte(`{"beginning_offset":`), beginning)
	body = appendInt(append(body, `,"end_offset":`...), end)
	return cacheable(append(body, '}')), nil
}

// pathPartition reads topic and partition from the path. That the topic exists
// is judged before the number.
func (a *api) pathPartition(c *call) (name string, id int32, err error) {
	if name, err = c.name("topic"); err != nil {
		return "", 0, err
	}
	text, err := c.name("partition")
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil && n == int64(int32(n)) { // that is what is asked
		return name, int32(n), nil
	}
	if _, err := a.Service.Topic(c.Context(), name); err != nil {
		return "", 0, err
	}
	if err == nil {
		return "", 0, wrong(http.StatusNotFound, 40402, "Partition "+text+" not found")
	}
	return "", 0, wrong(http.StatusNotFound, http.StatusNotFound, "Partition "+short(text)+" not found")
}

func appendPartitions(dst []byte, ps []rest.Partition) []byte {
	return appendList(dst, len(ps), func(dst []byte, i int) []byte { return appendPartition(dst, ps[i]) })
}

func appendPartition(dst []byte, p rest.Partition) []byte {
	dst = appendInt(append(dst, `{"leader":`...), int64(p.Leader))
	dst = appendInt(append(dst, `,"partition":`...), int64(p.ID))
	dst = append(dst, `,"replicas":`...)
	dst = appendList(dst, len(p.Replicas), func(dst []byte, i int) []byte {
		r := p.Replicas[i]
		dst = appendInt(append(dst, `{"broker":`...), int64(r.Broker))
		dst = strconv.AppendBool(append(dst, `,"in_sync":`...), r.InSync)
		dst = strconv.AppendBool(append(dst, `,"leader":`...), r.Leader)
		return append(dst, '}')
	})
	return append(dst, '}')
}
