//go:build realkafka

package brokers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// node is a process of Plastron.
type node struct {
	t      *testing.T
	port   int
	cmd    *exec.Cmd
	client *http.Client
	ended  chan struct{}

	mu  sync.Mutex
	log bytes.Buffer
}

// start starts `plastron ROLE` and returns when it serves.
func start(t *testing.T, role string, port int, environ ...string) *node {
	t.Helper()
	n := &node{t: t, port: port, cmd: exec.Command(plastron, role), ended: make(chan struct{})}
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	n.client = &http.Client{Transport: transport, Timeout: patience}
	n.cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "KARAPACE_BOOTSTRAP_URI=" + strings.Join(kafka.addresses, ","), "KARAPACE_PORT=" + strconv.Itoa(port),
		"KARAPACE_ADVERTISED_HOSTNAME=127.0.0.1", "KARAPACE_LOG_LEVEL=INFO",
	}, environ...)
	n.cmd.Stdout, n.cmd.Stderr = n, n
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = n.cmd.Wait() // Killed, most of the time.
		close(n.ended)
	}()
	t.Cleanup(func() {
		n.signal(syscall.SIGCONT)
		n.kill()
		transport.CloseIdleConnections()
		if t.Failed() {
			n.mu.Lock()
			defer n.mu.Unlock()
			t.Logf("log of %s on %d:\n%s", role, port, n.log.Bytes()[max(0, n.log.Len()-8000):])
		}
	})
	eventually(t, "answer of "+role, func() bool {
		select {
		case <-n.ended:
			t.Fatalf("%s ended: %s", role, n.log.String())
		default:
		}
		return n.get("/_health?ready=true", nil) == nil || role == "rest" && n.get("/topics", nil) == nil
	})
	return n
}

// Write implements io.Writer for the log.
func (n *node) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.log.Write(p)
}

func (n *node) signal(s syscall.Signal) { _ = n.cmd.Process.Signal(s) } // It may have ended.

// kill is kill -9.
func (n *node) kill() {
	n.signal(syscall.SIGKILL)
	<-n.ended
}

// stop is SIGTERM; it returns when the process has ended.
func (n *node) stop() {
	n.signal(syscall.SIGTERM)
	<-n.ended
}

func (n *node) url() string { return fmt.Sprintf("http://127.0.0.1:%d", n.port) }

// send makes a request and reads its answer into out, whatever the status.
func (n *node) send(ctx context.Context, method, path, contentType, body string, out any) (int, error) {
	r, err := http.NewRequestWithContext(ctx, method, n.url()+path, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Accept", "*/*")
	resp, err := n.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	if out != nil && len(raw) > 0 {
		if err := json.Unmarshal(raw, out); err != nil {
			return 0, fmt.Errorf("answer %q: %w", raw, err)
		}
	}
	return resp.StatusCode, nil
}

func (n *node) get(path string, out any) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	status, err := n.send(ctx, "GET", path, "", "", out)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d", status)
	}
	return err
}

// role is what a node says about the election.
type role struct {
	Primary    bool   `json:"schema_registry_is_primary"`
	URL        string `json:"schema_registry_primary_url"`
	Generation int32  `json:"schema_registry_coordinator_generation_id"`
}

func (n *node) role() role {
	var health struct {
		Status role `json:"status"`
	}
	_ = n.get("/_health", &health) // Without an answer it is nothing.
	return health.Status
}

// memory is the most that the process has had resident, in MiB.
func (n *node) memory() int {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.cmd.Process.Pid))
	if err != nil {
		n.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		n.t.Fatal(err)
	}
	return kib / 1024
}

// metric is the sum of a metric of the process.
func (n *node) metric(name string) (sum float64) {
	resp, err := n.client.Get(n.url() + "/metrics")
	if err != nil {
		return -1
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return -1
	}
	for line := range strings.Lines(string(raw)) {
		if f := strings.Fields(line); len(f) == 2 && (f[0] == name || strings.HasPrefix(f[0], name+"{")) {
			x, _ := strconv.ParseFloat(f[1], 64) // What is no number adds nothing.
			sum += x
		}
	}
	return sum
}

// freePort is a port that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
