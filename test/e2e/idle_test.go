//go:build e2e

package e2e

import (
	"testing"
	"time"
)

// idleStory watches everything the operator owns for a while in which nobody
// asks for anything: a resource version that moves is a write per loop.
func idleStory(t *testing.T, k *kubectl) {
	kinds := "schemaregistry,restproxy,subject,statefulset,deployment,service,configmap,poddisruptionbudget"
	await(t, "the last rollout to settle", time.Minute, func() string {
		before := versions(k.list(t, kinds))
		time.Sleep(5 * time.Second)
		return changed(before, versions(k.list(t, kinds)))
	})
	before := versions(k.list(t, kinds))
	time.Sleep(20 * time.Second)
	if c := changed(before, versions(k.list(t, kinds))); c != "" {
		t.Fatalf("an idle operator wrote: %s", c)
	}
}

func versions(objects []object) map[string]string {
	all := map[string]string{}
	for _, o := range objects {
		all[o.Metadata.Name+" "+o.Metadata.UID] = o.Metadata.ResourceVersion
	}
	return all
}

func changed(before, after map[string]string) string {
	for name, version := range after {
		if before[name] != version {
			return name + ": resourceVersion " + before[name] + " -> " + version
		}
	}
	return ""
}
