//go:build e2e

package e2e

import (
	"testing"
	"time"
)

// gitopsStory applies a kustomize base, its overlay, and the base again, with
// server-side apply and the field manager of Argo CD: it never meets a
// conflict with what the operator writes. The overlay makes a next version,
// which what refers to it follows; going back makes none and is told.
func gitopsStory(t *testing.T, k *kubectl) {
	apply := func(folder string) {
		k.run(t, "apply", "--server-side", "--field-manager=argocd-controller", "-k", "test/e2e/testdata/gitops/"+folder)
	}
	registry := k.forward(t, "svc/"+registryName, registryPort)
	const invoice, batch = "e2e-gitops-invoice", "e2e-gitops-batch"
	settled := func(subject, versions string) {
		t.Helper()
		await(t, subject+" to have versions "+versions, time.Minute, func() string {
			a, err := call(t.Context(), "GET", registry+"/subjects/"+subject+"/versions", "", "")
			if err != nil || a.raw != versions {
				return a.raw
			}
			return ""
		})
		k.awaitCondition(t, "subject", subject, "Ready", "True", time.Minute)
	}

	apply("base")
	settled(invoice, "[1]")
	settled(batch, "[1]")
	before := k.get(t, "subject", invoice).Metadata.Generation
	apply("base")
	if after := k.get(t, "subject", invoice).Metadata.Generation; after != before {
		t.Errorf("applied again, the object has generation %d, before %d", after, before)
	}

	apply("overlay")
	settled(invoice, "[1,2]")
	settled(batch, "[1,2]")
	if a := must(t, "GET", registry+"/config/"+invoice, "", ""); field[string](t, a, "compatibilityLevel") != "FULL" {
		t.Errorf("the level: %s", a.raw)
	}

	apply("base")
	o := k.awaitCondition(t, "subject", invoice, "InSync", "False", time.Minute)
	if c := o.condition("InSync"); c.Reason != "SupersededByNewer" {
		t.Errorf("back at the older text: %+v", c)
	}
	settled(invoice, "[1,2]")
	apply("overlay")
	k.awaitCondition(t, "subject", invoice, "InSync", "True", time.Minute)
	settled(invoice, "[1,2]")
	k.run(t, "delete", "-k", "test/e2e/testdata/gitops/overlay", "--timeout=60s")
}
