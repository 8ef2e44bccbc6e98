package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestF10 loses answers to produce requests, and answers others with errors:
// what became of the records is not known until the log is read.
func TestF10OutcomeUnknown(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 3, 4*patience)
	p := c.primary()
	l := c.load(8)
	l.progress(30)
	for range 3 {
		<-p.lose(kmsg.Produce)
		l.progress(5)
	}
	for _, code := range []*kerr.Error{kerr.RequestTimedOut, kerr.NotEnoughReplicasAfterAppend, kerr.UnknownServerError} {
		refused := c.refuse(code)
		<-refused
		l.progress(5)
	}
	r := c.check(l)
	r.held("I5", "%s; 3 answers lost, 3 errors", r.Held["I5"])
}

// refuse answers the next produce request with an error.
func (c *cluster) refuse(code *kerr.Error) <-chan struct{} {
	refused := make(chan struct{})
	c.kafka.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		in := req.(*kmsg.ProduceRequest)
		out := in.ResponseKind().(*kmsg.ProduceResponse)
		for _, inTopic := range in.Topics {
			outTopic := kmsg.NewProduceResponseTopic()
			outTopic.Topic, outTopic.TopicID = inTopic.Topic, inTopic.TopicID
			for _, inPartition := range inTopic.Partitions {
				p := kmsg.NewProduceResponseTopicPartition()
				p.Partition, p.ErrorCode, p.BaseOffset = inPartition.Partition, code.Code, -1
				outTopic.Partitions = append(outTopic.Partitions, p)
			}
			out.Topics = append(out.Topics, outTopic)
		}
		close(refused)
		return out, nil, true
	})
	return refused
}

// TestF11 has a broker take a second for every write of the primary and longer
// for every read of the followers, so that what a follower has forwarded is
// answered before it has read it, unless it waits. Reads of the registry do not
// notice.
func TestF11SlowBroker(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 3, 4*patience)
	p := c.primary()
	l := c.load(16)
	l.progress(50)
	const slow = time.Second
	reads := c.readsServed(c.ctx, p)
	p.delay(kmsg.Produce, slow)
	for _, n := range c.others(p) {
		n.delay(kmsg.Fetch, 3*slow/2)
	}
	for i, follower := range c.others(p) {
		o := &op{kind: "register", subject: "late-reader", text: text(fmt.Sprint("late", i))}
		o.do(c.ctx, follower)
		get := &op{kind: "get", id: o.id}
		get.do(c.ctx, follower)
		if o.outcome != done || get.outcome != done {
			t.Errorf("I3: %s, then %s", o, get)
		}
	}
	l.progress(20)
	count, longest := reads()
	p.delay(kmsg.Produce, 0)
	for _, n := range c.others(p) {
		n.delay(kmsg.Fetch, 0)
	}
	r := c.check(l)
	if longest >= slow {
		t.Errorf("a read took %s", longest)
	}
	r.held("I10", "%d reads from the node with the slow broker, longest %d ms", count, longest.Milliseconds())
}

// TestF12 deletes the topic under the nodes and makes it anew: no node writes
// into nothing, none forgets without a word, and no id comes back.
func TestF12TopicDeletedAndMadeAnew(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 2, 4*patience)
	p := c.primary()
	register := func(name string) *op {
		o := &op{kind: "register", subject: "s-" + name, text: text(name)}
		o.do(c.ctx, p)
		return o
	}
	var highest int
	for _, name := range []string{"a", "b", "c"} {
		highest = max(highest, register(name).id)
	}
	if _, err := c.admin.DeleteTopic(c.ctx, topic); err != nil {
		t.Fatal(err)
	}
	c.eventually("alarm", func() bool { return p.problem("deleted while this process ran") })
	kept := &op{kind: "get", id: 1}
	kept.do(c.ctx, p)
	if kept.outcome != done {
		t.Errorf("a read while the topic is gone: %s", kept)
	}
	if _, err := c.admin.CreateTopic(c.ctx, 1, 1, map[string]*string{"cleanup.policy": kadm.StringPtr("compact")}, topic); err != nil {
		t.Fatal(err)
	}
	var again *op
	c.eventually("write into the new topic", func() bool { again = register("d"); return again.outcome == done })
	if again.id <= highest {
		t.Errorf("id %d was given before, the highest was %d", again.id, highest)
	}
	if !p.problem("made anew") {
		t.Error("no alarm after the topic was made anew")
	}
	// What follows cannot come from a node that went on with the old state.
	r := c.check(c.load(0))
	r.held("I1", "no id of the old topic came back")
}

// problem reports whether the health check says something.
func (n *node) problem(text string) bool {
	var health json.RawMessage
	_, _, _, _ = n.send(n.down, "GET", "/_health", "", &health) // Without an answer it says nothing.
	return strings.Contains(string(health), text)
}

// TestF13 starts nodes on topics of the wrong layout.
func TestF13WrongTopic(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 0, 4*patience)
	policy := func(value string) map[string]*string { return map[string]*string{"cleanup.policy": &value} }
	for name, partitions := range map[string]int32{"two-partitions": 2, "deleting": 1} {
		config := policy("compact")
		if name == "deleting" {
			config = policy("delete")
		}
		if _, err := c.admin.CreateTopic(c.ctx, partitions, 1, config, name); err != nil {
			t.Fatal(err)
		}
	}
	refused, _ := c.launch("two", "KARAPACE_TOPIC_NAME=two-partitions")
	<-refused.ended
	if refused.failed == nil || !strings.Contains(refused.failed.Error(), "2 partitions") {
		t.Errorf("a node on two partitions: %v", refused.failed)
	}
	n := c.start("deleting", "KARAPACE_TOPIC_NAME=deleting")
	if !n.log.contains("clean-up policy that deletes schemas") || !strings.Contains(n.metrics(), "topic_policy_ok{app=\"Karapace\"} 0") {
		t.Error("no word about a topic that deletes schemas")
	}
	newResult(t).held("I2", "2 partitions are refused, cleanup.policy=delete is an alarm, a metric and a line in the log")
}

// metrics is the text of /metrics.
func (n *node) metrics() string {
	r, err := n.http.Get(n.url() + "/metrics")
	if err != nil {
		return ""
	}
	defer r.Body.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(r.Body)
	return b.String()
}

// TestF14 writes all sorts of nonsense into the topic, and a transaction whose
// marker is the last thing in it when a node starts.
func TestF14Garbage(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 2, 4*patience)
	c.primary()
	l := c.load(6)
	l.progress(20)
	client, err := kgo.NewClient(append(c.kafkaOpts(), kgo.ProducerBatchMaxBytes(900_000))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	garbage := [][2]string{
		{"", "a value without a key"}, {"no json", "x"}, {`[]`, "{}"}, {"\xff\xfe", "\xff"}, {`"text"`, ""}, {`{"keytype":"SCHEMA"}`, "{}"},
		{`{"keytype":"NEW_TYPE","magic":0}`, `{"x":1}`}, {`{"keytype":"SCHEMA","subject":"s","version":-1,"magic":1}`, `{}`},
		{`{"keytype":"SCHEMA","subject":"odd","version":1,"magic":1}`, `{"subject":"odd","version":1,"id":"x","schema":5}`},
		{`{"keytype":"NOOP","magic":0}`, "\x00\x01"}, {`{"keytype":"CONFIG","subject":"odd","magic":0}`, "[]"}, {"x", strings.Repeat("x", 800_000)},
	}
	for _, kv := range garbage {
		rec := &kgo.Record{Value: []byte(kv[1])}
		if kv[0] != "" {
			rec.Key = []byte(kv[0])
		}
		if err := client.ProduceSync(c.ctx, rec).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	l.progress(20)
	l.stop()
	c.transaction()
	late := c.start("n3") // Ready in spite of the marker at the end, else start fails.
	if late.status().Generation == 0 {
		c.primary()
	}
	r := c.check(l)
	r.held("I7", "%s; %d senseless records and a trailing transaction marker", r.Held["I7"], len(garbage))
}

// transaction writes one that is aborted.
func (c *cluster) transaction() {
	c.t.Helper()
	client, err := kgo.NewClient(append(c.kafkaOpts(), kgo.TransactionalID("tx"))...)
	if err != nil {
		c.t.Fatal(err)
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		c.t.Fatal(err)
	}
	if err := client.ProduceSync(c.ctx, &kgo.Record{Key: []byte("aborted"), Value: []byte("x")}).FirstErr(); err != nil {
		c.t.Fatal(err)
	}
	if err := client.EndTransaction(c.ctx, kgo.TryAbort); err != nil {
		c.t.Fatal(err)
	}
}

// TestF15 compacts the topic while it is written, and starts nodes from what is
// left.
func TestF15Compaction(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 2, 4*patience)
	c.primary()
	l := c.load(8, func(l *load) { l.keep = true })
	for range 5 {
		l.progress(20)
		c.kafka.Compact()
	}
	c.start("n3")
	l.progress(20)
	c.kafka.Compact()
	r := c.check(l)
	r.held("I8", "%s, 6 compactions by the broker and a node that started after them", r.Held["I8"])
}

// TestF16 sets the clocks of the nodes back and forth by an hour. A primary
// whose clock is set back believes in its lease for an hour; it is cut off then.
func TestF16ClockJumps(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 3, 4*patience)
	c.primary()
	l := c.load(8)
	l.progress(30)
	var jumps atomic.Int64
	for i, hours := range []time.Duration{1, -2, 2, -1} {
		c.all()[i%3].clock.jump(hours * time.Hour)
		jumps.Add(1)
		l.progress(10)
	}
	p := c.primary()
	p.clock.jump(-time.Hour)
	p.freeze()
	c.successor(p)
	l.progress(30)
	p.thaw()
	l.progress(10)
	r := c.check(l)
	r.held("I9", "%s, %d jumps of clocks", r.Held["I9"], jumps.Load()+1)
}

// TestCleanStopIsFast measures how long nobody may write when the primary is
// stopped: the best of three, since other tests share the machine.
func TestCleanStopIsFast(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 3, 4*patience)
	best := time.Hour
	var all []string
	for range 3 {
		old := c.primary()
		l := c.load(3)
		l.progress(20)
		stopped := time.Now()
		if err := old.stop(); err != nil {
			t.Error(err)
		}
		l.progress(20)
		l.stop()
		gap := l.gap(stopped)
		all = append(all, gap.Round(time.Millisecond).String())
		if best = min(best, gap); best <= 500*time.Millisecond {
			break
		}
		c.start(old.name)
	}
	t.Logf("no writes for %s after a clean stop", strings.Join(all, ", "))
	if best > 500*time.Millisecond {
		t.Errorf("no writes for %s after a clean stop; at most 0.5 s", best)
	}
	newResult(t).held("I10", "no writes for %d ms", best.Milliseconds())
}
