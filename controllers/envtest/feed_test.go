package envtest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/webhook"
	"github.com/plastron-dev/plastron/runtime/testkit/instance"
)

// many is how many Subjects are enough to tell one write each from more.
const many = 200

// ownRegistry is a registry of this project with its broker, and what was asked
// of it.
type ownRegistry struct {
	http.Handler
	url string

	mu       sync.Mutex
	asked    map[string]int // by kind
	writes   []string
	happened chan struct{} // closed and made anew at each request
}

// The kinds of requests.
const (
	probes   = "health"
	listings = "listing"
	feeds    = "feed"
	reads    = "read"
)

func own(t *testing.T, ns string) *ownRegistry {
	t.Helper()
	r := &ownRegistry{url: instance.Start(t).Registry, asked: map[string]int{}, happened: make(chan struct{})}
	target, err := url.Parse(r.url)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = transport
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	r.Handler = proxy
	externalAt(t, ns, r)
	return r
}

// ServeHTTP counts and passes on.
func (r *ownRegistry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.note(request)
	r.Handler.ServeHTTP(w, request)
}

func (r *ownRegistry) note(request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	path := request.URL.Path
	lookup := request.Method == http.MethodPost && strings.Count(path, "/") == 2
	kind := reads
	switch {
	case path == "/_health":
		kind = probes
	case strings.HasPrefix(path, "/_operator/") && request.URL.Query().Get("since") == "":
		kind = listings
	case strings.HasPrefix(path, "/_operator/"):
		kind = feeds
	case request.Method != http.MethodGet && !lookup:
		r.writes = append(r.writes, request.Method+" "+path)
		return
	}
	r.asked[kind]++
	close(r.happened)
	r.happened = make(chan struct{})
}

// await waits for n more requests of a kind.
func (r *ownRegistry) await(t *testing.T, kind string, n int) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	r.mu.Lock()
	until := r.asked[kind] + n
	r.mu.Unlock()
	for {
		r.mu.Lock()
		done, happened := r.asked[kind] >= until, r.happened
		r.mu.Unlock()
		if done {
			return
		}
		select {
		case <-happened:
		case <-deadline:
			t.Fatalf("no %d requests of kind %s", n, kind)
		}
	}
}

func (r *ownRegistry) count(kind string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked[kind]
}

func (r *ownRegistry) written() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.writes)
}

// send is what another client of the registry does. It returns the answer.
func (r *ownRegistry) send(t *testing.T, method, path, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %s %v", method, path, response.StatusCode, answer, err)
	}
	return string(answer)
}

// awaitAllReady waits until n Subjects are.
func awaitAllReady(t *testing.T, ns string, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	w, err := shared.client.Watch(ctx, &v1alpha1.SubjectList{}, client.InNamespace(ns))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	ready := map[string]bool{}
	for e := range w.ResultChan() {
		if s, ok := e.Object.(*v1alpha1.Subject); ok && meta.IsStatusConditionTrue(s.Status.Conditions, "Ready") {
			ready[s.Name] = true
		}
		if len(ready) == n {
			return
		}
	}
	t.Fatalf("%d of %d Subjects are Ready", len(ready), n)
}

// changedObjects names the objects that have another version.
func changedObjects(was, is map[string]string) []string {
	var changed []string
	for name, version := range is {
		if was[name] != version {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	return changed
}

// TestManySubjectsCostWhatTheyMust: each Subject is one write to the registry
// and one to the API server, and nothing after that; a new operator writes
// nothing and reads one list; a change in the registry is seen without asking
// for it, and wakes the Subject that it concerns and no other.
func TestManySubjectsCostWhatTheyMust(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	registry := own(t, ns)
	for i := range many {
		text := fmt.Sprintf(`{"type":"record","name":"R%d","fields":[{"name":"a","type":"string","default":""}]}`, i)
		create(t, subject(ns, fmt.Sprintf("s%03d", i), text))
	}
	awaitAllReady(t, ns, many)
	registry.await(t, probes, 5) // Counts of the registry have settled.
	if n := len(registry.written()); n != many {
		t.Errorf("%d writes to the registry for %d Subjects", n, many)
	}
	statuses := 0
	for _, call := range shared.calls.in(ns) {
		if strings.Contains(call, "/subjects/") {
			statuses++
		}
	}
	if statuses != many {
		t.Errorf("%d writes of %d Subjects", statuses, many)
	}

	before, calls, asked := resourceVersions(t, ns), len(shared.calls.in(ns)), registry.count(reads)
	registry.await(t, probes, 10)
	stop, err := shared.startManager(webhook.Options{}, ns)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	registry.await(t, listings, 1)
	registry.await(t, probes, 15)
	if diff := cmp.Diff(before, resourceVersions(t, ns)); diff != "" {
		t.Errorf("an idle operator wrote: %s", diff)
	}
	if c := shared.calls.in(ns); len(c) != calls {
		t.Errorf("called although nothing was to be done: %v", c[calls:])
	}
	if n := len(registry.written()); n != many {
		t.Errorf("written to the registry: %v", registry.written()[many:])
	}
	if n := registry.count(reads) - asked; n > 2 {
		t.Errorf("%d reads although nothing has changed", n)
	}
	stop()

	registry.send(t, "POST", "/subjects/unclaimed/versions", `{"schema":"\"int\""}`)
	registry.send(t, "POST", "/subjects/s007/versions", `{"schema":"{\"type\":\"record\",\"name\":\"R7\",\"fields\":[]}"}`)
	awaitSubject(t, subject(ns, "s007", ""), "InSync", metav1.ConditionFalse, v1alpha1.ReasonNewerVersionInRegistry)
	registry.send(t, "DELETE", "/subjects/s008", "")
	registry.await(t, probes, 10)
	awaitSubject(t, subject(ns, "s008", ""), "InSync", metav1.ConditionTrue, "")
	after := resourceVersions(t, ns)
	maps.DeleteFunc(after, func(name, _ string) bool { return strings.Contains(name, "SchemaRegistry") }) // It counts them.
	for _, name := range changedObjects(before, after) {
		if !strings.HasSuffix(name, " s007") && !strings.HasSuffix(name, " s008") {
			t.Errorf("%s was touched by a change that does not concern it", name)
		}
	}
	if diff := cmp.Diff([]string{"POST /subjects/s008/versions"}, registry.written()[many:]); diff != "" {
		t.Errorf("written to the registry: %s", diff)
	}
	if n := registry.count(feeds); n == 0 {
		t.Error("the registry has a feed, and nobody follows it")
	}
}
