package migration

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/plastron-dev/plastron/test/migration/peer"
)

func TestFromConfluentAndBack(t *testing.T) {
	t.Parallel()
	f := newFleet(t, peer.Confluent)
	f.begin([]raw{
		{`{"keytype":"NOOP","magic":0}`, "-"},
		{`{"keytype":"CONFIG","magic":0}`, `{"compatibilityLevel":"FULL"}`},
		{`{"keytype":"MODE","magic":0}`, `{"mode":"READWRITE"}`},
		{`{"keytype":"SCHEMA","subject":"a-value","version":1,"magic":1}`, `{"subject":"a-value","version":1,"id":12,"schemaType":"AVRO","schema":"\"int\"","deleted":false}`},
		{`{"keytype":"SCHEMA","subject":"a-value","version":2,"magic":1}`, `{"subject":"a-value","version":2,"id":13,"schema":"\"long\"","deleted":true}`},
		{`{"keytype":"CONFIG","subject":"a-value","magic":0}`, `{"subject":"a-value","compatibilityLevel":"BACKWARD"}`},
		{`{"keytype":"MODE","subject":"a-value","magic":0}`, `{"subject":"a-value","mode":"READONLY"}`},
		{`{"keytype":"SCHEMA","subject":"o","version":1,"magic":1}`, `{"subject":"o","version":1,"id":14,"schemaType":"AVRO","metadata":{"properties":{"owner":"me"}},"ruleSet":{"domainRules":[{"name":"r","kind":"CONDITION","mode":"WRITE","type":"CEL","expr":"true","disabled":false}]},"schema":"\"float\"","deleted":false}`},
		{`{"keytype":"CONTEXT","tenant":"default","context":".ctx","magic":0}`, `{"tenant":"default","context":".ctx"}`},
		{`{"keytype":"SCHEMA","subject":"m","version":1,"magic":1}`, `{"subject":"m","version":1,"id":15,"schemaType":"PROTOBUF","schema":"syntax = \"proto3\";\n\nmessage M {\n  int32 a = 1;\n}\n","deleted":false}`},
		{`{"keytype":"SCHEMA","subject":"gone","version":1,"magic":1}`, `{"subject":"gone","version":1,"id":17,"schemaType":"AVRO","schema":"\"double\"","deleted":true}`},
		{`{"keytype":"SCHEMA","subject":"gone","version":1,"magic":1}`, "-"},
		{`{"keytype":"SCHEMA","subject":"half","version":1,"magic":1}`, `{"subject":"half","version":1,"id":18,"schemaType":"AVRO","schema":"\"boolean\"","deleted":false}`},
		{`{"keytype":"DELETE_SUBJECT","subject":"half","magic":0}`, `{"subject":"half","version":1}`},
	})
	properties := "kafkastore.bootstrap.servers=PLAINTEXT://" + f.kafka.ListenAddrs()[0] + "\nlisteners=http://0.0.0.0:8081\n" +
		"kafkastore.topic=_schemas\nschema.registry.group.id=schema-registry\nschema.compatibility.level=backward\n"
	file := filepath.Join(f.dir, "/etc/schema-registry/schema-registry.properties")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(properties), 0o600); err != nil {
		t.Fatal(err)
	}
	l := f.startLoad(3)
	f.follow(readGuide(t, "../../docs/migration/from-confluent.md"))
	f.finish(l)
}
