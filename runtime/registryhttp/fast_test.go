package registryhttp

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// varied has schemas of every shape.
func varied(t testing.TB, n *node) {
	t.Helper()
	add := func(s schema.Subject, id schema.ID, sch schema.Schema) {
		value := record.SchemaValue{Subject: s, Version: 1, ID: id, Schema: sch}
		if _, err := n.topic.Append(context.Background(), []record.Record{{Key: record.SchemaOf(s, 1), Value: value.Bytes()}}); err != nil {
			t.Fatal(err)
		}
	}
	add("plain", 1, schema.Schema{Type: schema.Avro, Text: `{"type":"record","name":"A","fields":[{"name":"f","type":"string","doc":"é <&> \u2028"}]}`})
	add("referring", 2, schema.Schema{Type: schema.Avro, Text: `"A"`, References: []schema.Reference{{Name: "A", Subject: `q"b`, Version: 1}, {Name: "B", Subject: "b", Version: 2}}})
	add("proto", 3, schema.Schema{Type: schema.Protobuf, Text: "syntax = \"proto3\";\nmessage M {}\n"})
	add("odd", 4, schema.Schema{Type: `ODD"`, Text: ""})
}

func TestFastWayIsTheOrdinaryOne(t *testing.T) {
	t.Parallel()
	n := newNode(t, &topic{}, schema.Karapace)
	varied(t, n)
	for _, accept := range []string{"", "*/*", offerV1, offerPlain, offerCommon, "application/*"} {
		for id := range 7 {
			var headers []string
			if accept != "" {
				headers = []string{"Accept: " + accept, "X-Request-ID: x"}
			}
			target := "/schemas/ids/" + strconv.Itoa(id)
			fast, ordinary := n.ask("GET", target, "", headers...), n.ask("GET", target+"?plain", "", headers...)
			fast.Header().Del("X-Request-ID")
			ordinary.Header().Del("X-Request-ID")
			if fast.Code != ordinary.Code || fast.Body.String() != ordinary.Body.String() {
				t.Fatalf("%s %q: %d %s; want %d %s", target, accept, fast.Code, fast.Body, ordinary.Code, ordinary.Body)
			}
			if diff := cmp.Diff(ordinary.Header(), fast.Header()); diff != "" {
				t.Fatalf("%s %q headers (-ordinary +fast):\n%s", target, accept, diff)
			}
		}
	}
}

// discard is a ResponseWriter that costs nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }

// requestByID prepares what net/http hands to a handler.
func requestByID() (*discard, *http.Request) {
	r := httptest.NewRequest(http.MethodGet, "/schemas/ids/1", nil)
	r.Header.Set("Accept", "application/vnd.schemaregistry.v1+json")
	return &discard{header: http.Header{}}, r
}

func TestGetByIDAllocatesLittle(t *testing.T) {
	n := newNode(t, &topic{}, schema.Karapace)
	varied(t, n)
	w, r := requestByID()
	got := testing.AllocsPerRun(100, func() {
		delete(r.Header, "X-Request-Id") // A new request has none.
		clear(w.header)
		n.ServeHTTP(w, r)
	})
	if got > 10 {
		t.Fatalf("%v allocations per request, chain included; at most 10", got)
	}
	t.Logf("%v allocations per request", got)
}

func BenchmarkGetByID(b *testing.B) {
	n := newNode(b, &topic{}, schema.Karapace)
	varied(b, n)
	w, r := requestByID()
	b.ReportAllocs()
	for b.Loop() {
		delete(r.Header, "X-Request-Id")
		clear(w.header)
		n.ServeHTTP(w, r)
	}
}
