//go:build realkafka

package resthttp

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestOnRealKafka is the road of one topic on the cluster that
// PLASTRON_TEST_KAFKA names: every format, groups that hand over, seeks and
// commits, as kfake may be more patient than Kafka.
func TestOnRealKafka(t *testing.T) {
	bootstrap := os.Getenv("PLASTRON_TEST_KAFKA")
	if bootstrap == "" {
		t.Fatal("PLASTRON_TEST_KAFKA names no cluster: host:port")
	}
	p := newProxyOn(t, nil, strings.Split(bootstrap, ","))
	topic := fmt.Sprintf("rest-%d", time.Now().UnixNano())
	cl, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(bootstrap, ",")...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	admin := kadm.NewClient(cl)
	if _, err := admin.CreateTopic(t.Context(), 2, 1, nil, topic); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = admin.DeleteTopic(context.WithoutCancel(t.Context()), topic) })
	awaitLeaders(t, admin, topic)

	p.expect(http.MethodGet, "/topics/"+topic, "", 200, `{"configs":{...}`)
	p.expect(http.MethodGet, "/topics/"+topic+"/partitions/1/offsets", "", 200, `{"beginning_offset":0,"end_offset":0}`)
	for i := range 20 {
		p.expect(http.MethodPost, fmt.Sprintf("/topics/%s/partitions/%d", topic, i%2), fmt.Sprintf(`{"records":[{"value":%d}]}`, i), 200,
			fmt.Sprintf(`{"key_schema_id":null,"offsets":[{"offset":%d,"partition":%d}],"value_schema_id":null}`, i/2, i%2), "Content-Type", ctJSON)
	}

	// A member, alone in its group.
	create := func(group, name string) string {
		p.expect(http.MethodPost, "/consumers/"+group, `{"name":"`+name+`","format":"json","auto.commit.enable":false}`, 200, `{...}`)
		return "/consumers/" + group + "/instances/" + name
	}
	group := topic + "-group"
	a := create(group, "a")
	start := time.Now()
	p.expect(http.MethodPost, a+"/subscription", `{"topics":["`+topic+`"]}`, 204, "")
	if got := p.values(a + "/records?timeout=20000"); len(got) != 20 {
		t.Fatalf("the first read returned %v", got)
	}
	t.Logf("first read after %s", time.Since(start))
	start = time.Now()
	p.expect(http.MethodPost, a+"/positions", `{"offsets":[{"topic":"`+topic+`","partition":1,"offset":8}]}`, 204, "")
	if got := p.values(a + "/records?timeout=20000"); fmt.Sprint(got) != "[17 19]" {
		t.Fatalf("after a seek: %v", got)
	}
	t.Logf("seek and read took %s", time.Since(start))
	p.expect(http.MethodPost, a+"/offsets", `{"offsets":[{"topic":"`+topic+`","partition":0,"offset":4,"metadata":"m"},{"topic":"`+topic+`","partition":1,"offset":6}]}`, 204, "")
	p.expect(http.MethodGet, a+"/offsets?topic="+topic+"&partition=0", "", 200, `{"offsets":[{"metadata":"m","offset":5,"partition":0,"topic":"`+topic+`"}]}`)

	// Another one takes over where the commit is.
	p.expect(http.MethodDelete, a, "", 204, "")
	b := create(group, "b")
	start = time.Now()
	p.expect(http.MethodPost, b+"/subscription", `{"topic_pattern":"`+topic+`"}`, 204, "")
	seen := map[int]bool{}
	for len(seen) < 8 {
		for _, v := range p.values(b + "/records?timeout=20000") {
			seen[v] = true
		}
	}
	if len(seen) != 8 || seen[8] || !seen[10] || seen[13] || !seen[15] {
		t.Fatalf("after the commit: %v", seen)
	}
	t.Logf("take-over after %s", time.Since(start))

	// By hand, in a group of its own, without members.
	c := create(topic+"-alone", "c")
	p.expect(http.MethodPost, c+"/assignments", `{"partitions":[{"topic":"`+topic+`","partition":0}]}`, 204, "")
	if got := p.values(c + "/records?timeout=20000"); len(got) != 10 {
		t.Fatalf("assigned: %v", got)
	}
	p.expect(http.MethodPost, c+"/offsets", "", 204, "")
	p.expect(http.MethodGet, c+"/offsets?topic="+topic+"&partition=0", "", 200, `{"offsets":[{"metadata":"","offset":10,"partition":0,"topic":"`+topic+`"}]}`)
	p.expect(http.MethodGet, c+"/offsets?topic="+topic+"&partition=1", "", 200, `{"offsets":[{"metadata":"","offset":-1001,"partition":1,"topic":"`+topic+`"}]}`)

	// What Kafka refuses.
	big := strings.Repeat("x", 900_000)
	p.expect(http.MethodPost, "/topics/"+topic, `{"records":[{"value":"`+big+`"}]}`, 200, `{...}`, "Content-Type", ctJSON)
	p.expect(http.MethodPost, "/topics/none-"+topic, `{"records":[{"value":1}]}`, 404, `{"error_code":40401,...}`, "Content-Type", ctJSON)
	p.expect(http.MethodPost, c+"/subscription", `{"topics":["none-`+topic+`"]}`, 204, "")
	p.expect(http.MethodGet, c+"/records", "", 404, `{"error_code":40403,"message":"Unknown topic or partition"}`)
}

// awaitLeaders waits until the brokers know the new topic: creating it only
// means that the controller does.
func awaitLeaders(t *testing.T, admin *kadm.Client, topic string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		topics, err := admin.ListTopics(t.Context(), topic)
		if err == nil && topics[topic].Err == nil && len(topics[topic].Partitions) == 2 &&
			topics[topic].Partitions[0].Leader >= 0 && topics[topic].Partitions[1].Leader >= 0 {
			return
		}
	}
	t.Fatalf("topic %s has no leaders", topic)
}
