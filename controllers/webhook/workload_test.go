package webhook

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

func registry(edits ...func(*v1alpha1.SchemaRegistrySpec)) *v1alpha1.SchemaRegistry {
	r := &v1alpha1.SchemaRegistry{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "reg"},
		Spec: v1alpha1.SchemaRegistrySpec{Type: v1alpha1.Managed, Kafka: &v1alpha1.KafkaConnection{
			Bootstrap: &v1alpha1.BootstrapSource{Servers: []v1alpha1.BrokerAddress{"kafka:9092"}},
		}},
		Status: v1alpha1.SchemaRegistryStatus{Replicas: 2},
	}
	for _, edit := range edits {
		edit(&r.Spec)
	}
	return r
}

func replicas(n int32) func(*v1alpha1.SchemaRegistrySpec) {
	return func(s *v1alpha1.SchemaRegistrySpec) { s.Replicas = &n }
}

func group(id string) func(*v1alpha1.SchemaRegistrySpec) {
	return func(s *v1alpha1.SchemaRegistrySpec) { s.Election = &v1alpha1.ElectionSpec{GroupID: &id} }
}

func key(name string) func(*v1alpha1.SchemaRegistrySpec) {
	return func(s *v1alpha1.SchemaRegistrySpec) { s.Config = map[string]v1alpha1.ConfigValue{name: "x"} }
}

func TestRegistries(t *testing.T) {
	t.Parallel()
	f := func(what string, r *v1alpha1.SchemaRegistry, refusal, warning string) {
		t.Helper()
		warnings, err := registries().ValidateCreate(t.Context(), r)
		says(t, what, warnings, err, refusal, warning)
	}

	f("a plain one", registry(), "", "")
	f("an unknown key", registry(key("log_levell")), "spec.config[log_levell]", "")
	f("one node", registry(replicas(1)), "", "spec.replicas: with 1 nobody answers")
	f("NONE", registry(func(s *v1alpha1.SchemaRegistrySpec) { s.DefaultCompatibility = new(v1alpha1.Level("NONE")) }), "", "NONE lets every text in")
	f("one copy", registry(func(s *v1alpha1.SchemaRegistrySpec) { s.Topic = &v1alpha1.TopicSpec{ReplicationFactor: new(int32(1))} }), "", "the loss of one broker")
	f("passwords in the clear", registry(func(s *v1alpha1.SchemaRegistrySpec) {
		s.Listener = &v1alpha1.RegistryListenerSpec{Authentication: &v1alpha1.RegistryAuthentication{}}
	}), "", "the passwords of users cross the network")
	f("SCRAM in the clear", registry(func(s *v1alpha1.SchemaRegistrySpec) {
		s.Kafka.Bootstrap.SASL = &v1alpha1.SASL{Mechanism: v1alpha1.SASLScramSHA512}
	}), "", "spec.kafka.bootstrap: without tls")
	elsewhere := func(url v1alpha1.RegistryURL) *v1alpha1.SchemaRegistry {
		return registry(func(s *v1alpha1.SchemaRegistrySpec) {
			s.Type, s.Kafka = v1alpha1.External, nil
			s.External = &v1alpha1.ExternalRegistry{URLs: []v1alpha1.RegistryURL{url}, Auth: &v1alpha1.HTTPAuth{}}
		})
	}
	f("external over http", elsewhere("http://r"), "", "spec.external.urls[0]: without https")
	f("external over https", elsewhere("https://r"), "", "")
}

func TestRegistryChanges(t *testing.T) {
	t.Parallel()
	f := func(what string, old, r *v1alpha1.SchemaRegistry, refusal, warning string) {
		t.Helper()
		warnings, err := registries().ValidateUpdate(t.Context(), old, r)
		says(t, what, warnings, err, refusal, warning)
	}
	ends := func(r *v1alpha1.SchemaRegistry) *v1alpha1.SchemaRegistry {
		r.DeletionTimestamp = new(metav1.Now())
		return r
	}
	stopped := func(r *v1alpha1.SchemaRegistry) *v1alpha1.SchemaRegistry {
		r.Status.Replicas = 0
		return r
	}

	f("the group", registry(), registry(group("other")), "spec.election.groupID: Forbidden: changing it from schema-registry to other", "")
	f("the group, spelled out", registry(), registry(group("schema-registry")), "", "")
	f("the group, nothing runs", stopped(registry(replicas(0))), stopped(registry(replicas(0), group("other"))), "", "with 0 nobody answers")
	f("the group, while pods stop", registry(replicas(0)), registry(replicas(0), group("other")), "two primaries", "with 0 nobody answers")
	f("nothing", registry(replicas(1), key("log_levell")), registry(replicas(1), key("log_levell")), "", "")
	f("something else than what is wrong", registry(key("log_levell")), registry(key("log_levell"), replicas(3)), "", "spec.config[log_levell]")
	f("another wrong key", registry(key("log_levell")), registry(key("log_leve")), "spec.config[log_leve]", "")
	f("one that goes", registry(), ends(registry(key("log_levell"))), "", "")
}

func TestProxies(t *testing.T) {
	t.Parallel()
	f := func(what string, edit func(*v1alpha1.RestProxySpec), refusal, warning string) {
		t.Helper()
		p := &v1alpha1.RestProxy{Spec: v1alpha1.RestProxySpec{Kafka: *registry().Spec.Kafka}}
		edit(&p.Spec)
		warnings, err := proxies().ValidateCreate(t.Context(), p)
		says(t, what, warnings, err, refusal, warning)
	}

	f("a plain one", func(*v1alpha1.RestProxySpec) {}, "", "")
	f("a wrong key", func(s *v1alpha1.RestProxySpec) {
		s.Config = map[string]v1alpha1.ConfigValue{"log_levell": "x"}
	}, "spec.config[log_levell]", "")
	f("PLAIN in the clear", func(s *v1alpha1.RestProxySpec) {
		s.Kafka.Bootstrap.SASL = &v1alpha1.SASL{Mechanism: v1alpha1.SASLPlain}
	}, "", "without tls")
}
