package telemetry

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
)

// How often and how long one batch is sent to a receiver that is not ready.
const (
	maxAttempts  = 5
	firstRetry   = time.Second
	maxRetryWait = 30 * time.Second
)

// sender posts messages to a receiver of OTLP over HTTP, in Protobuf. The
// library's exporter would bring gRPC into the program, whichever protocol it
// speaks.
type sender struct {
	client *http.Client
	url    string
	header http.Header
	// wait is for tests.
	wait func(ctx context.Context, d time.Duration) error
}

// newSender returns a sender of one kind of data.
func newSender(o OTel, signal string) (*sender, error) {
	header, err := otlpHeader(o.Headers)
	if err != nil {
		return nil, err
	}
	header.Set("Content-Type", "application/x-protobuf")
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute}
	if o.CAFile != "" {
		text, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("reading the certificates of the receiver: %w", err)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool()}
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s holds no PEM certificate", o.CAFile)
		}
	}
	return &sender{client: &http.Client{Transport: transport}, url: signalURL(o.Endpoint, signal), header: header, wait: pause}, nil
}

// otlpHeader reads pairs like "api-key=k%3D1,tenant=a" (OpenTelemetry's
// specification of OTEL_EXPORTER_OTLP_HEADERS). An error shows no value.
func otlpHeader(pairs string) (http.Header, error) {
	header := http.Header{}
	for pair := range strings.SplitSeq(pairs, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, found := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); !found || name == "" || err != nil {
			return nil, errors.New("OTEL_EXPORTER_OTLP_HEADERS is no list of pairs such as api-key=secret,tenant=a")
		}
		header.Add(name, value)
	}
	return header, nil
}

// send posts a message. A receiver that says that it is not ready is asked
// again, when it says or later each time, until ctx ends.
func (s *sender) send(ctx context.Context, message proto.Message) error {
	body, err := proto.Marshal(message)
	if err != nil {
		return fmt.Errorf("encoding for OTLP: %w", err)
	}
	delay := firstRetry
	for attempt := 1; ; attempt++ {
		status, after, err := s.post(ctx, body)
		if err != nil {
			return err
		}
		switch status {
		case http.StatusOK, http.StatusAccepted, http.StatusNoContent:
			return nil
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		default:
			return fmt.Errorf("the receiver of OTLP answered %d", status)
		}
		if attempt == maxAttempts {
			return fmt.Errorf("the receiver of OTLP answered %d for the %dth time", status, attempt)
		}
		if err := s.wait(ctx, min(max(delay, after), maxRetryWait)); err != nil {
			return fmt.Errorf("the receiver of OTLP answered %d: %w", status, err)
		}
		delay *= 2
	}
}

func (s *sender) post(ctx context.Context, body []byte) (status int, after time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return 0, 0, fmt.Errorf("sending over OTLP: %w", err)
	}
	r.Header = s.header.Clone()
	answer, err := s.client.Do(r)
	if err != nil {
		return 0, 0, fmt.Errorf("sending over OTLP: %w", err)
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 64<<10) // So that the connection is used again.
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	if err != nil || seconds < 0 || seconds > int(maxRetryWait/time.Second) {
		seconds = 0 // None, or a date: then our own times are as good.
	}
	return answer.StatusCode, time.Duration(seconds) * time.Second, nil
}

// close lets go of the connection.
func (s *sender) close() { s.client.CloseIdleConnections() }

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
