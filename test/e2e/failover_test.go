//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// failoverStory deletes the primary's pod by force and registers through the
// survivor once the primary's process is gone. Every id that was given before
// and after stands for one schema. (How long a primary is missed that gives no
// sign of leaving is tested in runtime/election, where it can be arranged.)
func failoverStory(t *testing.T, k *kubectl) {
	primary := primaryPod(t, k)
	survivor := otherPod(t, k, primary)
	registry := k.forward(t, "pod/"+survivor, registryPort)
	ids := map[int]string{}
	for i := range 5 {
		register(t, registry, ids, fmt.Sprintf(`{"type":"record","name":"Before%d","fields":[]}`, i))
	}

	old := k.forward(t, "pod/"+primary, registryPort)
	must(t, "GET", old+"/", "", "")
	k.run(t, "delete", "pod", primary, "--grace-period=0", "--force", "--wait=false")
	// Until then the survivor would hand the registration to the old primary.
	await(t, "the process of the primary to end", time.Minute, func() string {
		if a, err := call(t.Context(), "GET", old+"/", "", ""); err == nil {
			return fmt.Sprintf("it answers %d", a.status)
		}
		return ""
	})
	start := time.Now()
	text := `{"type":"record","name":"After","fields":[]}`
	await(t, "a registration through the survivor", 60*time.Second, func() string {
		a, err := call(t.Context(), "POST", registry+"/subjects/failover/versions", registryJSON, schemaBody(text))
		if err != nil || a.status != 200 {
			return fmt.Sprintf("%d %s %v", a.status, a.raw, err)
		}
		return ""
	})
	t.Logf("writes again %s after the end of the primary %s", time.Since(start).Round(100*time.Millisecond), primary)

	register(t, registry, ids, text)
	for i := range 5 {
		register(t, registry, ids, fmt.Sprintf(`{"type":"record","name":"Later%d","fields":[]}`, i))
	}
	for id, want := range ids {
		a := must(t, "GET", fmt.Sprintf("%s/schemas/ids/%d", registry, id), "", "")
		if got := field[string](t, a, "schema"); !strings.Contains(got, want) {
			t.Errorf("id %d stands for %s, it was given to %s", id, got, want)
		}
	}
	k.awaitCondition(t, "schemaregistry", registryName, "Ready", "True", 2*time.Minute)
}

// register registers the text and remembers its name under the id; an id that
// is known already for another text ends the test.
func register(t *testing.T, registry string, ids map[int]string, text string) {
	t.Helper()
	a := must(t, "POST", registry+"/subjects/failover-"+recordName(text)+"/versions", registryJSON, schemaBody(text))
	id := int(field[float64](t, a, "id"))
	if known, ok := ids[id]; ok && known != recordName(text) {
		t.Fatalf("id %d was given to %s and to %s", id, known, recordName(text))
	}
	ids[id] = recordName(text)
}

func recordName(text string) string {
	_, rest, _ := strings.Cut(text, `"name":"`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

// primaryPod asks a registry pod who the primary is and returns that pod's name.
func primaryPod(t *testing.T, k *kubectl) string {
	t.Helper()
	var name string
	registry := k.forward(t, "svc/"+registryName, registryPort)
	await(t, "a primary to be known", 60*time.Second, func() string {
		a, err := call(t.Context(), "GET", registry+"/_health", "", "")
		if err != nil {
			return err.Error()
		}
		_, rest, found := strings.Cut(a.raw, `"schema_registry_primary_url":"http://`)
		if !found {
			return a.raw
		}
		name, _, _ = strings.Cut(rest, ".")
		return ""
	})
	return name
}

func otherPod(t *testing.T, k *kubectl, pod string) string {
	t.Helper()
	for _, o := range k.list(t, "pods", "-l", "plastron.dev/registry="+registryName) {
		if o.Metadata.Name != pod {
			return o.Metadata.Name
		}
	}
	t.Fatalf("no registry pod beside %s", pod)
	return ""
}
