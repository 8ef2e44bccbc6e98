package migration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/backup"
	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/test/migration/peer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	topic, group = "_schemas", "schema-registry"
	session      = 1500 * time.Millisecond
	waiting      = 300 * time.Millisecond
)

// fleet are the hosts of a guide.
type fleet struct {
	t       *testing.T
	ctx     context.Context
	dir     string
	product peer.Product
	flavour string
	kafka   *kfake.Cluster
	control *httptest.Server
	hosts   map[string]*host

	mu    sync.Mutex
	peers []*peer.Peer // all that ever ran
}

// host is a machine with an address that stays when the product on it changes.
type host struct {
	name  string
	front *httptest.Server
	proxy *httputil.ReverseProxy

	mu     sync.Mutex
	target *url.URL      // what runs; nil if nothing does
	stop   func() error  // ends it
	log    *bytes.Buffer // of a Plastron
}

func newFleet(t *testing.T, product peer.Product) *fleet {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	t.Cleanup(cancel)
	f := &fleet{t: t, ctx: ctx, dir: t.TempDir(), product: product, flavour: string(product), hosts: map[string]*host{}}
	var err error
	if f.kafka, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(100*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.kafka.Close)
	f.control = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.control.Close)
	f.addHosts(3)
	return f
}

// addHosts makes hosts whose addresses sort as their names do: the first one
// is the one to be primary.
func (f *fleet) addHosts(n int) {
	f.t.Helper()
	var listeners []net.Listener
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			f.t.Fatal(err)
		}
		listeners = append(listeners, l)
	}
	slices.SortFunc(listeners, func(a, b net.Listener) int { return strings.Compare(a.Addr().String(), b.Addr().String()) })
	for i, l := range listeners {
		h := &host{name: fmt.Sprintf("node-%d", i+1), log: &bytes.Buffer{}}
		transport := &http.Transport{}
		h.proxy = &httputil.ReverseProxy{Transport: transport, ErrorLog: quiet(), Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(h.running())
			r.Out.Host = r.In.Host
		}}
		h.front = &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
		h.front.Start()
		f.hosts[h.name] = h
		f.t.Cleanup(func() {
			if f.t.Failed() {
				f.t.Logf("log of %s:\n%s", h.name, h.log)
			}
			_ = h.halt() // Nothing runs if the test went well and ended it.
			h.front.Close()
			transport.CloseIdleConnections()
		})
	}
}

// ServeHTTP implements http.Handler.
func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.running() == nil {
		http.Error(w, "nothing listens here", http.StatusBadGateway)
		return
	}
	h.proxy.ServeHTTP(w, r)
}

func (h *host) running() *url.URL {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.target
}

func (h *host) port() int { return h.front.Listener.Addr().(*net.TCPAddr).Port }

// halt ends what runs on the host, in good order.
func (h *host) halt() error {
	h.mu.Lock()
	stop := h.stop
	h.stop = nil
	h.mu.Unlock()
	if stop == nil {
		return fmt.Errorf("nothing runs on %s", h.name)
	}
	err := stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.target = nil
	return err
}

// put says what runs on the host.
func (h *host) put(target string, stop func() error) error {
	u, err := url.Parse(target)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.target != nil {
		return fmt.Errorf("something runs on %s already", h.name)
	}
	h.target, h.stop = u, stop
	return nil
}

// startPeer starts the other product on a host.
func (f *fleet) startPeer(h *host) (*peer.Peer, error) {
	p, err := peer.New(f.ctx, peer.Config{
		Product: f.product, Brokers: f.kafka.ListenAddrs(), Topic: topic, Group: group,
		Host: "127.0.0.1", Port: h.port(), Session: session, Waiting: waiting,
	})
	if err != nil {
		return nil, err
	}
	running, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(running) }()
	server := httptest.NewServer(p.Handler())
	stop := func() error {
		server.Close() // Waits for what is being served.
		end()
		return <-ended
	}
	f.mu.Lock()
	f.peers = append(f.peers, p)
	f.mu.Unlock()
	if err := p.CatchUp(f.ctx); err != nil {
		return nil, errors.Join(err, stop())
	}
	return p, h.put(server.URL, stop)
}

// startPlastron starts Plastron on a host.
func (f *fleet) startPlastron(h *host) error {
	settings, _, err := config.Load(config.Input{Role: config.RoleRegistry, Environ: f.environ(h)})
	if err != nil {
		return err
	}
	running, end := context.WithCancel(context.Background())
	ended, ready := make(chan error, 1), make(chan string, 1)
	go func() {
		ended <- app.RunRegistry(running, app.Options{
			Config: settings, Version: "test", Log: h.log, MetadataMinAge: 20 * time.Millisecond,
			OnReady: func(e app.Endpoints) { ready <- e.Registry },
		})
	}()
	stop := func() error { end(); return <-ended }
	select {
	case url := <-ready:
		return h.put(url, stop)
	case err := <-ended:
		return fmt.Errorf("plastron ended: %w", err)
	case <-f.ctx.Done():
		end()
		<-ended
		return f.ctx.Err()
	}
}

// environ is what the guide wants to be equal, and what the tests shorten.
func (f *fleet) environ(h *host) []string {
	return []string{
		"KARAPACE_BOOTSTRAP_URI=" + f.kafka.ListenAddrs()[0], "KARAPACE_TOPIC_NAME=" + topic, "KARAPACE_GROUP_ID=" + group,
		"KARAPACE_CLIENT_ID=" + h.name, "KARAPACE_PORT=0", "KARAPACE_LOG_LEVEL=INFO", "KARAPACE_API_FLAVOR=" + f.flavour,
		"KARAPACE_ADVERTISED_HOSTNAME=127.0.0.1", "KARAPACE_ADVERTISED_PORT=" + strconv.Itoa(h.port()),
		fmt.Sprintf("KARAPACE_SESSION_TIMEOUT_MS=%d", session.Milliseconds()),
		fmt.Sprintf("KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=%d", waiting.Milliseconds()),
	}
}

// named replaces addresses by the names of the guide.
func (f *fleet) named(output string) string {
	for name, h := range f.hosts {
		output = strings.ReplaceAll(output, h.front.Listener.Addr().String(), name+":8081")
	}
	return output
}

// serve is the proxy that knows the hosts, and what ssh and plastron do.
func (f *fleet) serve(w http.ResponseWriter, r *http.Request) {
	if name, ok := strings.CutSuffix(r.URL.Host, ":8081"); ok && f.hosts[name] != nil {
		f.hosts[name].ServeHTTP(w, r)
		return
	}
	raw, _ := io.ReadAll(r.Body) // A broken request is an unknown command.
	var err error
	switch words := strings.Fields(string(raw)); r.URL.Path {
	case "/ssh":
		err = f.ssh(words)
	case "/plastron":
		err = f.plastron(words, w)
	default:
		err = fmt.Errorf("no host %q", r.URL)
	}
	if err != nil {
		f.t.Errorf("%s: %v", raw, err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// ssh starts and stops units: HOST sudo systemctl enable|disable --now UNIT.
func (f *fleet) ssh(words []string) error {
	if len(words) != 6 || f.hosts[words[0]] == nil || strings.Join(words[1:3], " ") != "sudo systemctl" || words[4] != "--now" {
		return fmt.Errorf("not a command of a guide")
	}
	h, unit := f.hosts[words[0]], words[5]
	switch {
	case words[3] == "disable":
		return h.halt()
	case words[3] == "enable" && unit == "plastron-registry":
		return f.startPlastron(h)
	case words[3] == "enable" && unit == f.unit():
		_, err := f.startPeer(h)
		return err
	default:
		return fmt.Errorf("no unit %s", unit)
	}
}

// unit is what the guide calls the other product.
func (f *fleet) unit() string {
	if f.product == peer.Confluent {
		return "confluent-schema-registry"
	}
	return "karapace"
}

// plastron are the subcommands that the guides use.
func (f *fleet) plastron(words []string, out io.Writer) error {
	value := func(flag string) string {
		if i := slices.Index(words, flag); i >= 0 && i+1 < len(words) {
			return filepath.Join(f.dir, words[i+1])
		}
		return ""
	}
	switch strings.Join(words[:min(2, len(words))], " ") {
	case "backup get":
		settings, _, err := config.Load(config.Input{Role: config.RoleRegistry, Environ: f.environ(f.hosts["node-1"])})
		if err != nil {
			return err
		}
		s, err := app.Backup(app.Options{Config: settings, Version: "test", Log: io.Discard})
		if err != nil {
			return err
		}
		return backup.Get(f.ctx, s, backup.GetOptions{Location: value("--location"), V3: true, Replication: 3, PollTimeout: time.Minute})
	case "backup verify":
		return backup.Verify(value("--location"), backup.RecordLevel, out)
	case "config from-confluent":
		raw, err := os.ReadFile(filepath.Join(f.dir, words[2]))
		if err != nil {
			return err
		}
		t, err := config.FromConfluent(raw)
		if err != nil {
			return err
		}
		file, err := t.File()
		if err != nil {
			return err
		}
		return os.WriteFile(value("--out"), file, 0o600)
	default:
		return fmt.Errorf("not a command of a guide")
	}
}

// records reads the whole topic.
func (f *fleet) records() (out []*kgo.Record) {
	f.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(f.kafka.ListenAddrs()...), kgo.DisableClientMetrics(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		f.t.Fatal(err)
	}
	defer client.Close()
	end := f.kafka.PartitionInfo(topic, 0).HighWatermark
	for len(out) == 0 || out[len(out)-1].Offset < end-1 {
		fetches := client.PollFetches(f.ctx)
		if err := fetches.Err(); err != nil {
			f.t.Fatal(err)
		}
		out = append(out, fetches.Records()...)
	}
	return out
}
