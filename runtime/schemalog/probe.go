package schemalog

import (
	"context"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// probe asks the broker what follows an offset and returns the offset that the
// next record can have at least. The client delivers records only, so a topic
// whose last records were compacted away, of which the broker keeps an empty
// batch, would never look read to its end. Whatever goes wrong, the answer is
// the offset itself, and the reader asks again.
func (s *session) probe(ctx context.Context, client *kgo.Client, offset int64) int64 {
	leader, _, err := client.PartitionLeader(s.log.cfg.Topic, 0)
	if err != nil || leader < 0 {
		return offset
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	response, err := s.writer.Broker(int(leader)).Request(ctx, s.probeRequest(offset))
	if err != nil {
		return offset
	}
	fetched, ok := response.(*kmsg.FetchResponse)
	if !ok || len(fetched.Topics) != 1 || len(fetched.Topics[0].Partitions) != 1 {
		return offset
	}
	opts := kgo.ProcessFetchPartitionOpts{
		KeepControlRecords: true,
		Offset:             offset,
		IsolationLevel:     kgo.ReadCommitted(),
		Topic:              s.log.cfg.Topic,
	}
	partition, next := kgo.ProcessFetchPartition(opts, &fetched.Topics[0].Partitions[0], kgo.DefaultDecompressor(), nil)
	if partition.Err != nil || len(partition.Records) > 0 {
		return offset // Records come by the usual way.
	}
	return max(offset, next)
}

func (s *session) probeRequest(offset int64) *kmsg.FetchRequest {
	partition := kmsg.NewFetchRequestTopicPartition()
	partition.FetchOffset = offset
	partition.PartitionMaxBytes = 1 << 20
	topic := kmsg.NewFetchRequestTopic()
	topic.Topic, topic.TopicID = s.log.cfg.Topic, s.topic.ID
	topic.Partitions = append(topic.Partitions, partition)
	req := kmsg.NewPtrFetchRequest()
	req.ReplicaID, req.SessionEpoch = -1, -1
	req.IsolationLevel = 1
	req.MinBytes, req.MaxBytes = 0, 1<<20
	req.Topics = append(req.Topics, topic)
	return req
}
