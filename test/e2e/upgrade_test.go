//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// helm runs the Helm of hack/tools.
func helm(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"tool", "-modfile=hack/tools/go.mod", "helm"}, args...)...)
	cmd.Dir = repository
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("helm %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// upgradeStory installs the chart of the commit before and upgrades it to
// today's: the CRDs with their objects stay, no pod of a registry or proxy is
// replaced, and no Subject is registered again.
func upgradeStory(t *testing.T, k *kubectl) {
	before := previousChart(t)
	values := []string{"--namespace", "plastron-system", "--reuse-values", "--wait", "--timeout", "3m"}
	helm(t, append([]string{"upgrade", "plastron", before}, values...)...)
	k.awaitCondition(t, "schemaregistry", registryName, "Ready", "True", time.Minute)
	pods := versionlessUIDs(t, k)
	registry := k.forward(t, "svc/"+registryName, registryPort)
	subjects := must(t, "GET", registry+"/schemas", "", "").raw

	helm(t, append([]string{"upgrade", "plastron", "charts/plastron"}, values...)...)
	for _, kind := range []string{"schemaregistry", "restproxy", "subject"} {
		for _, o := range k.list(t, kind) {
			k.awaitCondition(t, kind, o.Metadata.Name, "Ready", "True", time.Minute)
		}
	}
	if after := versionlessUIDs(t, k); after != pods {
		t.Errorf("pods after the upgrade:\n%s\nbefore:\n%s", after, pods)
	}
	if after := must(t, "GET", registry+"/schemas", "", "").raw; after != subjects {
		t.Errorf("the registry after the upgrade:\n%s\nbefore:\n%s", after, subjects)
	}
}

// versionlessUIDs lists the workloads' pods with their UIDs.
func versionlessUIDs(t *testing.T, k *kubectl) string {
	t.Helper()
	var lines []string
	for _, o := range k.list(t, "pods", "-l", "app.kubernetes.io/managed-by=plastron") {
		lines = append(lines, o.Metadata.Name+" "+o.Metadata.UID)
	}
	return strings.Join(lines, "\n")
}

// previousChart returns a folder with the chart of the commit before this one;
// today's where there is none, as in a clone of depth 1: Helm and the manager
// then go through the same steps, only with nothing new in them.
func previousChart(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	archive := folder + "/chart.tar"
	git := exec.CommandContext(t.Context(), "git", "archive", "--output="+archive, "HEAD^", "charts/plastron")
	git.Dir = repository
	if out, err := git.CombinedOutput(); err != nil {
		t.Logf("the chart is upgraded over itself, a clone of depth 2 would have the one before: %v\n%s", err, out)
		return "charts/plastron"
	}
	tar := exec.CommandContext(t.Context(), "tar", "-xf", archive, "-C", folder)
	if out, err := tar.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, err := os.Stat(folder + "/charts/plastron/Chart.yaml"); err != nil {
		t.Fatal(fmt.Errorf("the chart before: %w", err))
	}
	return folder + "/charts/plastron"
}
