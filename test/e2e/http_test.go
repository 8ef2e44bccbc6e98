//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"
)

// answer is a status with its decoded JSON body.
type answer struct {
	status int
	body   any
	raw    string
}

// call sends one request; a body that is not JSON is kept as text only.
func call(ctx context.Context, method, url, contentType, body string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewBufferString(body))
	if err != nil {
		return answer{}, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if contentType == consumeAvro {
		req.Header.Set("Accept", consumeAvro)
	}
	res, err := (&http.Client{}).Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return answer{}, err
	}
	a := answer{status: res.StatusCode, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body)
	return a, nil
}

const (
	registryJSON = "application/vnd.schemaregistry.v1+json"
	proxyJSON    = "application/vnd.kafka.v2+json"
	consumeAvro  = "application/vnd.kafka.avro.v2+json"
)

// must is call for requests that have to succeed.
func must(t *testing.T, method, url, contentType, body string) answer {
	t.Helper()
	a, err := call(t.Context(), method, url, contentType, body)
	if err != nil {
		t.Fatal(err)
	}
	if a.status/100 != 2 {
		t.Fatalf("%s %s: %d %s", method, url, a.status, a.raw)
	}
	return a
}

// field returns the value under a key of a JSON object.
func field[T any](t *testing.T, a answer, key string) T {
	t.Helper()
	o, _ := a.body.(map[string]any)
	v, ok := o[key].(T)
	if !ok {
		t.Fatalf("no %q of the expected kind in %s", key, a.raw)
	}
	return v
}

// schemaBody is the body of a registration.
func schemaBody(text string) string {
	b, err := json.Marshal(map[string]string{"schema": text})
	if err != nil {
		panic(fmt.Sprintf("a map of strings always marshals: %v", err))
	}
	return string(b)
}
