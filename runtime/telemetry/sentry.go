package telemetry

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/getsentry/sentry-go"
)

// Sentry sends faults to a receiver that speaks Sentry's protocol. A nil
// *Sentry sends nothing.
type Sentry struct {
	client    *sentry.Client
	transport *http.Transport
	clock     func() time.Time

	mu   sync.Mutex
	last map[string]time.Time // last is when each kind of fault was sent
}

// SentryConfig says where faults go.
type SentryConfig struct {
	// Settings are those of the configuration key sentry: dsn, environment,
	// release, server_name, sample_rate, tags. Others are ignored.
	Settings map[string]string
	Version  string
	Hostname string
	Clock    func() time.Time
}

// StartSentry starts to send, nil without a dsn. Stop ends it.
func StartSentry(c SentryConfig) (*Sentry, error) {
	s := c.Settings
	if s["dsn"] == "" {
		return nil, nil
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: 30 * time.Second}
	o := sentry.ClientOptions{
		Dsn: s["dsn"], Environment: or(s["environment"], "production"), Release: or(s["release"], "plastron@"+c.Version),
		ServerName: or(s["server_name"], c.Hostname), HTTPTransport: transport, MaxBreadcrumbs: -1,
		// What the library would find out by itself is left out: variables of
		// the environment and lists of modules.
		Integrations:         func([]sentry.Integration) []sentry.Integration { return nil },
		DisableClientReports: true, DisableTelemetryBuffer: true,
	}
	if text := s["sample_rate"]; text != "" {
		rate, err := strconv.ParseFloat(text, 64)
		if err != nil || rate <= 0 || rate > 1 {
			return nil, fmt.Errorf("sample_rate %q of the key sentry is not a number above 0, up to 1", text)
		}
		o.SampleRate = rate
	}
	if text := s["tags"]; text != "" {
		if err := json.Unmarshal([]byte(text), &o.Tags); err != nil {
			return nil, fmt.Errorf("tags of the key sentry are no object of texts")
		}
	}
	client, err := sentry.NewClient(o)
	if err != nil {
		return nil, fmt.Errorf("dsn of the key sentry is not one that Sentry shows, https://KEY@HOST/PROJECT")
	}
	return &Sentry{client: client, transport: transport, clock: c.Clock, last: map[string]time.Time{}}, nil
}

// sentryPause is the time in which a fault of the same kind is sent once. A
// fault that comes with every request would use up what the receiver takes.
const sentryPause = time.Minute

// Tell sends a fault without waiting.
func (s *Sentry) Tell(f Fault) {
	if s == nil || !s.due(f.Where+": "+f.Message) {
		return
	}
	event := sentry.NewEvent()
	event.Level, event.Logger, event.Message = sentry.LevelError, f.Where, f.Message
	if f.Panic {
		event.Level = sentry.LevelFatal
	}
	if f.Err != "" {
		event.Exception = []sentry.Exception{{Type: f.Message, Value: f.Err, Module: f.Where}}
	}
	event.Contexts["fault"] = sentry.Context{}
	for name, value := range f.Pairs {
		event.Contexts["fault"][name] = value
	}
	if f.Stack != "" {
		event.Contexts["fault"]["stack"] = f.Stack
	}
	s.client.CaptureEvent(event, nil, nil)
}

// due reports whether a fault of this kind was not sent for a while. There are
// as many kinds as there are messages in the program, so the map is bounded.
func (s *Sentry) due(kind string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if last, known := s.last[kind]; known && now.Sub(last) < sentryPause {
		return false
	}
	s.last[kind] = now
	return true
}

// Stop sends what is waiting, for at most the given time.
func (s *Sentry) Stop(timeout time.Duration) {
	if s == nil {
		return
	}
	s.client.Flush(timeout)
	s.client.Close()
	s.transport.CloseIdleConnections()
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
