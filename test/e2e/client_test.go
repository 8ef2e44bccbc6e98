//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// clientPod is a pod of the image that hack/e2e.sh builds from ./client.
func clientPod(t *testing.T, k *kubectl, name string, args ...string) {
	t.Helper()
	image := os.Getenv("PLASTRON_E2E_CLIENT")
	if image == "" {
		t.Fatal("PLASTRON_E2E_CLIENT is unset: run these tests with make e2e")
	}
	k.apply(t, fmt.Sprintf(`
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 1
  securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: client
      image: %s
      imagePullPolicy: Never
      args: ["%s"]
      securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
      volumeMounts: [{name: tmp, mountPath: /tmp}]
  volumes: [{name: tmp, emptyDir: {}}]
`, name, image, strings.Join(args, `", "`)))
	t.Cleanup(func() {
		// The context of the test is over by now.
		if _, err := k.try(cleanupContext(t), "", "delete", "pod", name, "--ignore-not-found", "--grace-period=1"); err != nil {
			t.Error(err)
		}
	})
}

// awaitLog waits until the pod has printed the text and returns all that it
// printed. A pod that failed ends the test.
func awaitLog(t *testing.T, k *kubectl, pod, text string, limit time.Duration) string {
	t.Helper()
	var log string
	await(t, fmt.Sprintf("%q from pod %s", text, pod), limit, func() string {
		if phase := k.run(t, "get", "pod", pod, "-o", "jsonpath={.status.phase}"); phase == "Pending" {
			return "the pod is pending"
		}
		log = k.run(t, "logs", pod)
		if strings.Contains(log, text) {
			return ""
		}
		if k.run(t, "get", "pod", pod, "-o", "jsonpath={.status.phase}") == "Failed" {
			t.Fatalf("pod %s failed: %s", pod, k.run(t, "logs", pod))
		}
		return "so far: " + log
	})
	return log
}

// clientStory registers, produces and consumes from inside the cluster.
func clientStory(t *testing.T, k *kubectl) {
	clientPod(t, k, "e2e-client", "round-trip",
		fmt.Sprintf("http://%s.default.svc:%d", registryName, registryPort), fmt.Sprintf("http://%s.default.svc:%d", proxyName, proxyPort))
	t.Log(awaitLog(t, k, "e2e-client", "round trip with schema id", 2*time.Minute))
}
