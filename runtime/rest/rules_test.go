package rest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// admin asks Kafka directly.
func (f *fixture) admin() *kadm.Client {
	f.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(f.kafka.ListenAddrs()...))
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(client.Close)
	return kadm.NewClient(client)
}

// topic makes a topic of one partition; configs are names and values in turn.
func (f *fixture) topic(name string, configs ...string) {
	f.t.Helper()
	values := map[string]*string{}
	for i := 0; i < len(configs); i += 2 {
		values[configs[i]] = &configs[i+1]
	}
	if _, err := f.admin().CreateTopic(f.t.Context(), 1, 1, values, name); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) setConfig(topic, name, value string) {
	f.t.Helper()
	answers, err := f.admin().AlterTopicConfigs(f.t.Context(), []kadm.AlterConfig{{Name: name, Value: &value}}, topic)
	if err != nil || answers[0].Err != nil {
		f.t.Fatal(err, answers)
	}
}

func text(n int) string { return `"` + strings.Repeat("x", n) + `"` }

// outcomes are "ok" or the failures of the records of one request.
func (f *fixture) outcomes(topic string, records ...ProduceRecord) string {
	f.t.Helper()
	meta, err := f.Topic(f.t.Context(), topic)
	if err != nil {
		f.t.Fatal(err)
	}
	p, err := f.Produce(f.t.Context(), ProduceRequest{Topic: meta, Format: JSON, Records: records})
	if err != nil {
		f.t.Fatal(err)
	}
	var out []string
	for _, o := range p.Outcomes {
		if o.Failure == nil {
			out = append(out, "ok")
			continue
		}
		out = append(out, fmt.Sprintf("%v %s", o.Failure.Retriable, o.Failure.Text))
	}
	return strings.Join(out, "; ")
}

// Trap (a): the topic takes less than the producer. What is too large for it
// fails alone, and batches of the others stay below its bound.
func TestRecordTooLargeForItsTopicHurtsNoNeighbour(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(s *Settings) { s.Linger = 5 * time.Millisecond })
	f.topic("small", "max.message.bytes", "2000")
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			value, poisoned := text(500), i%4 == 0
			if poisoned {
				value = text(5000)
			}
			p, err := f.send("small", value)
			if err != nil {
				t.Error(err)
				return
			}
			failure := p.Outcomes[0].Failure
			if (failure != nil) != poisoned || failure != nil && (failure.Kind != TooLarge || failure.Text != textTooLarge) {
				t.Errorf("record %d: %+v", i, failure)
			}
		})
	}
	wg.Wait()
	if _, end, err := f.PartitionOffsets(t.Context(), "small", 0); err != nil || end != 75 {
		t.Errorf("%d records are there, %v", end, err)
	}
}

// The same in a stream.
func TestStreamedRecordTooLargeForItsTopicFailsAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topic("small", "max.message.bytes", "2000")
	st, receipts := f.stream("small")
	for i := range 100 {
		value := text(500)
		if i%4 == 0 {
			value = text(5000)
		}
		if err := st.Send(t.Context(), &StreamRecord{Value: &Datum{Format: JSON, Data: []byte(value)}, Partition: AnyPartition}); err != nil {
			t.Fatal(err)
		}
	}
	st.CloseSend()
	i := 0
	for r := range receipts {
		if poisoned := i%4 == 0; r.Err != nil || (r.Failure != nil) != poisoned || poisoned && r.Failure.Kind != TooLarge {
			t.Errorf("record %d: %+v", i, r)
		}
		i++
	}
	if i != 100 {
		t.Errorf("%d receipts", i)
	}
}

// A topic that takes more than before does so at once. One that takes less
// refuses a batch once, which is said to pass, and the next batches are smaller.
func TestTopicsChangeWhatTheyTake(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topic("small", "max.message.bytes", "2000")
	large, medium := ProduceRecord{Value: []byte(text(3000))}, ProduceRecord{Value: []byte(text(600))}
	want := func(got, want string) {
		t.Helper()
		if got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
	want(f.outcomes("small", large, medium), "false "+textTooLarge+"; ok")
	f.setConfig("small", "max.message.bytes", "10000")
	want(f.outcomes("small", large), "false "+textTooLarge) // It was asked a moment ago.
	f.clock.add(rulesMinAge)
	want(f.outcomes("small", large, medium), "ok; ok")

	f.setConfig("small", "max.message.bytes", "1000")
	f.clock.add(rulesMinAge)
	want(f.outcomes("small", medium, medium), "true "+textBatchTooLarge+"; true "+textBatchTooLarge)
	want(f.outcomes("small", medium, medium), "ok; ok")
	f.eventually("clients that nobody uses are closed", func() bool {
		f.cluster.mu.Lock()
		defer f.cluster.mu.Unlock()
		return len(f.cluster.retired) == 0
	})
}

// Kafka refuses the batch of a record without a key in a compacted topic, and
// of one from another time; such records do not come into one.
func TestRecordsThatATopicRefusesFailAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topic("compacted", "cleanup.policy", "compact,delete")
	f.topic("dated", "message.timestamp.before.max.ms", "60000", "message.timestamp.after.max.ms", "60000")
	f.topic("stamped", "message.timestamp.before.max.ms", "60000", "message.timestamp.type", "LogAppendTime")
	now := f.clock.read()
	one, at := []byte("1"), func(d time.Duration) ProduceRecord {
		return ProduceRecord{Value: []byte("1"), Timestamp: now.Add(d)}
	}
	want := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	want(f.outcomes("compacted", ProduceRecord{Value: one}, ProduceRecord{Key: []byte(`""`), Value: one}, ProduceRecord{Key: one}),
		"false "+kerr.InvalidRecord.Description+"; ok; ok")
	want(f.outcomes("dated", at(-2*time.Minute), at(-30*time.Second), ProduceRecord{Value: one}, at(2*time.Minute)),
		"false "+kerr.InvalidTimestamp.Description+"; ok; ok; false "+kerr.InvalidTimestamp.Description)
	want(f.outcomes("stamped", at(-2*time.Minute)), "ok")
	want(f.outcomes("one", ProduceRecord{Value: one}, at(-20*time.Hour)), "ok; ok")
}

// Who may not see a topic's configuration produces all the same.
func TestRulesThatKafkaDoesNotTell(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.kafka.ControlKey(int16(kmsg.DescribeConfigs), func(r kmsg.Request) (kmsg.Response, error, bool) {
		f.kafka.KeepControl()
		answer := r.ResponseKind().(*kmsg.DescribeConfigsResponse)
		for _, of := range r.(*kmsg.DescribeConfigsRequest).Resources {
			refusal := kmsg.NewDescribeConfigsResponseResource()
			refusal.ResourceType, refusal.ResourceName, refusal.ErrorCode = of.ResourceType, of.ResourceName, kerr.TopicAuthorizationFailed.Code
			answer.Resources = append(answer.Resources, refusal)
		}
		return answer, nil, true
	})
	if got := f.outcomes("one", ProduceRecord{Value: []byte("1")}); got != "ok" {
		t.Fatal(got)
	}
}

func TestDistances(t *testing.T) {
	t.Parallel()
	f := func(in string, want time.Duration) {
		t.Helper()
		if got := distance(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
	f("3600000", time.Hour)
	f("9223372036854775807", 0) // Kafka's "no bound"
	f("9223372036854", 9223372036854*time.Millisecond)
	f("9223372036855", 0)
	f("0", 0)
	f("-1", 0)
	f("x", 0)
}
