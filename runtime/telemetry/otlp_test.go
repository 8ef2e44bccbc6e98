package telemetry

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	wire "go.opentelemetry.io/proto/otlp/trace/v1"
)

// A receiver that is not ready is asked again when it says, or later each time.
func TestAReceiverThatIsNotReadyIsAskedAgain(t *testing.T) {
	t.Parallel()
	f := func(answers []int, after string, wantWaits []time.Duration, wantError string) {
		t.Helper()
		var asked atomic.Int64
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Api-Key") != "a=b" || r.Header.Get("Tenant") != "x" || r.Header.Get("Content-Type") != "application/x-protobuf" {
				t.Errorf("header %v", r.Header)
			}
			w.Header().Set("Retry-After", after)
			w.WriteHeader(answers[min(int(asked.Add(1)), len(answers))-1])
		}))
		defer receiver.Close()
		s, err := newSender(OTel{Endpoint: receiver.URL, Headers: "api-key=a%3Db, tenant=x,"}, "traces")
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		var waits []time.Duration
		s.wait = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
		err = s.send(t.Context(), &wire.TracesData{})
		if !slices.Equal(waits, wantWaits) || (err == nil) != (wantError == "") || (err != nil && !strings.Contains(err.Error(), wantError)) {
			t.Errorf("%v: waited %v, %v", answers, waits, err)
		}
	}

	second := time.Second
	f([]int{200}, "", nil, "")
	f([]int{503, 429, 202}, "", []time.Duration{second, 2 * second}, "")
	f([]int{503, 503, 200}, "7", []time.Duration{7 * second, 7 * second}, "")
	f([]int{503, 200}, "999999999999", []time.Duration{second}, "")
	f([]int{503}, "", []time.Duration{second, 2 * second, 4 * second, 8 * second}, "answered 503 for the 5th time")
	f([]int{400}, "5", nil, "answered 400")
}

func TestWaitingForAReceiverEndsWithTheContext(t *testing.T) {
	t.Parallel()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer receiver.Close()
	s, err := newSender(OTel{Endpoint: receiver.URL}, "traces")
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	ctx, cancel := context.WithCancel(t.Context())
	s.wait = func(ctx context.Context, d time.Duration) error { cancel(); return pause(ctx, d) }
	if err := s.send(ctx, &wire.TracesData{}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestSettingsOfAReceiver(t *testing.T) {
	t.Parallel()
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer receiver.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: receiver.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := newSender(OTel{Endpoint: receiver.URL, CAFile: ca}, "traces")
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.send(t.Context(), &wire.TracesData{}); err != nil {
		t.Error(err)
	}
	for _, bad := range []OTel{{Headers: "s3cret"}, {Headers: "=s3cret"}, {Headers: "a=s3cret%zz"}, {CAFile: ca + "x"}, {CAFile: os.DevNull}} {
		if _, err := newSender(bad, "traces"); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
