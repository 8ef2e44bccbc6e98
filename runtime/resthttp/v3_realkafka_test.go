//go:build realkafka

package resthttp

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// TestV3OnRealKafka is what the embedded broker may be more patient about: a
// topic that is made, filled by a stream, grown, read and deleted.
func TestV3OnRealKafka(t *testing.T) {
	bootstrap := os.Getenv("PLASTRON_TEST_KAFKA")
	if bootstrap == "" {
		t.Fatal("PLASTRON_TEST_KAFKA names no cluster: host:port")
	}
	p := newProxyOn(t, nil, strings.Split(bootstrap, ","))
	c := p.clusterURL("/v3")
	topic := fmt.Sprintf("v3-%d", time.Now().UnixNano())
	p.object(http.MethodPost, c+"/topics", `{"topic_name":"`+topic+`","partitions_count":1,"replication_factor":1}`, 201)
	t.Cleanup(func() { p.request(http.MethodDelete, c+"/topics/"+topic, "") })
	for deadline := time.Now().Add(20 * time.Second); p.request(http.MethodGet, c+"/topics/"+topic+"/partitions/0/offset?offset_type=earliest_and_latest", "").Code != 200; {
		if time.Now().After(deadline) {
			t.Fatal("the topic has no leader")
		}
	}
	const total = 5000
	s := p.open(p.serve(), topic)
	go func() {
		for i := range total {
			s.write(fmt.Sprintf(numberRecord, i))
		}
		_, _ = s.out.WriteString("0\r\n\r\n")
		_ = s.out.Flush()
	}()
	for i := range total {
		if r := s.receipt(); r["offset"] != float64(i) {
			t.Fatalf("receipt %d: %v", i, r)
		}
	}
	s.wantEnd()
	read := p.object(http.MethodGet, c+"/topics/"+topic+"/partitions/0/records?offset=4990&format=json&timeout=10000", "", 200)
	if data := member(t, read, "data").([]any); len(data) != 10 || member(t, data, 9, "value", "data") != 4999.0 {
		t.Fatal(read)
	}
	p.expect(http.MethodPut, c+"/topics/"+topic+"/configs/retention.ms", `{"value":"123456"}`, 204, "")
	p.expect(http.MethodPut, c+"/topics/"+topic+"/configs/retention.ms", `{"value":"soon"}`, 400, `{"error_code":40002,...}`)
	p.object(http.MethodPatch, c+"/topics/"+topic, `{"partitions_count":2}`, 200)
	p.object(http.MethodGet, c+"/consumer-groups", "", 200)
	p.object(http.MethodGet, c+"/topics/-/partitions/-/reassignment", "", 200)
	p.expect(http.MethodDelete, c+"/topics/"+topic, "", 204, "")
}
