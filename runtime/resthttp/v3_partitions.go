package resthttp

import (
	"net/http"

	"github.com/plastron-dev/plastron/runtime/rest"
)

type partition3 struct {
	head3
	Topic        string `json:"topic_name"`
	ID           int32  `json:"partition_id"`
	Leader       *link3 `json:"leader"`
	Replicas     link3  `json:"replicas"`
	Reassignment link3  `json:"reassignment"`
}

func (c *call3) partitionOf(topic string, p rest.Partition) partition3 {
	id := decimal(p.ID)
	out := partition3{
		head3: c.head("KafkaPartition", c.url("topics", topic, "partitions", id), "topic", topic, "partition", id),
		Topic: topic, ID: p.ID,
		Replicas:     c.link("topics", topic, "partitions", id, "replicas"),
		Reassignment: c.link("topics", topic, "partitions", id, "reassignment"),
	}
	if p.Leader >= 0 {
		link := c.link("topics", topic, "partitions", id, "replicas", decimal(p.Leader))
		out.Leader = &link
	}
	return out
}

func (a *api) partitions3(c *call3) (int, any, error) {
	t, err := a.topicInfo(c, false)
	if err != nil {
		return 0, nil, err
	}
	all := make([]partition3, 0, len(t.Partitions))
	for _, p := range t.Partitions {
		all = append(all, c.partitionOf(t.Name, p))
	}
	return list("KafkaPartition", c.url("topics", t.Name, "partitions"), all)
}

// partition is the partition that the path names.
func (a *api) partitionInfo(c *call3) (topic string, p rest.Partition, err error) {
	t, err := a.topicInfo(c, false)
	if err != nil {
		return "", p, err
	}
	id, err := c.number("partition")
	if err != nil {
		return "", p, err
	}
	for _, p := range t.Partitions {
		if p.ID == id {
			return t.Name, p, nil
		}
	}
	return "", p, notFound3()
}

func (a *api) partition3(c *call3) (int, any, error) {
	topic, p, err := a.partitionInfo(c)
	if err != nil {
		return 0, nil, err
	}
	return found(c.partitionOf(topic, p))
}

type partitionWithOffsets3 struct {
	partition3
	Earliest int64 `json:"earliest_offset"`
	Latest   int64 `json:"latest_offset"`
}

func (a *api) offsets3(c *call3) (int, any, error) {
	if kind := c.URL.Query().Get("offset_type"); kind != "earliest_and_latest" {
		return 0, nil, wrong(http.StatusBadRequest, http.StatusBadRequest, "Bad Request: offset_type has to be earliest_and_latest")
	}
	topic, p, err := a.partitionInfo(c)
	if err != nil {
		return 0, nil, err
	}
	earliest, latest, err := a.Service.PartitionOffsets(c.Context(), topic, p.ID)
	if err != nil {
		return 0, nil, err
	}
	out := partitionWithOffsets3{c.partitionOf(topic, p), earliest, latest}
	out.Kind = "KafkaPartitionWithOffsets"
	out.Metadata.Self = c.url("topics", topic, "partitions", decimal(p.ID), "offset")
	return found(out)
}

type replica3 struct {
	head3
	Topic       string `json:"topic_name"`
	PartitionID int32  `json:"partition_id"`
	BrokerID    int32  `json:"broker_id"`
	Leader      bool   `json:"is_leader"`
	InSync      bool   `json:"is_in_sync"`
	Broker      link3  `json:"broker"`
}

func (c *call3) replicaOf(topic string, partition int32, r rest.Replica) replica3 {
	p, b := decimal(partition), decimal(r.Broker)
	return replica3{
		head3: c.head("KafkaReplica", c.url("topics", topic, "partitions", p, "replicas", b), "topic", topic, "partition", p, "replica", b),
		Topic: topic, PartitionID: partition, BrokerID: r.Broker, Leader: r.Leader, InSync: r.InSync,
		Broker: c.link("brokers", b),
	}
}

func (a *api) replicas(c *call3) (int, any, error) {
	topic, p, err := a.partitionInfo(c)
	if err != nil {
		return 0, nil, err
	}
	all := make([]replica3, 0, len(p.Replicas))
	for _, r := range p.Replicas {
		all = append(all, c.replicaOf(topic, p.ID, r))
	}
	return list("KafkaReplica", c.url("topics", topic, "partitions", decimal(p.ID), "replicas"), all)
}

func (a *api) replica(c *call3) (int, any, error) {
	topic, p, err := a.partitionInfo(c)
	if err != nil {
		return 0, nil, err
	}
	id, err := c.number("broker")
	if err != nil {
		return 0, nil, err
	}
	for _, r := range p.Replicas {
		if r.Broker == id {
			return found(c.replicaOf(topic, p.ID, r))
		}
	}
	return 0, nil, notFound3()
}

type reassignment3 struct {
	head3
	Topic       string  `json:"topic_name"`
	PartitionID int32   `json:"partition_id"`
	Adding      []int32 `json:"adding_replicas"`
	Removing    []int32 `json:"removing_replicas"`
	Replicas    link3   `json:"replicas"`
}

func (c *call3) reassignmentOf(r rest.Reassignment) reassignment3 {
	p := decimal(r.Partition)
	return reassignment3{
		head3: c.head("KafkaReassignment", c.url("topics", r.Topic, "partitions", p, "reassignment"),
			"topic", r.Topic, "partition", p, "reassignment"),
		Topic: r.Topic, PartitionID: r.Partition, Adding: orEmpty(r.Adding), Removing: orEmpty(r.Removing),
		Replicas: c.link("topics", r.Topic, "partitions", p, "replicas"),
	}
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (a *api) reassignments(c *call3) (int, any, error) {
	topic, err := c.name("topic")
	if err != nil {
		return 0, nil, err
	}
	self := []string{"topics", "-", "partitions", "-", "reassignment"}
	if topic != "" {
		self[1] = topic
	}
	moves, err := a.Service.Reassignments(c.Context(), topic)
	if err != nil {
		return 0, nil, err
	}
	var all []reassignment3
	for _, m := range moves {
		all = append(all, c.reassignmentOf(m))
	}
	return list("KafkaReassignment", c.url(self...), all)
}

func (a *api) reassignment(c *call3) (int, any, error) {
	topic, p, err := a.partitionInfo(c)
	if err != nil {
		return 0, nil, err
	}
	moves, err := a.Service.Reassignments(c.Context(), topic)
	if err != nil {
		return 0, nil, err
	}
	for _, m := range moves {
		if m.Partition == p.ID {
			return found(c.reassignmentOf(m))
		}
	}
	return 0, nil, notFound3()
}
