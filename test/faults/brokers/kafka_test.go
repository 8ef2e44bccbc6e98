//go:build realkafka

package brokers

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// patience bounds everything that a test waits for.
const patience = 60 * time.Second

// kafka are the brokers, which all tests share, and plastron is the program.
var (
	kafka    brokers
	plastron string
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "brokers")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	plastron = filepath.Join(dir, "plastron")
	if out, err := exec.Command("go", "build", "-o", plastron, "../../../cmd/plastron").CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building plastron: %w: %s", err, out)
	}
	kafka.dir = filepath.Join(dir, "kafka")
	defer func() { _, _ = kafka.script("down") }()
	if _, err := kafka.script("up", "3"); err != nil {
		return 1, err
	}
	addresses, err := kafka.script("bootstrap")
	kafka.addresses = strings.Split(strings.TrimSpace(addresses), ",")
	if err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// brokers are three brokers of hack/kafka.
type brokers struct {
	dir       string
	addresses []string
}

// script runs hack/kafka/kafka.sh and returns what it printed.
func (b *brokers) script(args ...string) (string, error) {
	c := exec.Command("../../../hack/kafka/kafka.sh", args...)
	c.Env = append(os.Environ(), "KAFKA_DIR="+b.dir, "KAFKA_PORTS=", "KAFKA_SECURITY=0")
	// A broker outlives the script and would keep a pipe open.
	out, err := os.CreateTemp("", "kafka")
	if err != nil {
		return "", err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	c.Stdout, c.Stderr = out, os.Stderr
	err = c.Run()
	text, readErr := os.ReadFile(out.Name())
	if err == nil {
		err = readErr
	}
	if err != nil {
		return "", fmt.Errorf("kafka.sh %v: %w: %s", args, err, text)
	}
	return string(text), nil
}

// node does something to a broker: start, term, kill, pause, resume, full.
func (b *brokers) node(t *testing.T, id int32, action string) {
	t.Helper()
	if _, err := b.script("node", strconv.Itoa(int(id)), action); err != nil {
		t.Fatal(err)
	}
}

// running reports whether the process of a broker is there.
func (b *brokers) running(id int32) bool {
	out, _ := exec.Command("env", "KAFKA_DIR="+b.dir, "../../../hack/kafka/kafka.sh", "status").Output() // Fails when one is down.
	return strings.Contains(string(out), fmt.Sprintf("broker %d: running", id))
}

// whole starts the brokers that are down and waits until every partition has
// all its replicas again.
func (b *brokers) whole(t *testing.T) {
	t.Helper()
	for id := int32(1); id <= 3; id++ {
		b.node(t, id, "start")
	}
	admin := b.admin(t)
	missing := ""
	defer func() {
		if missing != "" {
			t.Logf("not in sync: %s", missing)
		}
	}()
	eventually(t, "brokers in sync", func() bool {
		missing = outOfSync(t, admin)
		return missing == ""
	})
}

// outOfSync names what is missing of a whole cluster.
func outOfSync(t *testing.T, admin *kadm.Client) string {
	m, err := admin.Metadata(t.Context())
	if err != nil {
		return err.Error()
	}
	if len(m.Brokers) != 3 || m.Controller < 0 {
		return fmt.Sprintf("%d brokers, controller %d", len(m.Brokers), m.Controller)
	}
	for _, topic := range m.Topics {
		for _, p := range topic.Partitions {
			if len(p.ISR) != len(p.Replicas) || p.Leader < 0 {
				return fmt.Sprintf("%s/%d: %+v", topic.Topic, p.Partition, p)
			}
		}
	}
	return ""
}

func (b *brokers) client(t *testing.T, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(b.addresses...), kgo.DisableClientMetrics(), kgo.MetadataMinAge(100 * time.Millisecond),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func (b *brokers) admin(t *testing.T) *kadm.Client { return kadm.NewClient(b.client(t)) }

// leader returns the broker that leads partition 0 of a topic.
func (b *brokers) leader(t *testing.T, topic string) (id int32) {
	t.Helper()
	admin := b.admin(t)
	eventually(t, "leader of "+topic, func() bool {
		m, err := admin.Metadata(t.Context(), topic)
		if err != nil || m.Topics[topic].Err != nil {
			return false
		}
		id = m.Topics[topic].Partitions[0].Leader
		return id > 0
	})
	return id
}

// controller returns the broker whose controller leads the quorum.
func (b *brokers) controller(t *testing.T) int32 {
	t.Helper()
	r := kmsg.NewPtrDescribeQuorumRequest()
	topic, partition := kmsg.NewDescribeQuorumRequestTopic(), kmsg.NewDescribeQuorumRequestTopicPartition()
	topic.Topic, topic.Partitions = "__cluster_metadata", append(topic.Partitions, partition)
	r.Topics = append(r.Topics, topic)
	resp, err := r.RequestWith(t.Context(), b.client(t))
	if err != nil {
		t.Fatal(err)
	}
	return resp.Topics[0].Partitions[0].LeaderID
}

// records reads all that a topic holds.
func (b *brokers) records(t *testing.T, topic string) (out []*kgo.Record) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ends, err := b.admin(t).ListEndOffsets(ctx, topic)
	if err != nil {
		t.Fatal(err)
	}
	from, left := map[int32]kgo.Offset{}, map[int32]int64{}
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			from[o.Partition], left[o.Partition] = kgo.NewOffset().AtStart(), o.Offset
		}
	})
	client := b.client(t, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}))
	for len(left) > 0 {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			t.Fatalf("reading %s: %v", topic, ctx.Err())
		}
		fetches.EachRecord(func(r *kgo.Record) {
			out = append(out, r)
			if r.Offset >= left[r.Partition]-1 {
				delete(left, r.Partition)
			}
		})
	}
	return out
}

// eventually polls for what nobody signals across processes.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("no %s within %s", what, patience)
		}
	}
}

// pass lets time pass in which a fault lasts.
func pass(t *testing.T, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}
