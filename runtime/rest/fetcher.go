package rest

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// fetchWait is how long a broker may sit on a fetch. It answers one request of
// a connection after the other, so a new position, or a new partition, is read
// when the fetch before has ended.
const fetchWait = 500 * time.Millisecond

// follow makes the fetcher read partitions from the given offsets, whatever it
// did with them before. It is called with mu held; the fetcher has no
// callbacks into this package, so its locks come after mu everywhere.
func (c *Consumer) follow(offsets map[string]map[int32]kgo.Offset) error {
	c.notify()
	again := map[string][]int32{}
	for topic, partitions := range offsets {
		for id := range partitions {
			tp := TopicPartition{topic, id}
			p := c.parts[tp]
			if p == nil {
				p = &part{read: -1, committed: -1, epoch: -1}
				c.parts[tp] = p
			} else {
				again[topic] = append(again[topic], id)
			}
			p.since, p.fetched, p.high = c.generation, -1, -1
		}
	}
	if c.fetcher == nil {
		return c.newFetcher(offsets)
	}
	if len(again) > 0 {
		c.fetcher.RemoveConsumePartitions(again)
		c.forget(func(tp TopicPartition) bool {
			_, set := offsets[tp.Topic][tp.Partition]
			return set
		})
	}
	c.fetcher.AddConsumePartitions(offsets)
	return nil
}

// unfollow ends reading of partitions. Called with mu held.
func (c *Consumer) unfollow(lost map[string][]int32) {
	for topic, partitions := range lost {
		for _, id := range partitions {
			delete(c.parts, TopicPartition{topic, id})
		}
	}
	c.forget(func(tp TopicPartition) bool { return c.parts[tp] == nil })
	if c.fetcher != nil {
		c.fetcher.RemoveConsumePartitions(clonePartitions(lost))
	}
	c.notify()
}

// clonePartitions protects a map that belongs to somebody else: the Kafka
// client deletes empty topics from what it is given.
func clonePartitions(in map[string][]int32) map[string][]int32 {
	out := make(map[string][]int32, len(in))
	for topic, partitions := range in {
		out[topic] = partitions
	}
	return out
}

// newFetcher makes the client that reads. Called with mu held.
func (c *Consumer) newFetcher(offsets map[string]map[int32]kgo.Offset) error {
	if c.closed {
		return unknownConsumer(c.ID)
	}
	each, reserved := c.service.memory.fetchAhead(c.brokers)
	fetcher, err := c.service.newClient(
		kgo.ClientID(c.ID.Instance),
		kgo.ConsumePartitions(offsets),
		kgo.ConsumeResetOffset(c.reset()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.FetchMinBytes(int32(c.Config.FetchMinBytes)), // bounded when the consumer is created
		kgo.FetchMaxWait(fetchWait),
		kgo.FetchMaxBytes(int32(each)), // at most fetchBytes
		kgo.FetchMaxPartitionBytes(int32(min(each, fetchPartitionBytes))),
	)
	if err != nil {
		c.service.memory.ahead.add(-reserved)
		return &Error{Kind: Internal, Text: "making a Kafka client", Err: err}
	}
	c.fetcher, c.ahead = fetcher, reserved
	return nil
}

// reset is where to read when nothing else is known.
func (c *Consumer) reset() kgo.Offset {
	if c.Config.FromLatest {
		return kgo.NewOffset().AtEnd()
	}
	return kgo.NewOffset().AtStart()
}
