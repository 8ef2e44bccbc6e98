package schemalog

import (
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/record"
)

func TestRecreatedTopic(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.compacted()
	n := f.start(nil).writable()
	for i := range 5 {
		n.mustAppend(schemaRecord("old", i+1, i+1, "x"))
	}
	waiting := make(chan error, 1)
	go func() { waiting <- n.waiters.wait(f.ctx, 1000) }()
	n.eventually("waiting", func() bool {
		n.waiters.mu.Lock()
		defer n.waiters.mu.Unlock()
		return len(n.waiters.list) == 1
	})
	if _, err := f.admin.DeleteTopic(f.ctx, topic); err != nil {
		t.Fatal(err)
	}
	// The topic is gone, and stays so as far as we are concerned.
	n.eventually("noticed", func() bool { return strings.Contains(n.Status().TopicProblem, "deleted") })
	if s := n.Status(); s.Writable || !s.Ready || s.LastError == "" {
		t.Fatalf("%+v", s)
	}
	_, err := n.Append(f.ctx, []record.Record{schemaRecord("old", 6, 6, "x")})
	is(t, err, ErrNotReady)
	if details, err := f.admin.ListTopics(f.ctx, topic); err != nil || details[topic].Err == nil {
		t.Fatalf("the topic is there again: %+v, %v", details, err)
	}
	n.expect("old", 5)

	f.compacted()
	f.client.PurgeTopicsFromClient(topic)
	f.produce(foreign("new", 1, 1, "y"))
	n.writable()
	is(t, <-waiting, errTopicChanged)
	if err := n.waiters.wait(f.ctx, 0); err != nil {
		t.Fatal(err)
	}
	n.expect("old", 0)
	n.expect("new", 1)
	if s := n.Status(); !strings.Contains(s.TopicProblem, "made anew") || strings.Contains(s.TopicProblem, "deleted") || !s.Ready {
		t.Fatalf("%+v", s)
	}
	// Ids of the old topic are not given out again.
	if got := n.store.View().MaxID("."); got != 5 {
		t.Fatalf("highest id %d", got)
	}
	n.mustAppend(schemaRecord("new", 2, 6, "z"))
	n.expect("new", 2)
}

// TestTruncatedTopic reports an end below what was applied, as a broker does
// that lost the tail of the log.
func TestTruncatedTopic(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(nil).writable()
	for i := range 5 {
		n.mustAppend(schemaRecord("a", i+1, i+1, "x"))
	}
	mend := f.controlling(kmsg.ListOffsets, func(req kmsg.Request) (kmsg.Response, error, bool) {
		in := req.(*kmsg.ListOffsetsRequest)
		out := in.ResponseKind().(*kmsg.ListOffsetsResponse)
		p := kmsg.NewListOffsetsResponseTopicPartition()
		if in.Topics[0].Partitions[0].Timestamp == -1 {
			p.Offset = 2
		}
		top := kmsg.NewListOffsetsResponseTopic()
		top.Topic = topic
		top.Partitions = append(top.Partitions, p)
		out.Topics = append(out.Topics, top)
		return out, nil, true
	})
	n.eventually("noticed", func() bool { return strings.Contains(n.Status().TopicProblem, "truncated") })
	mend()
	n.writable()
	if err := n.waiters.wait(f.ctx, 4); err != nil {
		t.Fatal(err)
	}
	n.expect("a", 5)
}

// TestPurgedTopicKeepsTheState drops records that were applied: what they said
// stays true for this process.
func TestPurgedTopicKeepsTheState(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(nil).writable()
	for i := range 5 {
		n.mustAppend(schemaRecord("a", i+1, i+1, "x"))
	}
	if _, err := f.admin.DeleteRecords(f.ctx, kadm.Offsets{topic: {0: kadm.Offset{Topic: topic, At: 3}}}); err != nil {
		t.Fatal(err)
	}
	n.mustAppend(schemaRecord("a", 6, 6, "x"))
	n.expect("a", 6)
}
