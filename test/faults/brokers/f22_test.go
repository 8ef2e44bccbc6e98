//go:build realkafka

package brokers

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	binary   = "application/vnd.kafka.binary.v2+json"
	metadata = "application/vnd.kafka.v2+json"
)

// create makes a topic with one replica per partition: partition i is on
// broker i+1.
func create(t *testing.T, topic string) {
	t.Helper()
	r := kmsg.NewPtrCreateTopicsRequest()
	r.TimeoutMillis = 10_000
	want := kmsg.NewCreateTopicsRequestTopic()
	want.Topic, want.NumPartitions, want.ReplicationFactor = topic, -1, -1
	for i := range int32(3) {
		a := kmsg.NewCreateTopicsRequestTopicReplicaAssignment()
		a.Partition, a.Replicas = i, []int32{i + 1}
		want.ReplicaAssignment = append(want.ReplicaAssignment, a)
	}
	one := "1"
	config := kmsg.NewCreateTopicsRequestTopicConfig()
	config.Name, config.Value = "min.insync.replicas", &one
	want.Configs = append(want.Configs, config)
	r.Topics = append(r.Topics, want)
	resp, err := r.RequestWith(t.Context(), kafka.client(t))
	if err != nil {
		t.Fatal(err)
	}
	if resp.Topics[0].ErrorCode != 0 {
		t.Fatalf("making %s: %d", topic, resp.Topics[0].ErrorCode)
	}
}

// message is a record as the proxy takes it and gives it.
type message struct {
	Value     string `json:"value"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset,omitempty"`
}

// batch is the body of a produce request with the numbers from to to-1, spread
// over the partitions.
func batch(from, to int) string {
	var messages []message
	for i := from; i < to; i++ {
		messages = append(messages, message{Value: base64.StdEncoding.EncodeToString(fmt.Append(nil, i)), Partition: int32(i % 3)})
	}
	raw, _ := json.Marshal(map[string]any{"records": messages})
	return string(raw)
}

// result is what the proxy says about one record.
type result struct {
	Partition int32  `json:"partition"`
	Offset    *int64 `json:"offset"`
	Code      *int   `json:"error_code"`
	Error     string `json:"error"`
}

func produce(ctx context.Context, n *node, topic, body string) ([]result, int, error) {
	var answer struct {
		Offsets []result `json:"offsets"`
	}
	status, err := n.send(ctx, "POST", "/topics/"+topic, binary, body, &answer)
	return answer.Offsets, status, err
}

// TestF22 kills the proxy of a consumer while it reads, and goes on at another
// one under the same name.
func TestF22ProxyOfAConsumerDies(t *testing.T) {
	const total = 600
	create(t, "f22")
	a, b := start(t, "rest", freePort(t)), start(t, "rest", freePort(t))
	for from := 0; from < total; from += 100 {
		if _, status, err := produce(t.Context(), a, "f22", batch(from, from+100)); status != http.StatusOK {
			t.Fatalf("producing: %d %v", status, err)
		}
	}
	const instance = "/consumers/f22/instances/one"
	subscribe := func(n *node) {
		t.Helper()
		body := `{"name":"one","format":"binary","auto.offset.reset":"earliest","auto.commit.enable":true}`
		if status, err := n.send(t.Context(), "POST", "/consumers/f22", metadata, body, nil); status != http.StatusOK {
			t.Fatalf("making the instance: %d %v", status, err)
		}
		if status, err := n.send(t.Context(), "POST", instance+"/subscription", metadata, `{"topics":["f22"]}`, nil); status != http.StatusNoContent {
			t.Fatalf("subscribing: %d %v", status, err)
		}
	}
	next := map[int32]int64{} // delivered so far, by partition
	seen := map[string]int{}
	read := func(n *node, until int) {
		t.Helper()
		eventually(t, fmt.Sprintf("%d records", until), func() bool {
			var got []message
			if status, err := n.send(t.Context(), "GET", instance+"/records?max_bytes=2000&timeout=1000", "", "", &got); status != http.StatusOK {
				t.Fatalf("reading: %d %v", status, err)
			}
			for _, m := range got {
				seen[m.Value]++
				next[m.Partition] = max(next[m.Partition], m.Offset+1)
			}
			return len(seen) >= until
		})
	}
	subscribe(a)
	read(a, total/2)
	going := make(chan struct{})
	go func() {
		defer close(going)
		// What this GET reads nobody gets.
		_, _ = a.send(t.Context(), "GET", instance+"/records?timeout=1000", "", "", nil)
	}()
	a.kill()
	<-going
	committed, err := kafka.admin(t).FetchOffsets(t.Context(), "f22")
	if err != nil {
		t.Fatal(err)
	}
	for partition, offset := range committed["f22"] {
		if offset.At > next[partition] {
			t.Errorf("I11: partition %d: committed %d, delivered up to %d", partition, offset.At, next[partition])
		}
	}
	var problem struct {
		Code int `json:"error_code"`
	}
	if status, err := b.send(t.Context(), "GET", instance+"/records", "", "", &problem); status != http.StatusNotFound || problem.Code != 40403 {
		t.Errorf("at the other proxy: %d, %d, %v; want 404, 40403", status, problem.Code, err)
	}
	subscribe(b)
	// What A had not got to, and what comes now.
	if _, status, err := produce(t.Context(), b, "f22", batch(total, total+90)); status != http.StatusOK {
		t.Fatalf("producing: %d %v", status, err)
	}
	read(b, total+90)
	again := 0
	for _, times := range seen {
		if times > 1 {
			again++
		}
	}
	held(t, map[string]string{"I11": fmt.Sprintf("404/40403 elsewhere; %d records, none missing, %d delivered again", len(seen), again)})
}

// TestF23 takes away the broker of one partition in front of a batch for three.
func TestF23BrokerDownDuringBatch(t *testing.T) {
	defer kafka.whole(t)
	create(t, "f23")
	n := start(t, "rest", freePort(t), "KARAPACE_PRODUCER_DELIVERY_TIMEOUT_MS=8000")
	if _, status, err := produce(t.Context(), n, "f23", batch(0, 30)); status != http.StatusOK {
		t.Fatalf("producing: %d %v", status, err)
	}
	kafka.node(t, 3, "kill")
	began := time.Now()
	results, status, err := produce(t.Context(), n, "f23", batch(30, 330))
	took := time.Since(began)
	if err != nil || len(results) != 300 {
		t.Fatalf("%d results, status %d, %v", len(results), status, err)
	}
	kafka.whole(t)
	stored := map[string][]int64{} // by partition and value
	for _, r := range kafka.records(t, "f23") {
		at := fmt.Sprintf("%d/%s", r.Partition, r.Value)
		stored[at] = append(stored[at], r.Offset)
	}
	failed, texts := 0, map[string]bool{}
	for i, r := range results {
		number := 30 + i
		at := fmt.Sprintf("%d/%d", number%3, number)
		switch {
		case r.Code != nil:
			failed++
			texts[r.Error] = true
			if number%3 != 2 {
				t.Errorf("I11: record %d failed with its partition's broker alive: %s", number, r.Error)
			}
			if len(stored[at]) > 1 {
				t.Errorf("I11: record %d is stored %d times", number, len(stored[at]))
			}
		case r.Offset == nil || !slices.Equal(stored[at], []int64{*r.Offset}):
			t.Errorf("I11: record %d was answered with %v and is stored at %v", number, r.Offset, stored[at])
		}
	}
	if failed != 100 {
		t.Errorf("%d records failed; want the 100 of one partition", failed)
	}
	t.Logf("status %d after %s: %d failed: %v", status, took, failed, slices.Sorted(maps.Keys(texts)))
	held(t, map[string]string{"I11": fmt.Sprintf("200 stored once at the offsets answered, 100 errors of their own, after %.1f s", took.Seconds())})
}

// TestF24 hangs up in the middle of produce requests, and holds 8,000
// connections that never finish the head of a request.
func TestF24ClientsThatGoAway(t *testing.T) {
	create(t, "f24")
	n := start(t, "rest", freePort(t))
	var mu sync.Mutex
	answered := map[int]bool{}
	var group sync.WaitGroup
	const requests, size = 200, 10
	for i := range requests {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			if i%2 == 0 {
				ctx, cancel = context.WithTimeout(t.Context(), time.Duration(2*i)*time.Millisecond)
			}
			defer cancel()
			results, status, err := produce(ctx, n, "f24", batch(i*size, (i+1)*size))
			if err == nil && status == http.StatusOK && len(results) == size {
				mu.Lock()
				defer mu.Unlock()
				answered[i] = true
			}
		})
	}
	group.Wait()

	before := n.metric("go_goroutines")
	halfOpen := open(t, n, 8000)
	if _, status, err := produce(t.Context(), n, "f24", batch(requests*size, requests*size+size)); status != http.StatusOK {
		t.Errorf("I11: a request among %d connections: %d %v", len(halfOpen), status, err)
	}
	during := n.metric("go_goroutines")
	for _, c := range halfOpen {
		_ = c.Close()
	}
	eventually(t, fmt.Sprintf("%g goroutines as before", before), func() bool { return n.metric("go_goroutines") < before+50 })

	stored := map[string]int{}
	for _, r := range kafka.records(t, "f24") {
		stored[string(r.Value)]++
	}
	half, unheard := 0, 0
	for i := range requests {
		there := 0
		for j := range size {
			times := stored[fmt.Sprint(i*size+j)]
			if times > 1 {
				t.Errorf("I11: record %d is stored %d times", i*size+j, times)
			}
			there += times
		}
		if answered[i] && there != size {
			t.Errorf("I11: request %d was answered and %d of %d records are stored", i, there, size)
		}
		if there > 0 && there < size {
			half++
		}
		if there > 0 && !answered[i] {
			unheard++
		}
	}
	t.Logf("%d of %d answered, %d others stored, %d in part, goroutines %g, %g", len(answered), requests, unheard, half, before, during)
	held(t, map[string]string{
		"I11": fmt.Sprintf("%d requests answered, %d hung up, %d of these stored; none twice", len(answered), requests-len(answered), unheard),
		"I13": fmt.Sprintf("%d half-open connections; goroutines as before", len(halfOpen)),
	})
}

// open opens connections that stop in the middle of a head.
func open(t *testing.T, n *node, count int) (out []net.Conn) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	for range min(count, int(limit.Cur)-500) {
		c, err := net.DialTimeout("tcp", strings.TrimPrefix(n.url(), "http://"), 5*time.Second)
		if err != nil {
			t.Fatalf("connection %d: %v", len(out), err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if _, err := c.Write([]byte("POST /topics/f24 HTTP/1.1\r\nHost: x\r\nContent-")); err != nil {
			t.Fatalf("connection %d: %v", len(out), err)
		}
		out = append(out, c)
	}
	return out
}
