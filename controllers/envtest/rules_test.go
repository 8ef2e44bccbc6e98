package envtest

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// object reads a manifest for the namespace.
func object(t *testing.T, ns, manifest string) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(manifest), &u.Object); err != nil {
		t.Fatal(err)
	}
	u.SetAPIVersion("plastron.dev/v1alpha1")
	u.SetNamespace(ns)
	return u
}

// TestRules creates objects that the CRDs refuse, and changes ones that they
// accept. want is a part of the message; empty means accepted.
func TestRules(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	f := func(manifest, want string) {
		t.Helper()
		err := shared.client.Create(t.Context(), object(t, ns, manifest), client.DryRunAll, client.FieldValidation(metav1.FieldValidationStrict))
		check(t, manifest, err, want)
	}

	kafka := "kafka: {bootstrap: {servers: ['kafka:9092']}}"
	registry := func(spec string) string { return "{kind: SchemaRegistry, metadata: {name: r}, spec: {" + spec + "}}" }
	f(registry(kafka), "")
	f(registry("type: External, external: {urls: ['https://registry.example.org/path']}"), "")
	f(registry("replicas: 2"), "a Managed registry needs kafka")
	f(registry("type: External"), "an External registry needs external")
	f(registry("type: External, external: {urls: ['https://r']}, "+kafka), "no fields of a workload")
	f(registry("type: External, external: {urls: ['ftp://r']}"), "urls")
	f(registry("kafka: {}"), "exactly one source is required")
	f(registry("kafka: {bootstrap: {servers: ['kafka']}}"), "servers")
	f(registry("kafka: {bootstrap: {servers: []}}"), "servers")
	f(registry(kafka+", replicas: 33"), "replicas")
	f(registry(kafka+", listener: {port: 80}"), "port")
	f(registry(kafka+", topic: {name: 'a b'}"), "topic.name")
	f(registry(kafka+", image: {tag: a, digest: 'sha256:"+strings.Repeat("a", 64)+"'}"), "not both")
	f(registry(kafka+", defaultCompatibility: BEST"), "defaultCompatibility")
	f(registry(kafka+", config: {topic_name: x}"), "config must not set a key")
	f(registry(kafka+", config: {ssl_keyfile: x}"), "config must not set a key")
	f(registry(kafka+", config: {'Bad Key': x}"), "keys are lower case")
	f(registry(kafka+", config: {log_level: DEBUG}"), "")
	f(registry(kafka+", unheardOf: 1"), "unknown field")
	f(registry(kafka+", listener: {tls: {}}"), "set secretName, or certManager")
	f(registry(kafka+", listener: {tls: {certManager: {issuerRef: {name: i}}}}"), "")
	f(registry(kafka+", ingress: {host: 'Registry'}"), "ingress.host")
	f(registry(kafka+", httpRoute: {parentRefs: []}"), "parentRefs")
	f(registry(kafka+", monitoring: {podMonitor: {interval: soon}}"), "interval")
	f(registry("type: External, external: {urls: ['https://r']}, ingress: {host: r}"), "no fields of a workload")

	sasl := "kafka: {bootstrap: {servers: ['kafka:9092'], sasl: {mechanism: SCRAM-SHA-256, username: u, passwordFrom: {name: s}}}}"
	rest := func(spec string) string { return "{kind: RestProxy, metadata: {name: r}, spec: {" + spec + "}}" }
	f(rest(sasl+", authorization: PassThrough"), "")
	f(rest(kafka+", authorization: PassThrough"), "needs SASL")
	f(rest(sasl+", authorization: PassThrough, config: {rest_authorization: 'false'}"), "beside the field authorization")
	f(rest(kafka+", schemaRegistry: {ref: {name: a}, auth: {}}"), "exactly one of basic, bearer and oauth")
	f(rest(kafka+", schemaRegistry: {ref: {name: a}, auth: {oauth: {tokenEndpoint: 'https://i/t', clientID: a, clientSecretFrom: {name: a}}}}"), "auth.oauth is for SchemaRegistries")
	f("{kind: SchemaRegistry, metadata: {name: "+strings.Repeat("a", 53)+"}, spec: {"+kafka+"}}", "at most 52 characters")

	subject := func(spec string) string {
		return "{kind: Subject, metadata: {name: s}, spec: {registryRef: {name: r}, " + spec + "}}"
	}
	f(subject("schema: x"), "")
	f(subject("compatibility: Inherit"), "")
	f(subject("schemaType: AVRO"), "asks for nothing")
	f(subject("schema: x, schemaFrom: {configMapKeyRef: {name: a, key: b}}"), "not both")
	f(subject("schemaFrom: {}"), "exactly one source is required")
	f(subject("compatibility: NONE, references: [{name: a, subject: b}]"), "references need a schema")
	f(subject("schema: x, references: [{name: a}]"), "exactly one of subject and subjectRef")
	f(subject("schema: x, references: [{name: a, subject: b, subjectRef: {name: c}}]"), "exactly one of subject and subjectRef")
	f(subject("schema: x, references: [{name: a, subject: b}, {name: a, subject: c}]"), "Duplicate value")
	f(subject("schema: x, references: [{name: a, subjectRef: {name: s}}]"), "cannot refer to itself")
	f(subject("schema: x, name: __GLOBAL"), "reserved")
	f(subject(`schema: x, name: "a\tb"`), "name")
	f(subject("schema: x, compatibility: SIDEWAYS"), "compatibility")
	f(subject("schema: x, schemaType: XML"), "schemaType")
	f(subject("schema: x, managementPolicy: Observe, deletionPolicy: HardDelete"), "only observes")
	f(subject("schema: "+strings.Repeat("x", 900_001)), "schema")

	proxy := func(spec string) string { return "{kind: RestProxy, metadata: {name: p}, spec: {" + spec + "}}" }
	f(proxy(kafka), "")
	f(proxy(kafka+", schemaRegistry: {url: 'http://r:8081'}"), "")
	f(proxy("replicas: 1"), "kafka")
	f(proxy(kafka+", schemaRegistry: {}"), "exactly one of ref and url")
	f(proxy(kafka+", schemaRegistry: {url: 'http://r', ref: {name: r}}"), "exactly one of ref and url")
	f(proxy(kafka+", schemaRegistry: {url: 'http://user:secret@r'}"), "url")
	f(proxy(kafka+", config: {registry_host: x}"), "config must not set a key")
}

func check(t *testing.T, manifest string, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("%.200s: refused: %v", manifest, err)
	case want != "" && err == nil:
		t.Errorf("%.200s: accepted, want %q", manifest, want)
	case want != "" && !strings.Contains(err.Error(), want):
		t.Errorf("%.200s: message %.600q, want %q", manifest, err, want)
	}
}

// TestImmutableFields changes what must not change. Adding and removing an
// optional field is a change too.
func TestImmutableFields(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	f := func(manifest, patch, want string) {
		t.Helper()
		o := object(t, ns, manifest)
		o.SetName("")
		o.SetGenerateName("x-")
		if err := shared.client.Create(t.Context(), o); err != nil {
			t.Fatalf("%s: %v", manifest, err)
		}
		err := shared.client.Patch(t.Context(), o, client.RawPatch("application/merge-patch+json", []byte(patch)))
		check(t, manifest+" "+patch, err, want)
	}

	registry := "{kind: SchemaRegistry, spec: {kafka: {bootstrap: {servers: ['kafka:9092']}}, topic: {name: a}}}"
	f(registry, `{"spec":{"topic":{"name":"b"}}}`, "topic.name is immutable")
	f(registry, `{"spec":{"topic":null}}`, "topic.name is immutable")
	f(registry, `{"spec":{"type":"External","kafka":null,"topic":null,"external":{"urls":["http://r"]}}}`, "type is immutable")
	f(registry, `{"spec":{"replicas":3}}`, "")
	f("{kind: SchemaRegistry, spec: {kafka: {bootstrap: {servers: ['kafka:9092']}}}}", `{"spec":{"topic":{"name":"_schemas"}}}`, "")

	named := "{kind: Subject, spec: {registryRef: {name: r}, schema: x, name: a}}"
	f(named, `{"spec":{"name":"b"}}`, "name is immutable")
	f(named, `{"spec":{"name":null}}`, "name is immutable")
	f(named, `{"spec":{"registryRef":{"name":"q"}}}`, "registryRef is immutable")
	f(named, `{"spec":{"schema":"y"}}`, "")
	f("{kind: Subject, spec: {registryRef: {name: r}, schema: x}}", `{"spec":{"name":"a"}}`, "name is immutable")
}
