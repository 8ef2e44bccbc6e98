//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"
)

// conflictStory declares one subject twice, and something that is no schema.
// Both are refused when they are applied. With the operator away, and its
// webhook with it, they are stored; when it is back their conditions say the
// same, and the younger Subject takes over when the older one goes.
func conflictStory(t *testing.T, k *kubectl) {
	first := subjectManifest("e2e-first", "e2e-contested", accountV1, "")
	second := subjectManifest("e2e-second", "e2e-contested", accountV2, "  adoptionPolicy: IfCompatible\n")
	broken := subjectManifest("e2e-broken", "e2e-broken", `{"type":"recor"}`, "")
	k.apply(t, first)
	k.awaitCondition(t, "subject", "e2e-first", "Ready", "True", time.Minute)
	k.refused(t, second, "Conflicted", "e2e-first")
	k.refused(t, broken, "InvalidSchema", "recor")

	system := k.in("plastron-system")
	system.run(t, "scale", "deployment", "plastron", "--replicas=0")
	await(t, "the operator's pod to go", time.Minute, func() string {
		return system.run(t, "get", "pods", "-l", "app.kubernetes.io/name=plastron", "-o", "name")
	})
	k.apply(t, second)
	k.apply(t, broken)
	system.run(t, "scale", "deployment", "plastron", "--replicas=1")
	system.run(t, "rollout", "status", "deployment", "plastron", "--timeout=120s")

	o := k.awaitCondition(t, "subject", "e2e-second", "Accepted", "False", time.Minute)
	if c := o.condition("Accepted"); c.Reason != "Conflicted" || !strings.Contains(c.Message, "e2e-first") {
		t.Errorf("the younger object: %+v", c)
	}
	o = k.awaitCondition(t, "subject", "e2e-broken", "Ready", "False", time.Minute)
	if c := o.condition("Ready"); c.Reason != "InvalidSchema" || !strings.Contains(c.Message, "recor") {
		t.Errorf("the object without a schema: %+v", c)
	}
	registry := k.forward(t, "svc/"+registryName, registryPort)
	if a := must(t, "GET", registry+"/subjects/e2e-contested/versions", "", ""); a.raw != "[1]" {
		t.Errorf("versions %s while the older object has the subject", a.raw)
	}

	k.run(t, "delete", "subject", "e2e-first", "e2e-broken")
	o = k.awaitCondition(t, "subject", "e2e-second", "Ready", "True", time.Minute)
	if o.Status.Ownership != "Adopted" || o.Status.Version != 2.0 {
		t.Errorf("after the older object is gone: %+v", o.Status)
	}
	k.run(t, "delete", "subject", "e2e-second")
}
