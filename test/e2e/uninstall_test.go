//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"
)

// uninstallStory removes the operator: its custom resources and the registry
// they run stay. Then it removes the custom resources: nothing of them stays
// but the topic in Kafka.
func uninstallStory(t *testing.T, k *kubectl) {
	helm(t, "uninstall", "plastron", "--namespace", "plastron-system", "--wait")
	await(t, "the operator's pod to go", time.Minute, func() string {
		return k.run(t, "get", "pods", "-n", "plastron-system", "-l", "app.kubernetes.io/name=plastron", "-o", "name")
	})
	if len(k.list(t, "subject")) < 3 {
		t.Error("uninstalling the operator took Subjects with it")
	}
	registry := k.forward(t, "svc/"+registryName, registryPort)
	must(t, "GET", registry+"/subjects", "", "")

	k.run(t, "delete", "-k", "config/samples", "--timeout=60s")
	await(t, "the workloads to go", 2*time.Minute, func() string {
		return strings.Join(strings.Fields(k.run(t, "get", "statefulset,deployment,service,configmap,poddisruptionbudget,pods",
			"-l", "app.kubernetes.io/managed-by=plastron", "-o", "name")), " ")
	})
}
