//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"
)

// subjectLifecycleStory deletes a Subject and declares it again: the default
// deletion policy keeps what the registry has, and the same text gets the same
// id and version back.
func subjectLifecycleStory(t *testing.T, k *kubectl) {
	before := k.get(t, "subject", ordersSubject)
	k.run(t, "delete", "subject", ordersSubject)
	registry := k.forward(t, "svc/"+registryName, registryPort)
	if a := must(t, "GET", registry+"/subjects/"+ordersSubject+"/versions", "", ""); a.raw != "[1]" {
		t.Fatalf("after the deletion of the Subject the registry has versions %s, want [1]", a.raw)
	}

	k.run(t, "apply", "-k", "config/samples")
	after := k.awaitCondition(t, "subject", ordersSubject, "Ready", "True", time.Minute)
	if after.Status.SchemaID != before.Status.SchemaID || after.Status.Version != before.Status.Version {
		t.Fatalf("declared again it has id %d version %v, before id %d version %v",
			after.Status.SchemaID, after.Status.Version, before.Status.SchemaID, before.Status.Version)
	}
}

// wrongSubjectStory declares a change that breaks readers: it gets a condition
// that names the field and the remedy, and the registry is left alone. What is
// not a schema is refused when it is applied.
func wrongSubjectStory(t *testing.T, k *kubectl) {
	declare := func(name, text string) {
		k.apply(t, `
apiVersion: plastron.dev/v1alpha1
kind: Subject
metadata: {name: `+name+`, namespace: default}
spec:
  registryRef: {name: `+registryName+`}
  compatibility: BACKWARD
  schema: '`+text+`'
`)
	}
	declare("e2e-wrong", `{"type":"record","name":"W","fields":[]}`)
	k.awaitCondition(t, "subject", "e2e-wrong", "Ready", "True", time.Minute)

	declare("e2e-wrong", `{"type":"record","name":"W","fields":[{"name":"amount","type":"int"}]}`)
	o := k.awaitCondition(t, "subject", "e2e-wrong", "Compatible", "False", time.Minute)
	if c := o.condition("Ready"); c.Status != "False" || !strings.Contains(c.Message, "amount") {
		t.Errorf("Ready of an incompatible Subject is %+v; it should name the field", c)
	}

	k.refused(t, subjectManifest("e2e-broken", "e2e-broken", `{"type":"recor"}`, ""), "InvalidSchema", "recor")

	registry := k.forward(t, "svc/"+registryName, registryPort)
	if a := must(t, "GET", registry+"/subjects/e2e-wrong/versions", "", ""); a.raw != "[1]" {
		t.Errorf("the refused change left versions %s, want [1]", a.raw)
	}
	k.run(t, "delete", "subject", "e2e-wrong")
}
