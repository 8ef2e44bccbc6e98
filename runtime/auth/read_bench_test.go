package auth

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
)

// BenchmarkRead compares a small answer over HTTP without and with
// authentication. The aim is 0.9 of the open one at least.
func BenchmarkRead(b *testing.B) {
	path := filepath.Join(b.TempDir(), "auth.json")
	write(b, path, fileOf(ann, annReads))
	protected, err := New(Config{File: path})
	if err != nil {
		b.Fatal(err)
	}
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"schema":"\"int\""}`) })
	for name, h := range map[string]http.Handler{"open": answer, "basic": protected.Middleware(answer)} {
		b.Run(name, func(b *testing.B) {
			server := httptest.NewServer(h)
			defer server.Close()
			client := server.Client()
			for b.Loop() {
				r, err := http.NewRequest(http.MethodGet, server.URL+"/schemas/ids/1", nil)
				if err != nil {
					b.Fatal(err)
				}
				r.SetBasicAuth("ann", "s3cret!")
				got, err := client.Do(r)
				if err != nil || got.StatusCode != http.StatusOK {
					b.Fatal(got, err)
				}
				_, _ = io.Copy(io.Discard, got.Body)
				got.Body.Close()
			}
		})
	}
}
