package registryhttp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// wireFeed is an answer of the feed.
type wireFeed struct {
	Cursor, Log, Listing string
	More                 bool
	Defaults             *struct {
		Config map[string]any
		Mode   string
	}
	Subjects []json.RawMessage
}

// feeding lets nodes of one topic understand each other's cursors.
func feeding(n **node) option {
	return func(d *Deps) {
		d.LogID = func() string { return "topic-1" }
		d.Grown = func() <-chan struct{} { return (*n).store.Changed() }
	}
}

func feedNode(t *testing.T, shared *topic, options ...option) *node {
	t.Helper()
	var n *node
	n = newNode(t, shared, schema.Karapace, append([]option{feeding(&n)}, options...)...)
	return n
}

func (n *node) feed(t *testing.T, cursor, wait string) wireFeed {
	t.Helper()
	w := n.ask("GET", "/_operator/v1/subjects?"+url.Values{"since": {cursor}, "wait": {wait}}.Encode(), "")
	return readFeed(t, w)
}

func readFeed(t *testing.T, w *httptest.ResponseRecorder) wireFeed {
	t.Helper()
	var f wireFeed
	if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return f
}

func (f wireFeed) text() string {
	parts := make([]string, 0, len(f.Subjects))
	for _, s := range f.Subjects {
		parts = append(parts, string(s))
	}
	return f.Listing + " " + strings.Join(parts, "\n")
}

func wantFeed(t *testing.T, f wireFeed, want string) {
	t.Helper()
	if diff := cmp.Diff(want, f.text()); diff != "" {
		t.Fatal(diff)
	}
}

func TestFeedTellsWhatChanged(t *testing.T) {
	t.Parallel()
	n := feedNode(t, &topic{})
	s := steps{t, n}
	s.do("POST", "/subjects/a/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
	s.do("POST", "/subjects/b/versions", `{"schema":"\"long\""}`, 200, `{"id":2}`)
	s.do("PUT", "/config/c", `{"compatibility":"FULL"}`, 200, `{"compatibility":"FULL"}`)
	f := n.feed(t, "", "0")
	wantFeed(t, f, `first {"subject":"a","version":1,"id":1,"schemaType":"AVRO","live":1}
{"subject":"b","version":1,"id":2,"schemaType":"AVRO","live":1}
{"subject":"c","config":{"compatibilityLevel":"FULL"}}`)
	if f.More || f.Log != "topic-1" || f.Defaults == nil || f.Defaults.Config["compatibilityLevel"] != "BACKWARD" || f.Defaults.Mode != "READWRITE" {
		t.Fatalf("%+v", f)
	}
	f = n.feed(t, f.Cursor, "0")
	wantFeed(t, f, " ")

	s.do("POST", "/subjects/a/versions", `{"schema":"[\"int\",\"long\"]"}`, 200, `{"id":3}`)
	f = n.feed(t, f.Cursor, "30s")
	wantFeed(t, f, ` {"subject":"a","version":2,"id":3,"schemaType":"AVRO","live":2}`)
	// A deletion of an older version changes nothing but the number of them.
	s.do("DELETE", "/subjects/a/versions/1", "", 200, "1")
	s.do("PUT", "/mode/b", `{"mode":"READONLY"}`, 200, `{"mode":"READONLY"}`)
	f = n.feed(t, f.Cursor, "30s")
	wantFeed(t, f, ` {"subject":"a","version":2,"id":3,"schemaType":"AVRO","live":1}
{"subject":"b","version":1,"id":2,"schemaType":"AVRO","live":1,"mode":"READONLY"}`)
	s.do("DELETE", "/subjects/a", "", 200, "[2]")
	f = n.feed(t, f.Cursor, "30s")
	wantFeed(t, f, ` {"subject":"a","version":2,"id":3,"schemaType":"AVRO","deleted":true}`)
	s.do("DELETE", "/subjects/a?permanent=true", "", 200, "[1,2]")
	f = n.feed(t, f.Cursor, "30s")
	wantFeed(t, f, ` {"subject":"a"}`)
	s.do("PUT", "/config", `{"compatibility":"NONE"}`, 200, `{"compatibility":"NONE"}`)
	f = n.feed(t, f.Cursor, "30s")
	wantFeed(t, f, " ")
	if f.Defaults.Config["compatibilityLevel"] != "NONE" {
		t.Fatalf("%+v", f.Defaults)
	}
}

// TestFeedWaits: the answer comes with the change, not with the end of the wait;
// a record that says nothing of subjects does not end it, the end of the process
// does.
func TestFeedWaits(t *testing.T) {
	t.Parallel()
	draining := make(chan struct{})
	asked := make(chan struct{}, 16)
	var n *node
	n = newNode(t, &topic{}, schema.Karapace, feeding(&n), func(d *Deps) {
		grown := d.Grown
		d.Draining = draining
		d.Grown = func() <-chan struct{} {
			next := grown()
			asked <- struct{}{}
			return next
		}
	})
	f := n.feed(t, "", "")
	answers := make(chan *httptest.ResponseRecorder)
	long := func(cursor string) {
		go func() { answers <- n.ask("GET", "/_operator/v1/subjects?wait=45s&since="+cursor, "") }()
		<-asked
	}
	long(f.Cursor)
	if _, err := n.topic.Append(t.Context(), []record.Record{{Key: record.Noop(), Value: []byte("{}")}}); err != nil {
		t.Fatal(err)
	}
	<-asked // It looked and went on waiting.
	began := time.Now()
	steps{t, n}.do("POST", "/subjects/a/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
	f = readFeed(t, <-answers)
	wantFeed(t, f, ` {"subject":"a","version":1,"id":1,"schemaType":"AVRO","live":1}`)
	if d := time.Since(began); d > 30*time.Second {
		t.Errorf("told after %s", d)
	}
	for len(asked) > 0 {
		<-asked
	}
	long(f.Cursor)
	close(draining)
	wantFeed(t, readFeed(t, <-answers), " ")
}

// TestFeedOfAnyNode: a cursor of one node is understood by another one, and one
// that means nothing leads to a listing of everything.
func TestFeedOfAnyNode(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	one := feedNode(t, shared)
	two := feedNode(t, shared)
	steps{t, one}.do("POST", "/subjects/a/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
	old := one.feed(t, "", "").Cursor
	f := two.feed(t, old, "")
	wantFeed(t, f, " ")
	steps{t, one}.do("POST", "/subjects/b/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
	f = two.feed(t, f.Cursor, "")
	wantFeed(t, f, ` {"subject":"b","version":1,"id":1,"schemaType":"AVRO","live":1}`)
	wantFeed(t, one.feed(t, f.Cursor, ""), " ")
	// A node that started since cannot know whether the log still has what a
	// deletion left in it.
	young := feedNode(t, shared)
	wantFeed(t, young.feed(t, old, ""), one.feed(t, "", "").text())
	wantFeed(t, young.feed(t, f.Cursor, ""), " ")

	// A node that is not as far waits for what it lacks.
	ahead, _ := parseCursor(f.Cursor)
	ahead.Offset++
	answers := make(chan *httptest.ResponseRecorder)
	go func() { answers <- two.ask("GET", "/_operator/v1/subjects?wait=45s&since="+ahead.String(), "") }()
	steps{t, one}.do("POST", "/subjects/c/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
	steps{t, one}.do("POST", "/subjects/d/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
	wantFeed(t, readFeed(t, <-answers), ` {"subject":"d","version":1,"id":1,"schemaType":"AVRO","live":1}`)

	everything := one.feed(t, "", "")
	for _, word := range []string{"x", "%%%", cursor{Log: "topic-2", Offset: 2}.String(), cursor{Log: "topic-1", Offset: -1}.String(),
		cursor{Log: "topic-1", Resets: 1, Offset: 2}.String(), cursor{Log: "topic-1", Offset: 2000}.String(), cursor{Offset: 1}.String()} {
		wantFeed(t, one.feed(t, word, ""), everything.text())
	}
	if w := one.ask("GET", "/_operator/v1/subjects?wait=soon", ""); w.Code != http.StatusBadRequest {
		t.Errorf("%d %s", w.Code, w.Body)
	}

	// The topic was made anew.
	one.store.Reset()
	wantFeed(t, one.feed(t, everything.Cursor, "45s"), "first ")
}

func TestFeedInPages(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	n := feedNode(t, shared)
	var records []record.Record
	for i := range 2*feedPage + 1 {
		name := schema.Subject(fmt.Sprintf("s%06d", i))
		value := record.SchemaValue{Subject: name, Version: 1, ID: 1, Schema: schema.Schema{Type: schema.Avro, Text: `"int"`}}
		records = append(records, record.Record{Key: record.SchemaOf(name, 1), Value: value.Bytes()})
	}
	if _, err := shared.Append(context.Background(), records); err != nil {
		t.Fatal(err)
	}
	f := n.feed(t, "", "")
	if f.Listing != "first" || !f.More || len(f.Subjects) != feedPage {
		t.Fatalf("%s %t %d", f.Listing, f.More, len(f.Subjects))
	}
	// What happens between two pages is not lost.
	steps{t, n}.do("PUT", "/config/s000000", `{"compatibility":"FULL"}`, 200, `{"compatibility":"FULL"}`)
	f = n.feed(t, f.Cursor, "")
	if f.Listing != "next" || !f.More || len(f.Subjects) != feedPage {
		t.Fatalf("%s %t %d", f.Listing, f.More, len(f.Subjects))
	}
	f = n.feed(t, f.Cursor, "")
	if f.Listing != "next" || f.More || len(f.Subjects) != 1 {
		t.Fatalf("%s %t %d", f.Listing, f.More, len(f.Subjects))
	}
	f = n.feed(t, f.Cursor, "")
	wantFeed(t, f, ` {"subject":"s000000","version":1,"id":1,"schemaType":"AVRO","live":1,"config":{"compatibilityLevel":"FULL"}}`)

	// So many changes come in parts too.
	if _, err := shared.Append(context.Background(), records); err != nil {
		t.Fatal(err)
	}
	told := 0
	for range 3 {
		f = n.feed(t, f.Cursor, "")
		told += len(f.Subjects)
	}
	if f.More || f.Listing != "" || told != len(records) {
		t.Errorf("%d of %d changes, more %t", told, len(records), f.More)
	}
}

// TestFeedIsBounded: the request that is one too many does not wait.
func TestFeedIsBounded(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	var a *api
	n := feedNode(t, shared, func(d *Deps) { a = &api{Deps: *d, registry: d.Registry, feed: newFeed()} })
	f := n.feed(t, "", "")
	a.feed.floor(-1, 0)
	for range feedWaiters {
		a.feed.waiting <- struct{}{}
	}
	c := a.newCall(httptest.NewRecorder(), httptest.NewRequest("GET", "/?wait=45s&since="+f.Cursor, nil))
	a.Grown = func() <-chan struct{} { return nil }
	a.flavour, a.points = a.registry.Flavour(), a.registry.Points()
	if err := a.listStandings(c); err != nil {
		t.Fatal(err)
	}
	if len(a.feed.waiting) != feedWaiters {
		t.Error("a place was given back that was not taken")
	}
}

// TestFeedShowsWhatListsShow: subjects that may not be read are not there, and
// the settings of all need the right to read those.
func TestFeedShowsWhatListsShow(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	s := steps{t, feedNode(t, shared)}
	s.do("POST", "/subjects/mine/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
	s.do("POST", "/subjects/other/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
	n := feedNode(t, shared, func(d *Deps) { d.Permissions = prefixes{"Subject:mine"} })
	f := n.feed(t, "", "")
	wantFeed(t, f, `first {"subject":"mine","version":1,"id":1,"schemaType":"AVRO","live":1}`)
	if f.Defaults != nil {
		t.Error("the settings of all subjects are told")
	}
	s.do("PUT", "/config/other", `{"compatibility":"FULL"}`, 200, `{"compatibility":"FULL"}`)
	s.do("PUT", "/config/mine", `{"compatibility":"FULL"}`, 200, `{"compatibility":"FULL"}`)
	wantFeed(t, n.feed(t, f.Cursor, ""), ` {"subject":"mine","version":1,"id":1,"schemaType":"AVRO","live":1,"config":{"compatibilityLevel":"FULL"}}`)
}

func FuzzCursor(f *testing.F) {
	f.Add("")
	f.Add("x")
	f.Add(cursor{Log: "topic", Offset: 7}.String())
	f.Add(cursor{Log: "topic", Resets: 2, Offset: -1, Listing: true, After: "a/b\x00"}.String())
	f.Fuzz(func(t *testing.T, word string) {
		c, ok := parseCursor(word)
		if !ok {
			return
		}
		again, ok := parseCursor(c.String())
		if !ok || again != c {
			t.Errorf("%q: %+v became %+v, %t", word, c, again, ok)
		}
	})
}
