package resthttp

import (
	"net/http"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/rest"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// avro_json and protobuf_json: records are shown as Confluent's proxy shows
// them, and bare unions are still read.
func TestConfluentJSON(t *testing.T) {
	t.Parallel()
	f := func(format, body, want string) {
		t.Helper()
		p := newProxy(t, func(s *rest.Settings) { s.AvroJSON, s.ProtobufJSON = schema.Confluent, schema.Confluent })
		p.produce("one", "application/vnd.kafka."+format+".v2+json", body, 200, `{...}`)
		c := "/consumers/" + format + "/instances/i"
		p.expect(http.MethodPost, "/consumers/"+format, `{"name":"i","format":"`+format+`","auto.offset.reset":"earliest"}`, 200, `{...}`)
		p.expect(http.MethodPost, c+"/assignments", `{"partitions":[{"topic":"one","partition":0}]}`, 204, "")
		p.expect(http.MethodGet, c+"/records", "", 200, want)
	}
	f("avro", `{"value_schema":`+quote(`{"type":"record","name":"R","namespace":"n","fields":[{"name":"u","type":["null","string"]},{"name":"b","type":"bytes"},{"name":"d","type":{"type":"int","logicalType":"date"}}]}`)+
		`,"records":[{"value":{"u":"s","b":"\u00ff","d":1}}]}`, `[...,"value":{"u":{"string":"s"},"b":"ÿ","d":1}}]`)
	f("protobuf", `{"value_schema":`+quote(`syntax = "proto3"; message M { int64 big_num = 1; }`)+`,"records":[{"value":{"big_num":7}}]}`, `[...,"value":{"bigNum":"7"}}]`)
}

// rest_hide_internal_topics leaves out what Kafka calls internal.
func TestInternalTopicsMayBeHidden(t *testing.T) {
	t.Parallel()
	f := func(hide bool, want string) {
		t.Helper()
		p := newProxy(t, func(s *rest.Settings) { s.HideInternal = hide })
		p.kafka.ControlKey(int16(kmsg.Metadata), func(r kmsg.Request) (kmsg.Response, error, bool) {
			p.kafka.KeepControl()
			asked := r.(*kmsg.MetadataRequest)
			if asked.Topics != nil {
				return nil, nil, false
			}
			answer := asked.ResponseKind().(*kmsg.MetadataResponse)
			for _, name := range []string{"one", "__consumer_offsets"} {
				topic := kmsg.NewMetadataResponseTopic()
				topic.Topic, topic.IsInternal = &name, name != "one"
				answer.Topics = append(answer.Topics, topic)
			}
			return answer, nil, true
		})
		p.expect(http.MethodGet, "/topics", "", 200, want)
	}
	f(false, `["__consumer_offsets","one"]`)
	f(true, `["one"]`)
}
