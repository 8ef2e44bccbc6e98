//go:build e2e

package e2e

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// subjectManifest declares a Subject of the samples' registry with one text.
func subjectManifest(name, subject, text, more string) string {
	return `
apiVersion: plastron.dev/v1alpha1
kind: Subject
metadata: {name: ` + name + `}
spec:
  registryRef: {name: ` + registryName + `}
  name: ` + subject + `
  schema: '` + text + `'
` + more
}

const (
	accountV1 = `{"type":"record","name":"Account","fields":[{"name":"id","type":"string"}]}`
	accountV2 = `{"type":"record","name":"Account","fields":[{"name":"id","type":"string"},{"name":"note","type":"string","default":""}]}`
)

// adoptionStory declares subjects that somebody else registered: the same text
// is taken over without a new version, another one is refused until the policy
// allows a next version, and the plugin finds and adopts what is left.
func adoptionStory(t *testing.T, k *kubectl) {
	registry := k.forward(t, "svc/"+registryName, registryPort)
	for _, subject := range []string{"e2e-same", "e2e-other", "e2e-left"} {
		must(t, "POST", registry+"/subjects/"+subject+"/versions", registryJSON, schemaBody(accountV1))
	}

	k.apply(t, subjectManifest("e2e-same", "e2e-same", strings.ReplaceAll(accountV1, ",", ",  "), ""))
	o := k.awaitCondition(t, "subject", "e2e-same", "Ready", "True", time.Minute)
	if o.Status.Ownership != "Adopted" || o.Status.Version != 1.0 {
		t.Errorf("the same text: %+v", o.Status)
	}

	k.apply(t, subjectManifest("e2e-other", "e2e-other", accountV2, ""))
	o = k.awaitCondition(t, "subject", "e2e-other", "Ready", "False", time.Minute)
	if c := o.condition("Ready"); c.Reason != "AdoptionRefused" || !strings.Contains(c.Message, "IfCompatible") {
		t.Errorf("another text: %+v", c)
	}
	k.apply(t, subjectManifest("e2e-other", "e2e-other", accountV2, "  adoptionPolicy: IfCompatible\n"))
	o = k.awaitCondition(t, "subject", "e2e-other", "Ready", "True", time.Minute)
	if o.Status.Ownership != "Adopted" || o.Status.Version != 2.0 {
		t.Errorf("another text, IfCompatible: %+v", o.Status)
	}

	if out := plugin(t, k, "orphans", "--registry", registryName, "--names"); !strings.Contains(out+"\n", "e2e-left\n") || strings.Contains(out, "e2e-same") {
		t.Errorf("orphans: %s", out)
	}
	plugin(t, k, "adopt", "--registry", registryName, "e2e-left")
	o = k.awaitCondition(t, "subject", "e2e-left", "Ready", "True", time.Minute)
	if o.Status.Ownership != "Adopted" || o.Status.Version != 1.0 {
		t.Errorf("adopted by the plugin: %+v", o.Status)
	}
	plugin(t, k, "diff", "e2e-same", "e2e-other", "e2e-left")
	plugin(t, k, "status", "--fail")
	k.run(t, "delete", "subject", "e2e-same", "e2e-other", "e2e-left")
	for subject, versions := range map[string]string{"e2e-same": "[1]", "e2e-other": "[1,2]", "e2e-left": "[1]"} {
		if a := must(t, "GET", registry+"/subjects/"+subject+"/versions", "", ""); a.raw != versions {
			t.Errorf("%s has versions %s, want %s", subject, a.raw, versions)
		}
	}
}

// plugin runs kubectl-plastron, which finds kubectl in its PATH.
func plugin(t *testing.T, k *kubectl, args ...string) string {
	t.Helper()
	program := os.Getenv("PLASTRON_E2E_PLUGIN")
	if program == "" {
		t.Fatal("PLASTRON_E2E_PLUGIN is unset: run these tests with make e2e")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append([]string{"--namespace=" + k.namespace}, args...)...)
	cmd.Env = append(os.Environ(), "PATH="+strings.TrimSuffix(k.program, "/kubectl")+":"+os.Getenv("PATH"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("kubectl plastron %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	return strings.TrimSpace(string(out))
}
