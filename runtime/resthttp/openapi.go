package resthttp

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/plastron-dev/plastron/runtime/apidoc"
	"github.com/plastron-dev/plastron/runtime/httpserver"
)

// describe makes the document of all routes. Version 3 stands in it once: it is
// the same below its other prefix.
func (a *api) describe() apidoc.Document {
	d := apidoc.Document{
		Title: "Plastron Kafka REST proxy", Version: a.Version,
		Note:       "Version 3 is also below <code>/kafka/v3</code>.",
		Parameters: queryParameters(), Numbers: []string{"partition", "broker"}, Components: components(),
		BodyTypes: bodyTypes(), AnswerTypes: []string{contentTypeV2}, ErrorTypes: []string{contentTypeV2, plainJSON},
		Everywhere: []int{http.StatusNotAcceptable, http.StatusInternalServerError, http.StatusServiceUnavailable},
		WithBody:   []int{http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType},
	}
	two := operations2()
	for _, route := range slices.Sorted(maps.Keys(two)) {
		method, path, _ := strings.Cut(route, " ")
		d.Routes = append(d.Routes, apidoc.Route{Method: method, Path: path, Operation: two[route]})
	}
	three := operations3()
	for _, r := range routes3() {
		path := template(r.path)
		op := three[r.method+" "+strings.TrimPrefix(path, "/clusters/{cluster}")]
		if path == "/clusters" {
			op = apidoc.Operation{Summary: "List clusters: always one", Answer: "Collection"}
		}
		op.BodyTypes, op.AnswerTypes = []string{plainJSON}, []string{plainJSON}
		d.Routes = append(d.Routes, apidoc.Route{Method: r.method, Path: prefixes()[0] + path, Operation: op})
	}
	return d
}

func bodyTypes() []string {
	types := []string{"application/vnd.kafka.v2+json", plainJSON}
	for _, format := range []string{"binary", "json", "avro", "jsonschema", "protobuf"} {
		types = append(types, "application/vnd.kafka."+format+".v2+json")
	}
	return types
}

// document serves the document and its page, which are made when they are first
// asked for.
func (a *api) document() (openapi, docs http.HandlerFunc) {
	made := sync.OnceValues(func() ([]byte, httpserver.Static) {
		d := a.describe()
		return d.JSON(), httpserver.NewStatic(apidoc.PageType, apidoc.PagePolicy, d.Page())
	})
	openapi = func(w http.ResponseWriter, _ *http.Request) {
		httpserver.SetRoute(w, "/openapi.json")
		cors(w.Header())
		text, _ := made()
		httpserver.WriteBody(w, plainJSON, http.StatusOK, text)
	}
	docs = func(w http.ResponseWriter, r *http.Request) {
		httpserver.SetRoute(w, "/docs")
		_, page := made()
		page.ServeHTTP(w, r)
	}
	return openapi, docs
}

func queryParameters() map[string][2]string {
	return map[string][2]string{
		"async":                         {"boolean", "Answer with 204 before Kafka has confirmed the records; only true does."},
		"timeout":                       {"integer", "How long to wait for a first record, in milliseconds."},
		"max_bytes":                     {"integer", "How many bytes of keys and values to return; at least one record is."},
		"limit":                         {"integer", "How many records at most."},
		"offset":                        {"string", "Where to begin: a number, earliest or latest."},
		"format":                        {"string", "binary, string, json, avro, jsonschema or protobuf."},
		"topic":                         {"string", "Topic of the offset, in place of a body."},
		"partition":                     {"integer", "Partition of the offset."},
		"offset_type":                   {"string", "earliest_and_latest."},
		"includeAuthorizedOperations":   {"boolean", "Add what the client may do."},
		"include_authorized_operations": {"boolean", "Add what the client may do."},
		"resource_type":                 {"string", "TOPIC, GROUP, CLUSTER, TRANSACTIONAL_ID, DELEGATION_TOKEN or ANY."},
		"resource_name":                 {"string", "Name of the resource."},
		"pattern_type":                  {"string", "LITERAL, PREFIXED, MATCH or ANY."},
		"principal":                     {"string", "Whom the rule is for, such as User:alice."},
		"host":                          {"string", "From where."},
		"operation":                     {"string", "READ, WRITE and so on, or ANY."},
		"permission":                    {"string", "ALLOW, DENY or ANY."},
	}
}

func components() apidoc.Object {
	text, number, anything := apidoc.Type("string"), apidoc.Type("integer"), apidoc.Object{}
	datum := apidoc.Members(apidoc.Object{
		"type": apidoc.Object{"type": "string", "enum": []string{"BINARY", "JSON", "STRING", "AVRO", "JSONSCHEMA", "PROTOBUF"}}, "data": anything,
		"subject": text, "subject_name_strategy": text, "schema_id": number, "schema_version": number, "schema": text,
	})
	header := apidoc.Members(apidoc.Object{"name": text, "value": text}, "name")
	record := func(more apidoc.Object, required ...string) apidoc.Object {
		members := apidoc.Object{
			"partition_id": number, "headers": apidoc.List(header), "key": apidoc.Ref("Datum"), "value": apidoc.Ref("Datum"), "timestamp": text,
		}
		maps.Copy(members, more)
		return apidoc.Members(members, required...)
	}
	acl := apidoc.Object{}
	for _, name := range []string{"resource_type", "resource_name", "pattern_type", "principal", "host", "operation", "permission"} {
		acl[name] = text
	}
	config := apidoc.List(apidoc.Members(apidoc.Object{"name": text, "value": text, "operation": text}, "name"))
	return apidoc.Object{
		"Text": text, "Names": apidoc.List(text), "Object": apidoc.Type("object"), "Resource": apidoc.Type("object"), "Resources": apidoc.List(apidoc.Type("object")),
		"Error":       apidoc.Members(apidoc.Object{"error_code": number, "message": text}),
		"Collection":  apidoc.Members(apidoc.Object{"kind": text, "metadata": apidoc.Type("object"), "data": apidoc.List(apidoc.Type("object"))}, "kind", "metadata", "data"),
		"Datum":       datum,
		"Record":      apidoc.WithExample(apidoc.Object{"value": apidoc.Object{"type": "JSON", "data": apidoc.Object{"id": 1}}}, record(nil)),
		"RecordBatch": apidoc.Members(apidoc.Object{"entries": apidoc.List(record(apidoc.Object{"id": text}, "id"))}, "entries"),
		"Receipt": apidoc.Members(apidoc.Object{
			"error_code": number, "message": text, "cluster_id": text, "topic_name": text, "partition_id": number, "offset": number, "timestamp": text,
			"key": apidoc.Type("object"), "value": apidoc.Type("object"),
		}, "error_code"),
		"Receipts": apidoc.Members(apidoc.Object{"successes": apidoc.List(apidoc.Ref("Receipt")), "failures": apidoc.List(apidoc.Ref("Receipt"))}),
		"NewTopic": apidoc.Members(apidoc.Object{
			"topic_name": text, "partitions_count": number, "replication_factor": number, "replicas_assignments": apidoc.Type("object"),
			"configs": apidoc.List(apidoc.Members(apidoc.Object{"name": text, "value": text}, "name")), "validate_only": apidoc.Type("boolean"),
		}, "topic_name"),
		"Growth":      apidoc.Members(apidoc.Object{"partitions_count": number}, "partitions_count"),
		"ConfigValue": apidoc.Members(apidoc.Object{"value": text}),
		"Changes":     apidoc.Members(apidoc.Object{"data": config, "validate_only": apidoc.Type("boolean")}, "data"),
		"ACL":         apidoc.Members(acl, "resource_type", "resource_name", "pattern_type", "principal", "host", "operation", "permission"),
		"ACLs":        apidoc.Members(apidoc.Object{"data": apidoc.List(apidoc.Ref("ACL"))}, "data"),
		"Produce": apidoc.Members(apidoc.Object{
			"key_schema": text, "value_schema": text, "key_schema_id": number, "value_schema_id": number,
			"records": apidoc.List(apidoc.Members(apidoc.Object{"key": anything, "value": anything, "partition": number, "headers": apidoc.List(apidoc.Type("object")), "timestamp": number})),
		}, "records"),
		"Produced":    apidoc.Members(apidoc.Object{"key_schema_id": number, "value_schema_id": number, "offsets": apidoc.List(apidoc.Type("object"))}, "offsets"),
		"NewConsumer": apidoc.Members(apidoc.Object{"name": text, "format": text, "auto.offset.reset": text, "auto.commit.enable": anything}),
		"Consumer":    apidoc.Members(apidoc.Object{"instance_id": text, "base_uri": text}, "instance_id", "base_uri"),
	}
}
