package resthttp

import (
	"net/http"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/rest"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func asConfluent(p *proxy) *proxy {
	p.handler = New(Deps{Service: p.service, BaseURI: "http://proxy:8082", Flavour: schema.Confluent})
	return p
}

// A client of Confluent's finds out from the entries of a 200 which records
// failed, and looks at two members that Karapace does not send.
func TestConfluentAnswersOfProduce(t *testing.T) {
	t.Parallel()
	p := asConfluent(newProxy(t, func(s *rest.Settings) { s.MaxRecordBytes = 600 }))
	p.expect(http.MethodPost, "/topics/one", `{"records":[{"value":1},{"value":1,"partition":9},{"value":"`+strings.Repeat("x", 2000)+`"}]}`, 200,
		`{"key_schema_id":null,"offsets":[{"error":null,"error_code":null,"offset":0,"partition":0},`+
			`{"error":"This request is for a topic or partition that does not exist on this broker.","error_code":50003},`+
			`{"error":"The server has a configurable maximum message size to avoid unbounded memory allocation. This error is thrown if the client attempt to produce a message larger than this maximum.","error_code":50002}],"value_schema_id":null}`,
		"Content-Type", ctJSON)

	f := func(want int, failures ...*rest.Failure) {
		t.Helper()
		var outcomes []rest.Outcome
		for _, failure := range failures {
			outcomes = append(outcomes, rest.Outcome{Failure: failure})
		}
		a := &api{Deps: Deps{Flavour: schema.Confluent}}
		if got := a.producedAnswer(rest.Produced{Outcomes: outcomes}); got.status != want {
			t.Errorf("%d, want %d: %s", got.status, want, got.body)
		}
	}
	denied, unknown, other := &rest.Failure{Kind: rest.Forbidden}, &rest.Failure{Kind: rest.Unauthenticated}, &rest.Failure{Kind: rest.Failed}
	f(http.StatusOK, nil, other)
	f(http.StatusForbidden, nil, denied, other)
	f(http.StatusUnauthorized, denied, unknown, denied)
}

// For Confluent, avro, jsonschema and protobuf are one format when records are
// read; for Karapace they are three.
func TestFormatsWithSchemasShareAConsumer(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.produce("one", ctAvro, `{"value_schema":"\"int\"","records":[{"value":5}]}`, 200, `{...}`)
	c := p.consumer("avro", "one")
	const ctProtobuf = "application/vnd.kafka.protobuf.v2+json"
	p.expect(http.MethodGet, c+"/records", "", 406, `{"error_code":40601,...}`, "Accept", ctProtobuf)
	asConfluent(p)
	p.expect(http.MethodGet, c+"/records", "", 406, `{"error_code":40601,...}`, "Accept", ctBinary)
	p.expect(http.MethodGet, c+"/records", "", 200, `[...,"value":5}]`, "Accept", ctProtobuf)
}

// Null is null in Kafka, so that it deletes in a compacted topic; nothing is
// zero bytes. Readers of the proxy see null for both.
func TestNullIsNullInKafka(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.produce("one", ctBinary, `{"records":[{"key":"aw==","value":null},{"key":"aw=="},{"key":"","value":""}]}`, 200, `{...}`)
	client, err := kgo.NewClient(kgo.SeedBrokers(p.kafka.ListenAddrs()...), kgo.ConsumeTopics("one"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableClientMetrics())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var got []*kgo.Record
	for len(got) < 3 {
		got = append(got, client.PollFetches(t.Context()).Records()...)
	}
	for i, r := range got {
		if wantNull := i < 2; (r.Value == nil) != wantNull {
			t.Errorf("the value of record %d is %#v", i, r.Value)
		}
	}
	if got[2].Key == nil {
		t.Error("the empty key is null")
	}
	c := p.consumer("binary", "one")
	p.expect(http.MethodGet, c+"/records", "", 200, `[...,"topic":"one","value":null}]`)
}
