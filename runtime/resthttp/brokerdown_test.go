package resthttp

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/rest"
)

// One of two brokers is gone in front of a batch for all partitions (F23): its
// records fail one by one and may be sent again, the others are stored once, at
// the offsets that were answered.
func TestBrokerThatIsGoneFailsItsRecordsOnly(t *testing.T) {
	t.Parallel()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(2), kfake.SeedTopics(4, "four"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	for i := range int32(4) {
		if err := cluster.MoveTopicPartition("four", i, i%2); err != nil {
			t.Fatal(err)
		}
	}
	var gone atomic.Bool
	cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if gone.Load() && cluster.CurrentNode() == 1 {
			return nil, errors.New("gone"), true
		}
		return nil, nil, false
	})
	p := newProxyOn(t, cluster, cluster.ListenAddrs(), func(s *rest.Settings) { s.DeliveryTimeout = 3 * time.Second })
	batch := `{"records":[{"value":0,"partition":0},{"value":1,"partition":1},{"value":2,"partition":2},{"value":3,"partition":3}]}`
	ends := func(first, second string) {
		t.Helper()
		for partition, want := range []string{first, second, first, second} {
			p.expect(http.MethodGet, "/topics/four/partitions/"+string('0'+rune(partition))+"/offsets", "", 200, `{"beginning_offset":0,"end_offset":`+want+`}`)
		}
	}
	p.produce("four", ctJSON, batch, 200, `{...}`)
	ends("1", "1")
	gone.Store(true)
	got := parsed(t, p.request(http.MethodPost, "/topics/four", batch, "Content-Type", ctJSON).Body.Bytes())
	for i := range 4 {
		entry := member(t, got, "offsets", i).(map[string]any)
		if i%2 == 0 && (entry["offset"] != 1.0 || entry["error"] != nil) || i%2 == 1 && (entry["error_code"] != 2.0 || entry["offset"] != nil) {
			t.Errorf("record %d: %v", i, entry)
		}
	}
	ends("2", "1")
	stream := p.request(http.MethodPost, "/v3/clusters/c/topics/four/records", `{"partition_id":1}{"partition_id":0}{"partition_id":3}{"partition_id":2}`, "Content-Type", plainJSON)
	for i, line := range strings.Split(strings.TrimSpace(stream.Body.String()), "\r\n") {
		if code := parsed(t, []byte(line))["error_code"]; code != []float64{50003, 200}[i%2] {
			t.Errorf("receipt %d: %s", i, line)
		}
	}
	ends("3", "1")
	gone.Store(false)
	for deadline := time.Now().Add(time.Minute); ; { // The Kafka client waits before it tries again.
		if w := p.request(http.MethodPost, "/topics/four", batch, "Content-Type", ctJSON); w.Code == 200 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("with both brokers: %d %s", w.Code, w.Body)
		}
	}
}
