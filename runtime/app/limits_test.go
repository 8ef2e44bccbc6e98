package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/format"
)

func TestLimitsAreKeysWithTheSameDefaults(t *testing.T) {
	t.Parallel()
	if got, want := schemaLimits(settings(t, config.RoleAll)), format.DefaultLimits(); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for i, name := range format.LimitNames() {
		if !slices.ContainsFunc(config.Keys(), func(k config.Key) bool { return k.Name == string(name) }) {
			t.Errorf("there is no key %s", name)
		}
		c := settings(t, config.RoleAll, fmt.Sprintf("%s%s=%d", config.Prefix, strings.ToUpper(string(name)), 7+i))
		if limits := schemaLimits(c); *limits.Of(name) != 7+i {
			t.Errorf("%s is not carried over: %+v", name, limits)
		}
	}
}

// Each limit is set low, and what goes beyond it is refused by registry and
// proxy with its name and value.
func TestEveryLimitIsToldByItsName(t *testing.T) {
	t.Parallel()
	b := broker(t)
	c := settings(t, config.RoleAll, "KARAPACE_BOOTSTRAP_URI="+b.Addr(), "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0",
		"KARAPACE_SCHEMA_MAX_BYTES=300", "KARAPACE_SCHEMA_MAX_DEPTH=4", "KARAPACE_SCHEMA_MAX_NODES=60", "KARAPACE_SCHEMA_MAX_SUBSCHEMAS=5",
		"KARAPACE_SCHEMA_MAX_PATTERN_COST=50", "KARAPACE_SCHEMA_MAX_REFERENCES=3", "KARAPACE_SCHEMA_MAX_REFERENCE_DEPTH=2")
	options, err := (&process{log: quiet}).kafkaOptions(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := createTopics(t.Context(), options, []topic{{"t", 1}}); err != nil {
		t.Fatal(err)
	}
	e := background(t, RunAll, c)
	await(t, e.Registry+"/master_available", "true")
	post := func(subject, typ, text, references string) (int, string) {
		t.Helper()
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		body := fmt.Sprintf(`{"schemaType":%q,"schema":%s,"references":[%s]}`, typ, quoted, references)
		return ask(t, "POST", e.Registry+"/subjects/"+subject+"/versions", body, "application/json")
	}
	ok := func(subject, typ, text, references string) {
		t.Helper()
		if status, answer := post(subject, typ, text, references); status != 200 {
			t.Fatalf("%s: %d %s", subject, status, answer)
		}
	}
	refused := func(typ, text, references, reason, limit string) {
		t.Helper()
		status, answer := post("refused", typ, text, references)
		if status != 422 || !strings.Contains(answer, `"error_code":42201`) || !strings.Contains(answer, reason) || !strings.Contains(answer, "(limit "+limit+")") {
			t.Errorf("%s: %d %s", limit, status, answer)
		}
	}
	to := func(subject string) string {
		return fmt.Sprintf(`{"name":%q,"subject":%q,"version":1}`, subject, subject)
	}

	fields := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "int32 f%d=%d;", i, i+1)
		}
		return `syntax = "proto3"; message M {` + b.String() + "}"
	}

	long := strings.Repeat("x", 300)
	refused("AVRO", `{"type":"int","doc":"`+long+`"}`, "", "the text has 323 bytes", "schema_max_bytes = 300")
	refused("JSON", `{"title":"`+long+`"}`, "", "the text has 312 bytes", "schema_max_bytes = 300")
	refused("PROTOBUF", `syntax = "proto3"; // `+long, "", "the text has 322 bytes", "schema_max_bytes = 300")
	refused("AVRO", strings.Repeat(`{"type":"array","items":`, 5)+`"int"`+strings.Repeat("}", 5), "", "nested more than 4 deep", "schema_max_depth = 4")
	refused("JSON", strings.Repeat(`{"not":`, 5)+`{}`+strings.Repeat("}", 5), "", "nested more than 4 deep", "schema_max_depth = 4")
	refused("PROTOBUF", `syntax = "proto3"; `+strings.Repeat("message M {", 5)+strings.Repeat("}", 5), "", "nested deeper than 4", "schema_max_depth = 4")
	refused("AVRO", `{"type":"enum","name":"E","symbols":["A"`+strings.Repeat(`,"A"`, 60)+`]}`, "", "more than 60 values", "schema_max_nodes = 60")
	refused("JSON", `{"enum":[0`+strings.Repeat(`,0`, 60)+`]}`, "", "more than 60 values", "schema_max_nodes = 60")
	refused("PROTOBUF", fields(20),
		"", "declares more than is allowed", "schema_max_nodes = 60")
	refused("JSON", `{"anyOf":[{},{},{},{},{},{}]}`, "", "more than 5 schemas", "schema_max_subschemas = 5")
	refused("JSON", `{"pattern":"a{60}"}`, "", "costs", "schema_max_pattern_cost = 50")

	ok("a", "JSON", `{}`, "")
	ok("b", "JSON", `{"not":{}}`, to("a"))
	ok("c", "JSON", `{"items":{}}`, to("b"))
	refused("JSON", `{}`, to("c"), "a chain of references is longer than 2", "schema_max_reference_depth = 2")
	refused("JSON", `{}`, strings.Join([]string{to("a"), to("b"), to("b"), `{"name":"n","subject":"a","version":1}`}, ","),
		"more than 3 references", "schema_max_references = 3")

	status, answer := ask(t, "POST", e.REST+"/topics/t", `{"value_schema":"{\"type\":\"int\",\"doc\":\"`+long+`\"}","records":[{"value":1}]}`, "application/vnd.kafka.avro.v2+json")
	if status != 422 || !strings.Contains(answer, "(limit schema_max_bytes = 300)") {
		t.Errorf("proxy: %d %s", status, answer)
	}
}
