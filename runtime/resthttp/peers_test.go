package resthttp

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/forward"
)

// replica is one of several proxies on one Kafka, reached over TCP.
type replica struct {
	*proxy
	server *httptest.Server
	peers  *forward.Peers
}

// newReplicas starts proxies that know each other and the extra addresses.
func newReplicas(t *testing.T, count int, extra ...string) []*replica {
	t.Helper()
	first := newProxy(t)
	out := make([]*replica, count)
	nodes := extra
	for i := range out {
		p := first
		if i > 0 {
			p = newProxyOn(t, first.kafka, first.kafka.ListenAddrs())
		}
		out[i] = &replica{proxy: p, server: httptest.NewUnstartedServer(nil)}
		nodes = append(nodes, "http://"+out[i].server.Listener.Addr().String())
	}
	addresses := func(context.Context) ([]string, error) { return nodes, nil }
	for _, r := range out {
		url := "http://" + r.server.Listener.Addr().String()
		var err error
		if r.peers, err = forward.NewPeers(forward.Config{PassResponse: ForwardedHeaders()}, url, addresses); err != nil {
			t.Fatal(err)
		}
		r.server.Config.Handler = New(Deps{Service: r.service, BaseURI: url, Peers: r.peers})
		r.server.Start()
		t.Cleanup(r.stop)
	}
	return out
}

// stop takes a replica away as a crash does: nobody says good-bye to HTTP.
func (r *replica) stop() {
	r.server.CloseClientConnections()
	r.server.Close()
	r.peers.Close()
}

func (r *replica) expect(method, path, body string, status int, want string, headers ...string) string {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.server.URL+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	resp, err := r.server.Client().Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if resp.StatusCode != status || !matches(string(got), want) {
		r.t.Fatalf("%s %s %s\n got %d %s\nwant %d %s", method, path, body, resp.StatusCode, got, status, want)
	}
	return string(got)
}

func TestConsumerIsUsedThroughAnyReplica(t *testing.T) {
	t.Parallel()
	r := newReplicas(t, 3)
	for _, name := range []string{"i", "a/b é"} {
		r[0].produce("one", ctJSON, `{"records":[{"value":1},{"value":2}]}`, 200, `{...}`)
		created := r[0].expect(http.MethodPost, "/consumers/g", `{"name":"`+name+`","format":"json","auto.commit.enable":false}`, 200, `{"base_uri":"`+r[0].server.URL+`...}`)
		c := strings.TrimPrefix(strings.Split(created, `"`)[3], r[0].server.URL)

		// The name is taken everywhere.
		r[1].expect(http.MethodPost, "/consumers/g", `{"name":"`+name+`","format":"nonsense"}`, 409, `{"error_code":40902,"message":"Consumer `+name+` already exists"}`)
		r[1].expect(http.MethodPost, c+"/subscription/", `{"topics":["one"]}`, 204, "")
		r[2].expect(http.MethodGet, c+"/subscription", "", 200, `{"topics":["one"]}`)
		read := r[2].expect(http.MethodGet, c+"/records/?timeout=5000", "", 200, `[...,"value":2}]`, "Accept", ctJSON)
		if n := strings.Count(read, `"value"`); n != 2 {
			t.Fatalf("read %d records: %s", n, read)
		}
		r[1].expect(http.MethodPost, c+"/offsets", "", 204, "")
		r[2].expect(http.MethodGet, c+"/offsets", `{"partitions":[{"topic":"one","partition":0}]}`, 200, `{"offsets":[{...}]}`)
		r[1].expect(http.MethodGet, c+"/offsets", "", 400, "Missing request JSON body")

		// Refusals are the owner's; the encoding of a body may be any.
		r[1].expect(http.MethodGet, c+"/records", "", 406, `{"error_code":40601,...}`, "Accept", ctBinary)
		r[1].expect(http.MethodPost, c+"/positions", "{\"x\":\"\xe9\"}", 500, `{"error_code":50001,"message":"offsets missing from {\"x\":\"é\"}"}`, "Content-Type", "application/json; charset=latin1")
		r[1].expect(http.MethodHead, c, "", 405, "")

		r[2].expect(http.MethodDelete, c, "", 204, "")
		for _, any := range r {
			any.expect(http.MethodGet, c+"/records", "", 404, `{"error_code":40403,...}`)
		}
	}
}

func TestManyRecordsPassThroughAnotherReplica(t *testing.T) {
	t.Parallel()
	r := newReplicas(t, 2)
	var records []string
	for i := range 2000 {
		records = append(records, fmt.Sprintf(`{"value":"%d-%s"}`, i, strings.Repeat("x", 300)))
	}
	r[0].produce("one", ctJSON, `{"records":[`+strings.Join(records, ",")+`]}`, 200, `{...}`)
	c := r[0].consumer("json", "one")
	read := r[1].expect(http.MethodGet, c+"/records", "", 200, `[...]`)
	if n := strings.Count(read, `"value":"`); n != 2000 {
		t.Fatalf("%d records", n)
	}
}

// When the owner is gone its consumers are: 40403, as without forwarding. What
// they committed is not.
func TestOwnerThatIsGone(t *testing.T) {
	t.Parallel()
	r := newReplicas(t, 3)
	r[0].produce("one", ctJSON, `{"records":[{"value":1},{"value":2},{"value":3}]}`, 200, `{...}`)
	c := r[0].consumer("json", "one")
	r[1].expect(http.MethodGet, c+"/records", "", 200, `[...,"value":3}]`)
	r[1].expect(http.MethodPost, c+"/offsets", `{"offsets":[{"topic":"one","partition":0,"offset":1}]}`, 204, "")
	r[0].stop()
	r[0].service.Close()
	for _, survivor := range r[1:] { // One of them remembers the owner.
		survivor.expect(http.MethodGet, c+"/records", "", 404, `{"error_code":40403,"message":"Consumer for ('json', 'json') not found"}`)
		survivor.expect(http.MethodDelete, c, "", 404, `{"error_code":40403,...}`)
	}
	c = r[1].consumer("json", "one")
	read := r[2].expect(http.MethodGet, c+"/records", "", 200, `[...,"value":3}]`)
	if strings.Count(read, `"value"`) != 1 {
		t.Fatalf("the group does not go on behind its commit: %s", read)
	}
}

// A replica that accepts connections and says nothing costs a bounded time and
// hides nobody.
func TestSilentReplicaHidesNoConsumer(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	r := newReplicas(t, 2, "http://"+silent.Addr().String())
	start := time.Now()
	c := r[0].consumer("json", "one")
	r[1].expect(http.MethodGet, c+"/subscription", "", 200, `{"topics":["one"]}`)
	r[1].expect(http.MethodGet, "/consumers/g/instances/none/subscription", "", 404, `{"error_code":40403,...}`)
	if d := time.Since(start); d > 15*time.Second {
		t.Fatalf("took %s", d)
	}
}

// A request travels once: the replica that it reaches serves or refuses it.
func TestForwardedRequestIsNotSentOn(t *testing.T) {
	t.Parallel()
	r := newReplicas(t, 2)
	c := r[0].consumer("json", "one")
	r[1].expect(http.MethodGet, c+"/subscription", "", 404, `{"error_code":40403,...}`, "X-Forward", "true")
	r[0].expect(http.MethodGet, c+"/subscription", "", 200, `{"topics":["one"]}`, "X-Forward", "true")
}
