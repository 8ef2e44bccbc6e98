package schemalog

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestTopicIsMadeWhenThereIsNone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.start(nil).writable()
	details, err := f.admin.ListTopics(f.ctx, topic)
	if err != nil || len(details[topic].Partitions) != 1 || len(details[topic].Partitions[0].Replicas) != 3 {
		t.Fatalf("%+v, %v", details, err)
	}
	configs, err := f.admin.DescribeTopicConfigs(f.ctx, topic)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(configs[0].Configs, func(c kadm.Config) bool { return c.Key == policyKey })
	if i < 0 || configs[0].Configs[i].MaybeValue() != policyCompact {
		t.Fatalf("%+v", configs)
	}
}

func TestTopicThatExistsNeedsNoRightToCreate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.compacted()
	var asked atomic.Int64
	f.controlling(kmsg.CreateTopics, func(kmsg.Request) (kmsg.Response, error, bool) {
		asked.Add(1)
		return nil, nil, false
	})
	f.start(nil).writable()
	if asked.Load() != 0 {
		t.Fatal("it was asked to create a topic that exists")
	}
}

func TestWrongPartitionsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, kfake.NumBrokers(1))
	f.create(3, map[string]*string{policyKey: kadm.StringPtr(policyCompact)})
	n := f.start(nil)
	err := n.result()
	is(t, err, ErrTopicLayout)
	if !strings.Contains(err.Error(), "3 partitions") || n.Ready() {
		t.Fatal(err)
	}
}

func TestWrongPolicyIsReportedOrRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(1, map[string]*string{policyKey: kadm.StringPtr("delete")})
	n := f.start(nil).writable()
	if s := n.Status(); !strings.Contains(s.TopicProblem, "cleanup.policy=delete") {
		t.Fatalf("%+v", s)
	}
	strict := f.start(func(c *Config) { c.RequireCompact = true })
	is(t, strict.result(), ErrTopicLayout)

	// It is noticed when somebody mends it, and when somebody breaks it again.
	set := func(value string) {
		t.Helper()
		_, err := f.admin.AlterTopicConfigs(f.ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: policyKey, Value: &value}}, topic)
		if err != nil {
			t.Fatal(err)
		}
	}
	set(policyCompact)
	n.eventually("mended", func() bool { return n.Status().TopicProblem == "" })
	set("compact,delete")
	n.eventually("broken", func() bool { return n.Status().TopicProblem != "" })
	n.mustAppend(schemaRecord("a", 1, 1, "x"))
}

func TestMorePartitionsWhileRunning(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(nil).writable()
	if _, err := f.admin.CreatePartitions(f.ctx, 2, topic); err != nil {
		t.Fatal(err)
	}
	n.eventually("noticed", func() bool { return strings.Contains(n.Status().TopicProblem, "3 partitions") })
	n.mustAppend(schemaRecord("a", 1, 1, "x"))
}
