package envtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

const (
	orderV1     = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`
	orderV2     = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"note","type":"string","default":""}]}`
	orderBroken = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"amount","type":"int"}]}`
)

// external makes a registry that the operator only talks to, with a fake
// behind it, and waits until it is Ready.
func external(t *testing.T, ns string) *fakeRegistry {
	t.Helper()
	fake := newFakeRegistry()
	externalAt(t, ns, fake)
	return fake
}

// externalAt makes a registry that the operator only talks to, served by
// handler, and waits until it is Ready.
func externalAt(t *testing.T, ns string, handler http.Handler) {
	t.Helper()
	host := ns + ".example.org"
	shared.routes.add(host, handler)
	reg := &v1alpha1.SchemaRegistry{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "reg"},
		Spec: v1alpha1.SchemaRegistrySpec{
			Type: v1alpha1.External, External: &v1alpha1.ExternalRegistry{URLs: []v1alpha1.RegistryURL{v1alpha1.RegistryURL("http://" + host)}},
		},
	}
	create(t, reg)
	awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
}

func managed(ns, name string) *v1alpha1.SchemaRegistry {
	return &v1alpha1.SchemaRegistry{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name},
		Spec: v1alpha1.SchemaRegistrySpec{Type: v1alpha1.Managed, Replicas: new(int32(2)), Kafka: &v1alpha1.KafkaConnection{
			Bootstrap: &v1alpha1.BootstrapSource{Servers: []v1alpha1.BrokerAddress{v1alpha1.BrokerAddress("kafka." + ns + ".svc:9092")}},
		}},
	}
}

func proxy(ns, name string) *v1alpha1.RestProxy {
	return &v1alpha1.RestProxy{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name},
		Spec: v1alpha1.RestProxySpec{Kafka: v1alpha1.KafkaConnection{
			Bootstrap: &v1alpha1.BootstrapSource{Servers: []v1alpha1.BrokerAddress{"kafka:9092"}},
		}},
	}
}

func subject(ns, name, text string, edits ...func(*v1alpha1.SubjectSpec)) *v1alpha1.Subject {
	s := &v1alpha1.Subject{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name},
		Spec:       v1alpha1.SubjectSpec{RegistryRef: v1alpha1.RegistryReference{Name: "reg"}},
	}
	if text != "" {
		s.Spec.Schema = &text
	}
	for _, edit := range edits {
		edit(&s.Spec)
	}
	return s
}

func level(l v1alpha1.LevelOrInherit) func(*v1alpha1.SubjectSpec) {
	return func(s *v1alpha1.SubjectSpec) { s.Compatibility = &l }
}

func deletion(p v1alpha1.DeletionPolicy) func(*v1alpha1.SubjectSpec) {
	return func(s *v1alpha1.SubjectSpec) { s.DeletionPolicy = &p }
}

func adoption(p v1alpha1.AdoptionPolicy) func(*v1alpha1.SubjectSpec) {
	return func(s *v1alpha1.SubjectSpec) { s.AdoptionPolicy = &p }
}

func refersTo(name, subjectObject string) func(*v1alpha1.SubjectSpec) {
	return func(s *v1alpha1.SubjectSpec) {
		s.References = append(s.References, v1alpha1.SchemaReference{Name: name, SubjectRef: &v1alpha1.LocalSubjectReference{Name: subjectObject}})
	}
}

// conditionMissing says what keeps a condition from being as wanted, for the
// newest generation. An empty reason or text is not compared.
func conditionMissing(conditions []metav1.Condition, generation int64, typ string, status metav1.ConditionStatus, reason string) string {
	for _, c := range conditions {
		if c.Type != typ {
			continue
		}
		if c.Status == status && (reason == "" || c.Reason == reason) && c.ObservedGeneration == generation {
			return ""
		}
		return fmt.Sprintf("%s is %s/%s (generation %d of %d): %s", typ, c.Status, c.Reason, c.ObservedGeneration, generation, c.Message)
	}
	return "no condition " + typ
}

func awaitSubject(t *testing.T, s *v1alpha1.Subject, typ string, status metav1.ConditionStatus, reason string) *v1alpha1.Subject {
	t.Helper()
	s = get(t, s)
	return await(t, s, &v1alpha1.SubjectList{}, func(now *v1alpha1.Subject, _ bool) string {
		if now.Generation < s.Generation {
			return "an older generation"
		}
		return conditionMissing(now.Status.Conditions, now.Generation, typ, status, reason)
	})
}

// awaitReady waits for Ready and checks that nothing says that work is under
// way or stuck.
func awaitReady(t *testing.T, s *v1alpha1.Subject) *v1alpha1.Subject {
	t.Helper()
	s = awaitSubject(t, s, "Ready", metav1.ConditionTrue, "Synced")
	for _, c := range s.Status.Conditions {
		if c.Type == "Reconciling" || c.Type == "Stalled" {
			t.Fatalf("a Subject that is Ready has condition %s: %s", c.Type, c.Message)
		}
	}
	if s.Status.ObservedGeneration != s.Generation {
		t.Fatalf("observedGeneration %d of %d", s.Status.ObservedGeneration, s.Generation)
	}
	return s
}

// awaitStalled waits for a problem that only a person can solve, told in
// condition typ with the words.
func awaitStalled(t *testing.T, s *v1alpha1.Subject, typ, reason string, words ...string) *v1alpha1.Subject {
	t.Helper()
	awaitSubject(t, s, typ, metav1.ConditionFalse, reason)
	s = awaitSubject(t, s, "Stalled", metav1.ConditionTrue, reason)
	for _, c := range s.Status.Conditions {
		if c.Type != "Ready" {
			continue
		}
		for _, w := range words {
			if !strings.Contains(c.Message, w) {
				t.Errorf("Ready says %q, it should name %q", c.Message, w)
			}
		}
	}
	return s
}

func awaitRegistry(t *testing.T, r *v1alpha1.SchemaRegistry, typ string, status metav1.ConditionStatus, reason string) *v1alpha1.SchemaRegistry {
	t.Helper()
	r = get(t, r)
	return await(t, r, &v1alpha1.SchemaRegistryList{}, func(now *v1alpha1.SchemaRegistry, _ bool) string {
		if now.Generation < r.Generation {
			return "an older generation"
		}
		return conditionMissing(now.Status.Conditions, now.Generation, typ, status, reason)
	})
}

func awaitProxy(t *testing.T, p *v1alpha1.RestProxy, typ string, status metav1.ConditionStatus, reason string) *v1alpha1.RestProxy {
	t.Helper()
	p = get(t, p)
	return await(t, p, &v1alpha1.RestProxyList{}, func(now *v1alpha1.RestProxy, _ bool) string {
		if now.Generation < p.Generation {
			return "an older generation"
		}
		return conditionMissing(now.Status.Conditions, now.Generation, typ, status, reason)
	})
}
