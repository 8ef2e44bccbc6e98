package admission

import (
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// contains checks that the message has all the words, and nothing without any.
func contains(t *testing.T, what, message string, words []string) {
	t.Helper()
	if len(words) == 0 && message != "" {
		t.Errorf("%s: refused: %s", what, message)
	}
	for _, w := range words {
		if !strings.Contains(message, w) {
			t.Errorf("%s: %q should name %q", what, message, w)
		}
	}
}

func TestConfigKeysAreThoseOfThePods(t *testing.T) {
	t.Parallel()
	f := func(key, value string, words ...string) {
		t.Helper()
		r := &v1alpha1.SchemaRegistry{Spec: v1alpha1.SchemaRegistrySpec{Config: map[string]v1alpha1.ConfigValue{key: v1alpha1.ConfigValue(value)}}}
		contains(t, key, Message(SchemaRegistry(r)), words)
	}

	f("log_level", "DEBUG")
	f("session_timeout_ms", "6000")
	f("session_timeout_ms", "soon", "spec.config", "session_timeout_ms", "soon")
	f("log_levell", "DEBUG", "spec.config[log_levell]", "log_level")
	f("name_strategy", "topic_name", "spec.config[name_strategy]", "not a key of this kind")
	f("registry_authfile", "/etc/passwd", "spec.config[registry_authfile]", "file")
	f("sasl_plain_password", "secret", "spec.config[sasl_plain_password]", "secret")

	p := &v1alpha1.RestProxy{Spec: v1alpha1.RestProxySpec{Config: map[string]v1alpha1.ConfigValue{"name_strategy": "topic_name"}}}
	contains(t, "proxy", Message(RestProxy(p)), nil)
}

func TestTemplateStaysInTheOperatorsHands(t *testing.T) {
	t.Parallel()
	f := func(template v1alpha1.WorkloadTemplate, words ...string) {
		t.Helper()
		r := &v1alpha1.SchemaRegistry{Spec: v1alpha1.SchemaRegistrySpec{Template: &template}}
		contains(t, "template", Message(SchemaRegistry(r)), words)
	}

	f(v1alpha1.WorkloadTemplate{Env: []corev1.EnvVar{{Name: "GOMEMLIMIT", Value: "1GiB"}}, Labels: map[string]string{"team": "a"}})
	f(v1alpha1.WorkloadTemplate{Env: []corev1.EnvVar{{Name: "karapace_port"}}}, "spec.template.env[0].name", "config")
	f(v1alpha1.WorkloadTemplate{Env: []corev1.EnvVar{{Name: "POD_NAME"}}}, "spec.template.env[0].name")
	f(v1alpha1.WorkloadTemplate{Labels: map[string]string{"app.kubernetes.io/name": "x"}}, "spec.template.labels[app.kubernetes.io/name]")
}

func TestSubjectNames(t *testing.T) {
	t.Parallel()
	f := func(name string, words ...string) {
		t.Helper()
		s := &v1alpha1.Subject{ObjectMeta: metav1.ObjectMeta{Name: "s"}, Spec: v1alpha1.SubjectSpec{Name: &name}}
		contains(t, name, Message(Subject(s)), words)
	}

	f("orders/%: Ü")
	f("a\u0085b", "control")
	f("__GLOBAL", "reserved")
	f("a\xff", "UTF-8")
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	f := func(m v1alpha1.SchemaMetadata, words ...string) {
		t.Helper()
		s := &v1alpha1.Subject{ObjectMeta: metav1.ObjectMeta{Name: "s"}, Spec: v1alpha1.SubjectSpec{Metadata: &m}}
		contains(t, "metadata", Message(Subject(s)), words)
	}
	properties := map[string]v1alpha1.MetadataValue{"owner": "a"}

	f(v1alpha1.SchemaMetadata{Properties: properties, Sensitive: []v1alpha1.MetadataName{"owner"}})
	f(v1alpha1.SchemaMetadata{Properties: properties, Sensitive: []v1alpha1.MetadataName{"key"}}, "spec.metadata.sensitive[0]", "key")
	f(v1alpha1.SchemaMetadata{Properties: map[string]v1alpha1.MetadataValue{"confluent:version": "1"}}, "spec.metadata.properties[confluent:version]", "registry")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const order = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`
	avro := func(text string) schema.Schema { return schema.Schema{Type: schema.Avro, Text: text} }
	v1 := []Previous{{Version: 1, Schema: avro(order)}}
	none := func(schema.Reference) (schema.Schema, error) { return schema.Schema{}, errors.New("no such version") }

	c, err := Check(avro(order), schema.Backward, v1, none)
	if err != nil || c.Invalid != "" || len(c.Incompatibilities) != 0 {
		t.Errorf("equal schemas: %+v %v", c, err)
	}
	more := strings.Replace(order, `"}]`, `"},{"name":"amount","type":"int"}]`, 1)
	c, err = Check(avro(more), schema.Backward, v1, none)
	if err != nil || len(c.Incompatibilities) != 1 || c.Incompatibilities[0].Against != 1 || !strings.Contains(c.Incompatibilities[0].Message, "amount") {
		t.Errorf("a field without default: %+v %v", c, err)
	}
	if c, err = Check(avro(more), schema.None, v1, none); err != nil || len(c.Incompatibilities) != 0 {
		t.Errorf("level NONE: %+v %v", c, err)
	}
	if c, err = Check(avro(`{"type":"record"}`), schema.Backward, v1, none); err != nil || c.Invalid == "" {
		t.Errorf("not a schema: %+v %v", c, err)
	}
	if c, err = Check(avro(strings.Repeat("[", 5000)), schema.Backward, v1, none); err != nil || c.Invalid == "" {
		t.Errorf("deep nesting: %+v %v", c, err)
	}
	// What is stored and cannot be read here is the registry's to judge.
	if c, err = Check(avro(order), schema.Backward, []Previous{{Version: 1, Schema: avro("broken")}}, none); err != nil || !c.Unsupported {
		t.Errorf("a broken stored schema: %+v %v", c, err)
	}
	// A resolver that fails is not the schema's fault.
	refers := schema.Schema{Type: schema.Avro, Text: order, References: []schema.Reference{{Name: "x", Subject: "x", Version: 1}}}
	if _, err = Check(refers, schema.Backward, nil, none); err == nil {
		t.Error("a failing resolver went unnoticed")
	}
}
