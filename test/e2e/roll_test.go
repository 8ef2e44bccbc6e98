//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// rollStory replaces all pods of the registry while a pod registers a schema
// every 50 ms and reads at the same pace. Each registration is acknowledged in
// the end, each that was is still there, no id stands for two schemas, no read
// fails, and the primary is the last to be replaced.
func rollStory(t *testing.T, k *kubectl) {
	primary := primaryPod(t, k)
	clientPod(t, k, "e2e-writer", "write", fmt.Sprintf("http://%s.default.svc:%d", registryName, registryPort))
	awaitLog(t, k, "e2e-writer", "writing", time.Minute)

	before := uids(t, k)
	k.run(t, "patch", "schemaregistry", registryName, "--type=merge", "-p",
		fmt.Sprintf(`{"spec":{"template":{"annotations":{"e2e":"roll-%d"}}}}`, time.Now().Unix()))
	last := ""
	await(t, "all pods to be new", 3*time.Minute, func() string {
		now := uids(t, k)
		for pod, uid := range before {
			if now[pod] != uid && now[pod] != "" {
				last = pod
				t.Logf("%s is new; the primary was %s", pod, primary)
				delete(before, pod)
			}
		}
		if len(before) > 0 {
			return fmt.Sprintf("%d are old", len(before))
		}
		return ""
	})
	if last != primary {
		t.Errorf("the last pod to be replaced was %s, the primary was %s", last, primary)
	}
	k.awaitCondition(t, "schemaregistry", registryName, "Deployed", "True", 2*time.Minute)

	k.run(t, "exec", "e2e-writer", "--", "/app", "stop")
	log := awaitLog(t, k, "e2e-writer", `"writes":`, 2*time.Minute)
	var r struct {
		Writes, Retried, Lost, Reads int
		GivenUp                      int   `json:"given_up"`
		LongestMillis                int64 `json:"longest_ms"`
		SameID                       int   `json:"same_id"`
		FailedReads                  int   `json:"failed_reads"`
	}
	lines := strings.Split(log, "\n")
	line := lines[len(lines)-1]
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	t.Log(line)
	if r.Writes < 50 || r.Lost > 0 || r.GivenUp > 0 || r.SameID > 0 || r.FailedReads > 0 {
		t.Errorf("of the writes during the roll: %s", line)
	}
	k.awaitCondition(t, "schemaregistry", registryName, "Ready", "True", 2*time.Minute)
}

// uids of the registry's pods by name.
func uids(t *testing.T, k *kubectl) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pod := range k.list(t, "pods", "-l", "plastron.dev/registry="+registryName) {
		all[pod.Metadata.Name] = pod.Metadata.UID
	}
	return all
}
