package app

import (
	"bytes"
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/devbroker"
	"github.com/plastron-dev/plastron/runtime/forward"
	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/registryhttp"
	"github.com/plastron-dev/plastron/runtime/schemalog"
	"github.com/plastron-dev/plastron/runtime/store"
)

// alone is a role that nobody else has.
type alone struct{}

func (alone) MayWrite() bool           { return true }
func (alone) Primary() (string, bool)  { return "", true }
func (alone) Changed() <-chan struct{} { return nil }

// short is how long a request may take in lossy.
const short = 4 * time.Second

// lossy is the registry from the log to the HTTP surface on an embedded broker,
// with time-outs that a test can wait for. ask sends one request.
func lossy(t *testing.T) (b *devbroker.Broker, ask func(method, target, body string) *httptest.ResponseRecorder) {
	t.Helper()
	b = broker(t)
	states := store.New()
	client := []kgo.Opt{kgo.SeedBrokers(b.Addr()), kgo.MetadataMinAge(50 * time.Millisecond)}
	log := schemalog.New(schemalog.Config{
		Topic: "_schemas", Reader: client, Writer: client, AppendTimeout: 300 * time.Millisecond, Owner: "test",
	}, states)
	service := registry.New(registry.Deps{
		Log: log, Views: states, Role: alone{}, WriteTimeout: time.Second,
		LogErrors: registry.LogErrors{TooLarge: schemalog.ErrTooLarge, NotReady: schemalog.ErrNotReady},
	})
	hand, err := forward.New(forward.Config{}, alone{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- log.Run(ctx) }()
	go func() { ended <- service.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		hand.Close()
	})
	if err := log.AwaitWritable(t.Context()); err != nil {
		t.Fatal(err)
	}
	handler := httpserver.Chain{Timeout: registryhttp.Deadline(short)}.Wrap(registryhttp.New(registryhttp.Deps{
		Registry: service, Forward: hand, Ready: log.Ready, Status: func() registryhttp.Status { return registryhttp.Status{} },
	}))
	return b, func(method, target, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(method, target, newReader(body)))
		return w
	}
}

const oneSchema = `{"schema":"\"int\""}`

// TestLosingKafkaMidRequest takes the broker away under a write: it is answered
// in time, as unknown and not as failed, reads go on, and the write can be
// repeated once the broker is back.
func TestLosingKafkaMidRequest(t *testing.T) {
	t.Parallel()
	b, ask := lossy(t)
	if w := ask("POST", "/subjects/before/versions", oneSchema); w.Code != 200 {
		t.Fatal(w.Body)
	}
	var gone atomic.Bool
	gone.Store(true)
	b.Cluster().ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster().KeepControl()
		return nil, errors.New("the connection breaks"), gone.Load()
	})

	began := time.Now()
	w := ask("POST", "/subjects/s/versions", `{"schema":"\"long\""}`)
	if took := time.Since(began); took > short+time.Second {
		t.Fatalf("answered after %v", took)
	}
	if w.Code != 500 || !strings.Contains(w.Body.String(), `"error_code":50002,`) || w.Header().Get("Retry-After") == "" {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if w := ask("GET", "/schemas/ids/1", ""); w.Code != 200 {
		t.Fatal("reads need Kafka: ", w.Body)
	}

	gone.Store(false)
	err := poll(t.Context(), func() bool { return ask("POST", "/subjects/s/versions", `{"schema":"\"long\""}`).Code == 200 })
	if err != nil {
		t.Fatal(err)
	}
	if w := ask("GET", "/subjects/s/versions", ""); w.Body.String() != `[1]` {
		t.Fatalf("the repeated write made %s", w.Body)
	}
}

// TestWriteWithALostAcknowledgementSucceeds lets the records of a write arrive
// while the broker says that it failed: the log is read, and the answer is what
// happened.
func TestWriteWithALostAcknowledgementSucceeds(t *testing.T) {
	t.Parallel()
	b, ask := lossy(t)
	other, err := kgo.NewClient(kgo.SeedBrokers(b.Addr()), kgo.DefaultProduceTopic("_schemas"), kgo.MetadataMinAge(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var arrived atomic.Bool
	b.Cluster().ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster().KeepControl()
		in := r.(*kmsg.ProduceRequest)
		records := in.Topics[0].Partitions[0].Records
		if !bytes.Contains(records, []byte(`"keytype":"SCHEMA"`)) || in.Acks != -1 {
			return nil, nil, false
		}
		if arrived.Load() {
			if bytes.Contains(records, []byte(copied)) {
				return nil, nil, false // The copy itself.
			}
			return refused(in), nil, true
		}
		arrived.Store(true)
		b.Cluster().SleepControl(func() {
			key := `{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}`
			value := `{"subject":"s","version":1,"id":1,"schema":"\"int\"","deleted":false}`
			r := &kgo.Record{Key: []byte(key), Value: []byte(value), Headers: []kgo.RecordHeader{{Key: copied}}}
			if err := other.ProduceSync(context.Background(), r).FirstErr(); err != nil {
				t.Error(err)
			}
		})
		return refused(in), nil, true
	})

	if w := ask("POST", "/subjects/s/versions", oneSchema); w.Code != 200 || w.Body.String() != `{"id":1}` {
		t.Fatalf("a write that happened is answered with %d %s", w.Code, w.Body)
	}
	if !arrived.Load() {
		t.Fatal("nothing was lost")
	}
	if w := ask("GET", "/subjects/s/versions", ""); w.Body.String() != `[1]` {
		t.Fatal(w.Body)
	}
}

// copied marks the record that a test writes in the place of the registry.
const copied = "copied-by-the-test"

// refused answers a produce request with a time-out.
func refused(in *kmsg.ProduceRequest) kmsg.Response {
	out := in.ResponseKind().(*kmsg.ProduceResponse)
	for _, topic := range in.Topics {
		to := kmsg.NewProduceResponseTopic()
		to.Topic, to.TopicID = topic.Topic, topic.TopicID
		for _, partition := range topic.Partitions {
			p := kmsg.NewProduceResponseTopicPartition()
			p.Partition, p.ErrorCode, p.BaseOffset = partition.Partition, kerr.RequestTimedOut.Code, -1
			to.Partitions = append(to.Partitions, p)
		}
		out.Topics = append(out.Topics, to)
	}
	return out
}
