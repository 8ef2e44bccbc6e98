package httpserver

import "testing"

func TestNegotiate(t *testing.T) {
	t.Parallel()
	const v1, plain, general = "application/vnd.schemaregistry.v1+json", "application/vnd.schemaregistry+json", "application/json"
	f := func(accept, want string) {
		t.Helper()
		got, ok := Negotiate(accept, v1, plain, general)
		if got != want || ok != (want != "") {
			t.Fatalf("Negotiate(%q) = %q, %t; want %q", accept, got, ok, want)
		}
	}

	// Everything that accepts anything gets the first offer.
	f("", v1)
	f(" , ", v1)
	f("*/*", v1)
	f("*", v1)
	f("*/anything", v1)
	f("application/*", v1)
	f("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", v1)

	// One of the offers, case and parameters aside.
	f(v1, v1)
	f(plain, plain)
	f("Application/JSON; charset=utf-8", general)

	// The client's weights come first, then the server's order.
	f("application/vnd.schemaregistry.v2+json; q=0.1, application/vnd.schemaregistry+json; q=0.9", plain)
	f("application/json, application/vnd.schemaregistry.v1+json", v1)
	f("application/json, application/vnd.schemaregistry.v1+json;q=0.9", general)
	f("application/json;q=nonsense, application/vnd.schemaregistry.v1+json;q=0.9", general)

	// Weight 0 excludes, and the most specific range counts.
	f("application/vnd.schemaregistry.v1+json;q=0, */*", plain)
	f("application/json;q=0", "")

	// Nothing fits.
	f("application/vnd.schemaregistry.v2+json", "")
	f("text/*", "")
	f("application/xml", "")
	f("application/octet-stream", "")
	f("nonsense", "")
}

func TestMediaType(t *testing.T) {
	t.Parallel()
	f := func(header string, known bool) {
		t.Helper()
		if got := KnownType(header, "application/json", "application/octet-stream"); got != known {
			t.Fatalf("KnownType(%q) = %t", header, got)
		}
	}

	f("", true)
	f("application/json", true)
	f("APPLICATION/JSON ; charset=utf-16", true)
	f("application/octet-stream", true)
	f("text/html", false)
	f("application/jsonx", false)
}

func FuzzNegotiate(f *testing.F) {
	for _, seed := range []string{"", "*; q=.2", "a/b;q=1.0000000000000000000000", "/;q=,", ";;;", "*/*;q=0.5, a/b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		for _, r := range ParseAccept(header) {
			if r.Quality < 0 || r.Quality > 1000 {
				t.Fatalf("%q: quality %d", header, r.Quality)
			}
		}
		if got, ok := Negotiate(header, "a/b", "c/d"); ok != (got != "") {
			t.Fatalf("%q: %q, %t", header, got, ok)
		}
	})
}
