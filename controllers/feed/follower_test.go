package feed

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/index"
	registry "github.com/plastron-dev/plastron/runtime/client"
)

// limit is how long a test waits for something that should happen at once.
const limit = 30 * time.Second

// exchange is one request to the registry that waits for its answer.
type exchange struct {
	target string
	answer chan<- string // empty for HTTP 404
}

// world is a cluster with one SchemaRegistry and some Subjects, and the
// registry itself, which the test answers for.
type world struct {
	t        *testing.T
	feeds    *Feeds
	client   *registry.Client
	asked    chan exchange
	woken    chan string
	object   *v1alpha1.SchemaRegistry
	subjects []v1alpha1.Subject

	mu   sync.Mutex
	gone bool
	next *registry.Client // in the place of client
}

func newWorld(t *testing.T, names ...string) *world {
	t.Helper()
	w := &world{
		t: t, asked: make(chan exchange), woken: make(chan string, 100),
		object: &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "main"}},
	}
	for _, name := range names {
		w.subjects = append(w.subjects, v1alpha1.Subject{
			ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: name},
			Spec:       v1alpha1.SubjectSpec{RegistryRef: v1alpha1.RegistryReference{Name: "main"}},
		})
	}
	var err error
	if w.client, err = registry.New(registry.Config{URLs: []string{"http://registry"}, Transport: w}); err != nil {
		t.Fatal(err)
	}
	w.feeds = New(Config{Reader: w, Sessions: w, Clock: time.Now, Poll: time.Millisecond, Retry: time.Millisecond})
	if err := w.feeds.Wake(t.Context(), queue{woken: w.woken}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- w.feeds.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		for {
			select {
			case e := <-w.asked:
				e.answer <- ""
			case err := <-done:
				if err != nil {
					t.Error(err)
				}
				return
			}
		}
	})
	return w
}

// queue takes who is woken.
type queue struct {
	workqueue.TypedRateLimitingInterface[reconcile.Request]
	woken chan<- string
}

func (q queue) AddAfter(r reconcile.Request, after time.Duration) {
	if after > 0 {
		q.woken <- r.Name + " later"
		return
	}
	q.woken <- r.Name
}

// Get is that of the cache.
func (w *world) Get(_ context.Context, _ client.ObjectKey, o client.Object, _ ...client.GetOption) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gone {
		return apierrors.NewNotFound(schema.GroupResource{}, "main")
	}
	w.object.DeepCopyInto(o.(*v1alpha1.SchemaRegistry))
	return nil
}

// List is that of the cache, with its indexes.
func (w *world) List(_ context.Context, list client.ObjectList, options ...client.ListOption) error {
	fields := client.ListOptions{}
	fields.ApplyOptions(options)
	out := list.(*v1alpha1.SubjectList)
	for _, s := range w.subjects {
		for name, keys := range map[string][]string{
			index.SubjectRegistry: index.RegistryOfSubject(&s), index.SubjectTarget: index.TargetOfSubject(&s),
			index.SubjectNamedReferences: index.NamedReferencesOfSubject(&s),
		} {
			if value, ok := fields.FieldSelector.RequiresExactMatch(name); ok && slices.Contains(keys, value) {
				out.Items = append(out.Items, s)
			}
		}
	}
	return nil
}

func (w *world) For(context.Context, *v1alpha1.SchemaRegistry) (*registry.Client, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next != nil {
		return w.next, nil
	}
	return w.client, nil
}

// RoundTrip asks the test.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := make(chan string, 1)
	select {
	case w.asked <- exchange{r.Method + " " + r.URL.RequestURI(), answer}:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	select {
	case text := <-answer:
		status := http.StatusOK
		if text == "" {
			status, text = http.StatusNotFound, `{"error_code":404,"message":"no route"}`
		}
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// expect takes the next request, which has to be this one.
func (w *world) expect(target string) exchange {
	w.t.Helper()
	select {
	case e := <-w.asked:
		if e.target != target {
			w.t.Fatalf("asked for %s, want %s", e.target, target)
		}
		return e
	case <-time.After(limit):
		w.t.Fatalf("nobody asks for %s", target)
	}
	return exchange{}
}

func (w *world) answers(target, answer string) {
	w.t.Helper()
	w.expect(target).answer <- answer
}

// wakes waits for those who are woken, in any order; nobody else may be.
func (w *world) wakes(names ...string) {
	w.t.Helper()
	var got []string
	for range names {
		select {
		case name := <-w.woken:
			got = append(got, name)
		case <-time.After(limit):
			w.t.Fatalf("woken are %v, want %v", got, names)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(names, got); diff != "" || len(w.woken) > 0 {
		w.t.Fatalf("woken: %s, and %d more", diff, len(w.woken))
	}
}

// registry is what a reconciliation gets.
func (w *world) registry() *Registry { return w.feeds.For(w.t.Context(), w.object, w.client) }

func page(t *testing.T, cursor, listing string, more bool, subjects ...map[string]any) string {
	t.Helper()
	if subjects == nil {
		subjects = []map[string]any{}
	}
	text, err := json.Marshal(map[string]any{
		"cursor": cursor, "log": "t", "listing": listing, "more": more, "subjects": subjects,
		"defaults": map[string]any{"config": map[string]any{"compatibilityLevel": "BACKWARD"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func at(subject string, version, id int) map[string]any {
	return map[string]any{"subject": subject, "version": version, "id": id, "live": version}
}

const first, long = "GET /_operator/v1/subjects?wait=0s", "GET /_operator/v1/subjects?since="

func TestFollowsAFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", "b", "c")
	w.subjects[2].Spec.References = []v1alpha1.SchemaReference{{Name: "a", Subject: new("a")}}
	seen := make(chan *Registry)
	go func() { seen <- w.registry() }()
	w.answers(first, page(t, "c1", "first", true, at("a", 1, 7)))
	w.answers(long+"c1&wait=0s", page(t, "c2", "next", false, at("b", 1, 8)))
	r := <-seen
	hold := w.expect(long + "c2&wait=30s")
	// All of this is answered from memory: the registry is not asked.
	if latest, err := r.Latest(t.Context(), "a"); err != nil || latest.ID != 7 || latest.Version != 1 {
		t.Fatalf("%+v %v", latest, err)
	}
	if _, err := r.Latest(t.Context(), "nobody"); registry.ClassOf(err) != registry.NotFoundSubject {
		t.Fatal(err)
	}
	if _, err := r.SubjectConfig(t.Context(), "a"); registry.ClassOf(err) != registry.NotConfigured {
		t.Fatal(err)
	}
	if global, err := r.GlobalConfig(t.Context()); err != nil || global.Level != "BACKWARD" {
		t.Fatalf("%+v %v", global, err)
	}
	if d := w.feeds.Recheck("ns/main", time.Second); d != time.Minute {
		t.Errorf("looks again after %s", d)
	}
	w.wakes() // The first listing is no news.

	hold.answer <- page(t, "c3", "", false, at("b", 2, 9))
	hold = w.expect(long + "c3&wait=30s")
	w.wakes("b")
	hold.answer <- page(t, "c4", "", false, at("a", 2, 10), at("unclaimed", 1, 11))
	hold = w.expect(long + "c4&wait=30s")
	w.wakes("a", "c") // c refers to a by name.

	// The registry was made anew: what is gone is news too, what is the same
	// is not.
	hold.answer <- page(t, "d1", "first", false, at("b", 2, 9))
	hold = w.expect(long + "d1&wait=30s")
	w.wakes("a", "c")
	hold.answer <- strings.ReplaceAll(page(t, "d2", "", false), "BACKWARD", "FULL")
	w.expect(long + "d2&wait=30s").answer <- page(t, "d2", "", false)
	w.wakes("a", "a", "b", "b", "c", "c")
}

// TestFailuresAreNotHidden: while the feed does not answer, everybody asks for
// himself, and looks again when it does.
func TestFailuresAreNotHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", "b")
	seen := make(chan *Registry)
	go func() { seen <- w.registry() }()
	w.answers(first, "{") // No JSON.
	w.answers(first, page(t, "c1", "first", false, at("a", 1, 7)))
	r := <-seen
	w.answers(long+"c1&wait=30s", "{")
	hold := w.expect(long + "c1&wait=30s")
	answers := make(chan error)
	go func() {
		_, err := r.Latest(t.Context(), "a")
		answers <- err
	}()
	w.answers("GET /subjects/a/versions/latest", `{"subject":"a","version":2,"id":9}`)
	if err := <-answers; err != nil {
		t.Fatal(err)
	}
	hold.answer <- page(t, "c2", "", false, at("a", 2, 9))
	w.expect(long + "c2&wait=30s")
	w.wakes("a", "a", "b")
}

// TestAnotherRegistry: what is known of a registry is no answer for another one
// that the object names now.
func TestAnotherRegistry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a")
	seen := make(chan *Registry)
	go func() { seen <- w.registry() }()
	w.answers(first, page(t, "c1", "first", false, at("a", 1, 7)))
	<-seen
	w.expect(long + "c1&wait=30s")
	other, err := registry.New(registry.Config{URLs: []string{"http://other"}, Transport: w})
	if err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	w.next = other
	w.mu.Unlock()
	r := w.feeds.For(t.Context(), w.object, other)
	list := w.expect(first) // The old one is not waited for.
	answers := make(chan error)
	go func() {
		_, err := r.Latest(t.Context(), "a")
		answers <- err
	}()
	w.answers("GET /subjects/a/versions/latest", "")
	if err := <-answers; registry.ClassOf(err) == "" {
		t.Fatal("a version of another registry")
	}
	list.answer <- page(t, "d1", "first", false)
	hold := w.expect(long + "d1&wait=30s")
	w.wakes("a", "a") // It is gone, and somebody asked meanwhile.
	hold.answer <- "" // The registry has no feed anymore.
	w.answers("GET /subjects", "[]")
	go func() {
		_, err := w.feeds.For(t.Context(), w.object, other).Latest(t.Context(), "a")
		answers <- err
	}()
	for e := range w.asked { // It goes on listing beside.
		e.answer <- "[]"
		if e.target == "GET /subjects/a/versions/latest" {
			break
		}
	}
	<-answers
}

func TestRegistriesWithoutAFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", "b")
	seen := make(chan *Registry)
	go func() { seen <- w.registry() }()
	w.answers(first, "")
	w.answers("GET /subjects", `["a","b"]`)
	w.answers("GET /schemas?latestOnly=true", `[{"subject":"a","version":1,"id":1},{"subject":"b","version":1,"id":2}]`)
	r := <-seen
	w.answers("GET /subjects", `["a","b"]`)
	w.answers("GET /schemas?latestOnly=true", `[{"subject":"a","version":2,"id":3},{"subject":"b","version":1,"id":2}]`)
	names := w.expect("GET /subjects")
	w.wakes("a")
	names.answer <- `["a"]`
	w.answers("GET /schemas?latestOnly=true", "") // Not anymore: names have to do.
	names = w.expect("GET /subjects")
	w.wakes("a", "b")
	names.answer <- `["a","b"]`
	names = w.expect("GET /subjects")
	w.wakes("b")
	if d := w.feeds.Recheck("ns/main", time.Millisecond); d != 2*each {
		t.Errorf("looks again after %s", d)
	}
	// A list is too old to decide on.
	answers := make(chan error)
	go func() {
		_, err := r.Latest(t.Context(), "a")
		answers <- err
	}()
	w.answers("GET /subjects/a/versions/latest", `{"subject":"a","version":2,"id":3}`)
	if err := <-answers; err != nil {
		t.Fatal(err)
	}

	// The object is gone: nobody asks anymore, and the next one begins anew.
	w.mu.Lock()
	w.gone = true
	w.mu.Unlock()
	names.answer <- `["a","b"]`
	for deadline := time.Now().Add(limit); ; {
		w.feeds.mu.Lock()
		left := len(w.feeds.followers)
		w.feeds.mu.Unlock()
		if left == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a registry that is gone is followed")
		}
	}
}

// TestNoFeeds: without any everything is asked for.
func TestNoFeeds(t *testing.T) {
	t.Parallel()
	var none *Feeds
	if err := none.Wake(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if d := none.Recheck("ns/main", time.Second); d != time.Second {
		t.Errorf("looks again after %s", d)
	}
	w := newWorld(t)
	r := none.For(t.Context(), w.object, w.client)
	answers := make(chan error)
	go func() {
		_, err := r.SubjectConfig(t.Context(), "a")
		_, err2 := r.GlobalConfig(t.Context())
		answers <- errors.Join(err, err2)
	}()
	w.answers("GET /config/a", `{"compatibilityLevel":"FULL"}`)
	w.answers("GET /config", `{"compatibilityLevel":"FULL"}`)
	if err := <-answers; err != nil {
		t.Fatal(err)
	}
}
