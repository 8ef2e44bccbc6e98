//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"
)

// outageStory stops the registry, changes objects meanwhile, and starts it
// again: what was Ready stays so, what is new waits and says for what, and all
// of it happens without a hand when the registry is back.
func outageStory(t *testing.T, k *kubectl) {
	k.apply(t, subjectManifest("e2e-edited", "e2e-edited", accountV1, ""))
	k.awaitCondition(t, "subject", "e2e-edited", "Ready", "True", time.Minute)

	k.run(t, "scale", "schemaregistry", registryName, "--replicas=0")
	await(t, "the registry not to answer any more", 2*time.Minute, func() string {
		if c := k.get(t, "schemaregistry", registryName).condition("Reachable"); c.Status == "True" {
			return c.Message
		}
		return ""
	})
	k.apply(t, subjectManifest("e2e-edited", "e2e-edited", accountV2, ""))
	k.apply(t, subjectManifest("e2e-new", "e2e-new", accountV1, ""))
	await(t, "the new Subject to say what it waits for", time.Minute, func() string {
		c := k.get(t, "subject", "e2e-new").condition("Ready")
		if c.Status == "True" || c.Reason != "RegistryUnreachable" || !strings.Contains(c.Message, registryName) {
			return c.Status + " " + c.Reason + " " + c.Message
		}
		return ""
	})
	if c := k.get(t, "subject", ordersSubject).condition("Ready"); c.Status != "True" {
		t.Errorf("an unchanged Subject: %+v", c)
	}

	k.run(t, "scale", "schemaregistry", registryName, "--replicas=2")
	k.awaitCondition(t, "schemaregistry", registryName, "Ready", "True", 2*time.Minute)
	k.awaitCondition(t, "subject", "e2e-new", "Ready", "True", time.Minute)
	await(t, "the edited Subject to have version 2", time.Minute, func() string {
		if o := k.get(t, "subject", "e2e-edited"); o.Status.Version != 2.0 {
			return o.condition("Ready").Message
		}
		return ""
	})
	k.run(t, "delete", "subject", "e2e-edited", "e2e-new")
}
