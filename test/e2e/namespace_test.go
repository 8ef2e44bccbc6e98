//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// namespaceStory deletes a namespace with Subjects of every deletion policy:
// it is gone within a minute, and the registry keeps every subject.
func namespaceStory(t *testing.T, k *kubectl) {
	const name = "e2e-gone"
	k.run(t, "create", "namespace", name)
	in := k.in(name)
	in.apply(t, fmt.Sprintf(`
apiVersion: plastron.dev/v1alpha1
kind: SchemaRegistry
metadata: {name: registry}
spec:
  type: External
  external: {urls: ["http://%s.default.svc:%d"]}
`, registryName, registryPort))
	policies := []string{"Retain", "SoftDelete", "HardDelete"}
	subject := func(policy string) string { return "e2e-gone-" + strings.ToLower(policy) }
	for _, policy := range policies {
		in.apply(t, subjectManifest(subject(policy), subject(policy), accountV1, "  deletionPolicy: "+policy+"\n"))
	}
	for _, policy := range policies {
		in.awaitCondition(t, "subject", subject(policy), "Ready", "True", time.Minute)
	}

	k.run(t, "delete", "namespace", name, "--timeout=60s")
	registry := k.forward(t, "svc/"+registryName, registryPort)
	for _, policy := range policies {
		if a := must(t, "GET", registry+"/subjects/"+subject(policy)+"/versions", "", ""); a.raw != "[1]" {
			t.Errorf("policy %s: the registry has versions %s, want [1]", policy, a.raw)
		}
	}
}
