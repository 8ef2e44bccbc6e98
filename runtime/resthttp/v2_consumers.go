package resthttp

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/rest"
)

func (a *api) createConsumer(c *call) (answer, error) {
	group, err := c.name("group")
	if err != nil {
		return answer{}, err
	}
	if strings.Contains(c.vars["group"], "/instances/") {
		// A route that does not exist, not a group with a strange name.
		return answer{}, &wireError{status: http.StatusNotFound, code: http.StatusNotFound, text: "HTTP 404 Not Found", contentType: plainJSON}
	}
	group = strings.Trim(group, "/")
	name := consumerName(c.body)
	if strings.ContainsRune(name, 0) { // No path leads to it, so nobody could delete it.
		return answer{}, invalidConsumer("The name of a consumer must not contain the character U+0000")
	}
	id := rest.ConsumerID{Group: group, Instance: name}
	if name != "" && (a.Service.HasConsumer(id) || a.isElsewhere(c.Request, id)) {
		return answer{}, consumerExists(name)
	}
	config, err := decodeConsumer(c.body, a.Service.ConsumerDefaults())
	if err != nil {
		return answer{}, err
	}
	config.Name = name
	consumer, err := a.Service.CreateConsumer(c.Context(), group, config)
	if err != nil {
		return answer{}, err
	}
	// Another replica may have made one of the same name meanwhile. It sees
	// this one then, and neither stays: better than both.
	if name != "" && a.isElsewhere(c.Request, id) {
		_ = a.Service.DeleteConsumer(c.Context(), id) // If it is gone already, all the better.
		return answer{}, consumerExists(name)
	}
	body := httpserver.AppendQuoted([]byte(`{"base_uri":`), a.baseURI(c.Request, consumer.ID))
	body = httpserver.AppendQuoted(append(body, `,"instance_id":`...), consumer.ID.Instance)
	return ok(append(body, '}')), nil
}

func consumerExists(name string) error {
	return &rest.Error{Kind: rest.ConsumerExists, Text: "Consumer " + name + " already exists"}
}

// baseURI is where the consumer is found; names are escaped.
func (a *api) baseURI(r *http.Request, id rest.ConsumerID) string {
	return a.address(r) + consumerPath(id)
}

// instance is the consumer that the path names.
func (a *api) instance(c *call) (*rest.Consumer, error) {
	id, err := instanceID(c)
	if err != nil {
		return nil, err
	}
	return a.Service.Consumer(id)
}

func instanceID(c *call) (rest.ConsumerID, error) {
	group, err := c.name("group")
	if err != nil {
		return rest.ConsumerID{}, err
	}
	instance, err := c.name("instance")
	return rest.ConsumerID{Group: strings.Trim(group, "/"), Instance: instance}, err
}

func (a *api) deleteConsumer(c *call) (answer, error) {
	id, err := instanceID(c)
	if err != nil {
		return answer{}, err
	}
	return noContent(), a.Service.DeleteConsumer(c.Context(), id)
}

const textOneWay = "IllegalStateError: You must choose only one way to configure your consumer: " +
	"(1) subscribe to specific topics by name, (2) subscribe to topics matching a regex pattern, (3) assign itself specific topic-partitions."

func (a *api) subscribe(c *call) (answer, error) {
	consumer, err := a.instance(c)
	if err != nil {
		return answer{}, err
	}
	s, err := decodeSubscription(c.body)
	if err != nil {
		return answer{}, err
	}
	switch {
	case len(s.topics) > 0 && s.pattern != "":
		return answer{}, &rest.Error{Kind: rest.IllegalState, Text: textOneWay}
	case s.pattern != "":
		return noContent(), consumer.SubscribePattern(c.Context(), s.pattern)
	case len(s.topics) > 0:
		return noContent(), consumer.Subscribe(c.Context(), s.topics)
	default:
		return answer{}, &rest.Error{Kind: rest.IllegalState, Text: "Neither topic_pattern nor topics are present in request"}
	}
}

func (a *api) subscription(c *call) (answer, error) {
	consumer, err := a.instance(c)
	if err != nil {
		return answer{}, err
	}
	topics, err := consumer.Subscription(c.Context())
	if err != nil {
		return answer{}, err
	}
	body := appendList([]byte(`{"topics":`), len(topics), func(dst []byte, i int) []byte { return httpserver.AppendQuoted(dst, topics[i]) })
	return ok(append(body, '}')), nil
}

func (a *api) unsubscribe(c *call) (answer, error) {
	consumer, err := a.instance(c)
	if err != nil {
		return answer{}, err
	}
	return noContent(), consumer.Unsubscribe(c.Context())
}

func (a *api) assign(c *call) (answer, error) {
	consumer, err := a.instance(c)
	if err != nil {
		return answer{}, err
	}
	list, err := wanted(c.body, "partitions")
	if err != nil {
		return answer{}, err
	}
	return noContent(), consumer.Assign(c.Context(), partitionsOf(list))
}

// wanted is places for a list that has to be there.
func wanted(body []byte, name string) ([]place, error) {
	list, present, err := places(body, name)
	if err == nil && !present {
		err = missing(name, body)
	}
	return list, err
}

func (a *api) assignments(c *call) (answer, error) {
	consumer, err := a.instance(c)
	if err != nil {
		return answer{}, err
	}
	ps, err := consumer.Assignments(c.Context())
	if err != nil {
		return answer{}, err
	}
	body := appendList([]byte(`{"partitions":`), len(ps), func(dst []byte, i int) []byte {
		dst = appendInt(append(dst, `{"partition":`...), int64(ps[i].Partition))
		dst = httpserver.AppendQuoted(append(dst, `,"topic":`...), ps[i].Topic)
		return append(dst, '}')
	})
	return ok(append(body, '}')), nil
}

// seek sets positions by offset and by time.
func (a *api) seek(c *call) (answer, error) {
	consumer, err := a.instance(c)
	if err != nil {
		return answer{}, err
	}
	byOffset, hasOffsets, err := places(c.body, "offsets")
	if err != nil {
		return answer{}, err
	}
	byTime, hasTimes, err := places(c.body, "timestamps")
	if err != nil {
		return answer{}, err
	}
	if !hasOffsets && !hasTimes {
		return answer{}, missing("offsets", c.body)
	}
	positions, err := positionsOf(byOffset)
	if err != nil {
		return answer{}, err
	}
	instants, err := instantsOf(byTime)
	if err != nil {
		return answer{}, err
	}
	if err := consumer.Seek(c.Context(), positions); err != nil {
		return answer{}, err
	}
	return noContent(), consumer.SeekToTime(c.Context(), instants)
}

func positionsOf(list []place) ([]rest.Position, error) {
	out := make([]rest.Position, 0, len(list))
	for _, p := range list {
		if p.offset == nil {
			return nil, missing("offset", []byte(`{"topic":`+strconv.Quote(p.Topic)+`}`))
		}
		offset, ok := intValue(p.offset)
		if !ok || offset < 0 {
			return nil, wrong(http.StatusInternalServerError, 50001, "offset must be a positive number")
		}
		out = append(out, rest.Position{TopicPartition: p.TopicPartition, Offset: offset})
	}
	return out, nil
}

func instantsOf(list []place) ([]rest.Instant, error) {
	out := make([]rest.Instant, 0, len(list))
	for _, p := range list {
		at, err := time.Parse(time.RFC3339, p.timestamp)
		if err != nil {
			return nil, wrong(http.StatusUnprocessableEntity, http.StatusUnprocessableEntity, "timestamp must be like 2024-01-01T00:00:00Z")
		}
		out = append(out, rest.Instant{TopicPartition: p.TopicPartition, Time: at})
	}
	return out, nil
}

func (a *api) seekBeginning(c *call) (answer, error) {
	return a.seekPartitions(c, (*rest.Consumer).SeekToBeginning)
}

func (a *api) seekEnd(c *call) (answer, error) {
	return a.seekPartitions(c, (*rest.Consumer).SeekToEnd)
}

// seekPartitions moves the partitions of the body to where seek says.
func (a *api) seekPartitions(c *call, seek func(*rest.Consumer, context.Context, []rest.TopicPartition) error) (answer, error) {
	consumer, err := a.instance(c)
	if err != nil {
		return answer{}, err
	}
	list, err := wanted(c.body, "partitions")
	if err != nil {
		return answer{}, err
	}
	return noContent(), seek(consumer, c.Context(), partitionsOf(list))
}

// commit without offsets commits what was read.
func (a *api) commit(c *call) (answer, error) {
	consumer, err := a.instance(c)
	if err != nil {
		return answer{}, err
	}
	if isEmpty(c.body) {
		return noContent(), consumer.Commit(c.Context())
	}
	list, err := wanted(c.body, "offsets")
	if err != nil {
		return answer{}, err
	}
	offsets := make([]rest.CommitOffset, 0, len(list))
	for _, p := range list {
		offset, ok := intValue(p.offset)
		if !ok || offset < 0 || offset == math.MaxInt64 { // The next one is committed.
			return answer{}, wrong(http.StatusInternalServerError, http.StatusInternalServerError, "offset must be a positive number")
		}
		offsets = append(offsets, rest.CommitOffset{TopicPartition: p.TopicPartition, Offset: offset, Metadata: p.metadata})
	}
	return noContent(), consumer.CommitOffsets(c.Context(), offsets)
}

// committed has its partitions in the body of a GET, or in the query for those
// who cannot send one.
func (a *api) committed(c *call) (answer, error) {
	consumer, err := a.instance(c)
	if err != nil {
		return answer{}, err
	}
	partitions, err := queriedPartitions(c)
	if err != nil {
		return answer{}, err
	}
	offsets, err := consumer.Committed(c.Context(), partitions)
	if err != nil {
		return answer{}, err
	}
	body := appendList([]byte(`{"offsets":`), len(offsets), func(dst []byte, i int) []byte {
		o := offsets[i]
		dst = httpserver.AppendQuoted(append(dst, `{"metadata":`...), o.Metadata)
		dst = appendInt(append(dst, `,"offset":`...), o.Offset)
		dst = appendInt(append(dst, `,"partition":`...), int64(o.Partition))
		dst = httpserver.AppendQuoted(append(dst, `,"topic":`...), o.Topic)
		return append(dst, '}')
	})
	return ok(append(body, '}')), nil
}

func queriedPartitions(c *call) ([]rest.TopicPartition, error) {
	query := c.URL.Query()
	topics, ids := query["topic"], query["partition"]
	if len(topics) == 0 || len(topics) != len(ids) {
		if c.ContentLength == 0 {
			return nil, plain(http.StatusBadRequest, "Missing request JSON body")
		}
		list, err := wanted(c.body, "partitions")
		return partitionsOf(list), err
	}
	out := make([]rest.TopicPartition, 0, len(topics))
	for i, topic := range topics {
		id, ok := partitionValue([]byte(ids[i]))
		if !ok {
			return nil, notAnInt("partition", []byte(ids[i]))
		}
		out = append(out, rest.TopicPartition{Topic: topic, Partition: id})
	}
	return out, nil
}
