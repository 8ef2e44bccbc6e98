package devbroker

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/goleak"
)

// childDir makes the test binary a broker of its own, to be killed.
const childDir = "PLASTRON_TEST_BROKER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		runChild(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

func runChild(dir string) {
	b, err := Start(Config{Dir: dir})
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println(b.Addr())
	select {} // Until SIGKILL.
}

func start(t *testing.T, cfg Config) *Broker {
	t.Helper()
	b, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func client(t *testing.T, addr string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	c, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(addr), kgo.MetadataMinAge(50 * time.Millisecond), kgo.ProducerLinger(0), kgo.DisableClientMetrics(),
		kgo.AllowAutoTopicCreation(),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func produce(t *testing.T, c *kgo.Client, topic string, values ...string) {
	t.Helper()
	for _, v := range values {
		record := &kgo.Record{Topic: topic, Key: []byte("k"), Value: []byte(v)}
		if err := c.ProduceSync(deadline(t), record).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

// read returns n values of the topic as the group sees them, and commits.
func read(t *testing.T, addr, group, topic string, n int) []string {
	t.Helper()
	c := client(t, addr, kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	var got []string
	for ctx := deadline(t); len(got) < n; {
		fetches := c.PollFetches(ctx)
		if err := fetches.Err0(); err != nil {
			t.Fatalf("read %q, then: %v", got, err)
		}
		fetches.EachRecord(func(r *kgo.Record) { got = append(got, string(r.Value)) })
	}
	if err := c.CommitUncommittedOffsets(deadline(t)); err != nil {
		t.Fatal(err)
	}
	c.Close()
	return got
}

// In memory, with groups, automatic topics and the idempotent producer, which
// is franz-go's default.
func TestInMemory(t *testing.T) {
	t.Parallel()
	started := time.Now()
	b := start(t, Config{Partitions: 2})
	t.Logf("started after %s", time.Since(started))
	c := client(t, b.Addr())
	produce(t, c, "t", "1", "2")
	if got := read(t, b.Addr(), "g", "t", 2); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("read %q", got)
	}
	if info := b.Cluster().TopicInfo("t"); info == nil || len(b.Cluster().PartitionInfos("t")) != 2 {
		t.Errorf("topic %+v; want 2 partitions", info)
	}
}

// Topics are still made after the function that makes them was renewed.
func TestAutoCreateAfterManyRequests(t *testing.T) {
	t.Parallel()
	b := start(t, Config{})
	c := client(t, b.Addr())
	for range 2*renewAfter + 2 {
		if _, err := kmsg.NewPtrMetadataRequest().RequestWith(deadline(t), c); err != nil {
			t.Fatal(err)
		}
	}
	produce(t, c, "t", "1")
}

func TestNoAutoCreate(t *testing.T) {
	t.Parallel()
	b := start(t, Config{NoAutoCreate: true})
	c := client(t, b.Addr(), kgo.UnknownTopicRetries(0))
	err := c.ProduceSync(deadline(t), &kgo.Record{Topic: "t", Value: []byte("v")}).FirstErr()
	if err == nil {
		t.Error("a topic was made although that is off")
	}
}

// Topics, records, committed offsets and the sequence of a running idempotent
// producer survive a clean restart on the same port.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := start(t, Config{Dir: dir})
	c := client(t, b.Addr())
	produce(t, c, "t", "1", "2")
	read(t, b.Addr(), "g", "t", 2)
	port := b.Cluster().ListenAddrs()[0]
	b.Close()

	started := time.Now()
	again := start(t, Config{Dir: dir, Port: portOf(t, port)})
	t.Logf("restarted after %s", time.Since(started))
	produce(t, c, "t", "3")
	if got := read(t, again.Addr(), "g", "t", 1); !slices.Equal(got, []string{"3"}) {
		t.Errorf("after a restart the group read %q; want 3 only", got)
	}
}

// The same after kill -9 of a process of its own.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	addr, kill := child(t, dir)
	c := client(t, addr)
	produce(t, c, "t", "1", "2", "3")
	read(t, addr, "g", "t", 3)
	produce(t, c, "t", "4")
	kill()

	b := start(t, Config{Dir: dir, Port: portOf(t, addr)})
	produce(t, c, "t", "5")
	if got := read(t, b.Addr(), "g", "t", 2); !slices.Equal(got, []string{"4", "5"}) {
		t.Errorf("after kill -9 the group read %q; want 4 and 5", got)
	}
	if got := read(t, b.Addr(), "other", "t", 5); !slices.Equal(got, []string{"1", "2", "3", "4", "5"}) {
		t.Errorf("after kill -9 the topic holds %q", got)
	}
}

func child(t *testing.T, dir string) (addr string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.HasPrefix(line, "error") {
		t.Fatalf("the child says %q, %v", line, err)
	}
	return strings.TrimSpace(line), kill
}

func portOf(t *testing.T, addr string) int {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOneProcessPerDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := start(t, Config{Dir: dir})
	if _, err := Start(Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("second broker on one directory: %v", err)
	}
	b.Close()
	start(t, Config{Dir: dir}).Close()
}

func TestErrorsNameTheCause(t *testing.T) {
	t.Parallel()
	b := start(t, Config{})
	if _, err := Start(Config{Port: portOf(t, b.Addr())}); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("port in use: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(Config{Dir: file}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file as directory: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "meta.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a broken directory: %v", err)
	}
}

// As the pod of the demo: bound to every address, advertised by the name of
// its Service, which only resolves where its clients are.
func TestAdvertisedName(t *testing.T) {
	t.Parallel()
	b := start(t, Config{Host: "0.0.0.0", AdvertisedHost: "kafka", AdvertisedPort: 9092})
	if b.Advertised() != "kafka:9092" {
		t.Errorf("advertises %s", b.Advertised())
	}
	var dialer net.Dialer
	asked := make(chan string, 64)
	bound := net.JoinHostPort("127.0.0.1", strconv.Itoa(portOf(t, b.Addr())))
	service := kgo.Dialer(func(ctx context.Context, network, host string) (net.Conn, error) {
		select {
		case asked <- host:
		default:
		}
		return dialer.DialContext(ctx, network, bound)
	})
	c := client(t, "kafka:9092", service)
	produce(t, c, "t", "1")
	admin := kadm.NewClient(c)
	meta, err := admin.BrokerMetadata(deadline(t))
	if err != nil || len(meta.Brokers) != 1 || meta.Brokers[0].Host != "kafka" || meta.Brokers[0].Port != 9092 {
		t.Errorf("metadata says %+v, %v", meta.Brokers, err)
	}
	req := kmsg.NewPtrFindCoordinatorRequest()
	req.CoordinatorKey, req.CoordinatorKeys = "g", []string{"g"}
	resp, err := req.RequestWith(deadline(t), c)
	if err != nil || len(resp.Coordinators) != 1 || resp.Coordinators[0].Host != "kafka" || resp.Coordinators[0].Port != 9092 {
		t.Errorf("the coordinator is %+v, %v", resp, err)
	}
	describe, err := kmsg.NewPtrDescribeClusterRequest().RequestWith(deadline(t), c)
	if err != nil || len(describe.Brokers) != 1 || describe.Brokers[0].Host != "kafka" {
		t.Errorf("describe says %+v, %v", describe, err)
	}
	c.Close()
	close(asked)
	for host := range asked {
		if host != "kafka:9092" {
			t.Errorf("a client dialed %s", host)
		}
	}
}

func TestAdvertisedDefaults(t *testing.T) {
	t.Parallel()
	f := func(cfg Config, want string) {
		t.Helper()
		b := start(t, cfg)
		want = strings.Replace(want, "PORT", strconv.Itoa(portOf(t, b.Addr())), 1)
		if b.Advertised() != want {
			t.Errorf("%+v advertises %s; want %s", cfg, b.Advertised(), want)
		}
	}
	f(Config{}, "127.0.0.1:PORT")
	f(Config{Host: "0.0.0.0"}, "localhost:PORT")
	f(Config{Host: "127.0.0.1", AdvertisedHost: "broker"}, "broker:PORT")
}

// After a restart too, when kfake's own ticker does not run.
func TestCompaction(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := start(t, Config{Dir: dir})
	c := client(t, b.Addr())
	compacted := "compact"
	resp, err := kadm.NewClient(c).CreateTopic(deadline(t), 1, 1, map[string]*string{"cleanup.policy": &compacted}, "t")
	if err != nil || resp.Err != nil {
		t.Fatal(err, resp.Err)
	}
	produce(t, c, "t", "1", "2", "3", "4")
	c.Close()
	b.Close()

	b = start(t, Config{Dir: dir, CompactEvery: 20 * time.Millisecond})
	// The newest batch is the active segment; the others have one key.
	consumer := client(t, b.Addr(), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{"t": {0: kgo.NewOffset().AtStart()}}))
	for ctx := deadline(t); ; {
		var got []string
		for last := ""; last != "4"; {
			fetches := consumer.PollFetches(ctx)
			if err := fetches.Err0(); err != nil {
				t.Fatalf("read %q, then: %v", got, err)
			}
			fetches.EachRecord(func(r *kgo.Record) { got = append(got, string(r.Value)); last = string(r.Value) })
		}
		if slices.Equal(got, []string{"3", "4"}) {
			return
		}
		consumer.SetOffsets(map[string]map[int32]kgo.EpochOffset{"t": {0: {Epoch: -1, Offset: 0}}})
	}
}
