//go:build e2e

package e2e

import "testing"

// TestStories runs the stories in an order in which each leaves what the next
// one starts from. A failed story ends the run: what follows would only repeat
// its message.
func TestStories(t *testing.T) {
	k := newKubectl(t)
	for _, story := range []struct {
		name string
		run  func(*testing.T, *kubectl)
	}{
		{"the samples become ready and carry a record", samplesStory},
		{"an idle operator writes nothing", idleStory},
		{"a pod uses registry and proxy by the names of their Services", clientStory},
		{"a rolling update loses no write and takes the primary last", rollStory},
		{"writes survive the death of the primary", failoverStory},
		{"a deleted Subject leaves its schema and is adopted again", subjectLifecycleStory},
		{"a wrong Subject says what to do", wrongSubjectStory},
		{"what a registry has is adopted, and nothing else", adoptionStory},
		{"of two Subjects for one subject the older one wins, also without the webhook", conflictStory},
		{"a folder of manifests is applied, changed and reverted", gitopsStory},
		{"changes wait for a registry that is down", outageStory},
		{"a namespace goes and what its Subjects stand for stays", namespaceStory},
		{"passwords and certificates rotate in running pods", rotationStory},
		{"an upgrade from the chart before rolls nothing but the operator", upgradeStory},
		{"uninstalling leaves the custom resources, deleting them leaves nothing", uninstallStory},
	} {
		if !t.Run(story.name, func(t *testing.T) { story.run(t, k) }) {
			k.diagnose(t)
			return
		}
	}
}
