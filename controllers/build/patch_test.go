package build

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

func TestTemplatePatch(t *testing.T) {
	t.Parallel()
	bare, err := Registry(registry(), plain())
	if err != nil {
		t.Fatal(err)
	}
	build := func(patch string) (Children, error) {
		return Registry(registry(func(s *v1alpha1.SchemaRegistrySpec) {
			s.Template = &v1alpha1.WorkloadTemplate{PodTemplatePatch: &runtime.RawExtension{Raw: []byte(patch)}}
		}), plain())
	}
	f := func(patch string, want ...string) {
		t.Helper()
		c, err := build(patch)
		if err != nil {
			t.Fatalf("%s: %v", patch, err)
		}
		added := addedLines(render(t, bare), render(t, c))
		for _, line := range want {
			if !strings.Contains(strings.Join(added, "\n"), line) {
				t.Errorf("%s: no %q in %v", patch, line, added)
			}
		}
	}
	refused := func(patch string, words ...string) {
		t.Helper()
		_, err := build(patch)
		for _, w := range append(words, "spec.template.podTemplatePatch") {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v should name %q", patch, err, w)
			}
		}
	}

	f(`{}`)
	f(`{"spec":{"runtimeClassName":"gvisor","hostAliases":[{"ip":"10.0.0.1","hostnames":["kafka"]}]}}`, "runtimeClassName: gvisor", "- kafka")
	f(`{"spec":{"containers":[{"name":"agent","image":"agent:1"}]}}`, "name: agent", "image: agent:1")
	f(`{"spec":{"containers":[{"name":"schema-registry","lifecycle":{"preStop":{"sleep":{"seconds":3}}},"startupProbe":{"failureThreshold":9}}]}}`,
		"seconds: 3", "failureThreshold: 9")
	f(`{"metadata":{"labels":{"team":"a"},"annotations":{"x":"y"}},"spec":{"volumes":[{"name":"tmp","emptyDir":{}}]}}`, "team: a", "x: \"y\"", "name: tmp")
	f(`{"spec":{"topologySpreadConstraints":null}}`)

	refused(`[]`)
	refused(`{"spec":{"containers":"x"}}`)
	refused(`{"spec":{"runtimeClass":"gvisor"}}`, "runtimeClass")
	refused(`{"metadata":{"labels":{"app.kubernetes.io/name":"x"}}}`, "metadata.labels[app.kubernetes.io/name]")
	refused(`{"metadata":{"$patch":"delete"}}`, "metadata.labels")
	refused(`{"spec":null}`, "must not change spec")
	refused(`{"spec":{"containers":[{"name":"schema-registry","$patch":"delete"}]}}`, "spec.containers[schema-registry]")
	refused(`{"spec":{"containers":[{"name":"schema-registry","args":["rest"]}]}}`, "args")
	refused(`{"spec":{"containers":[{"name":"schema-registry","command":["sh"]}]}}`, "command")
	refused(`{"spec":{"containers":[{"name":"schema-registry","env":[{"name":"KARAPACE_PORT","value":"1"}]}]}}`, "env")
	refused(`{"spec":{"containers":[{"name":"schema-registry","ports":[{"containerPort":8081,"$patch":"delete"}]}]}}`, "ports")
	refused(`{"spec":{"containers":[{"name":"schema-registry","readinessProbe":{"httpGet":{"path":"/"}}}]}}`, "readinessProbe")
	refused(`{"spec":{"containers":[{"name":"schema-registry","livenessProbe":null}]}}`, "livenessProbe")
}

func FuzzTemplatePatch(f *testing.F) {
	f.Add(`{"spec":{"containers":[{"name":"schema-registry","args":["rest"]}]}}`)
	f.Add(`{"metadata":{"$patch":"replace","labels":{"a":"b"}}}`)
	f.Add(`{"spec":{"$setElementOrder/containers":[{"name":"x"}],"$deleteFromPrimitiveList/x":[1]}}`)
	f.Fuzz(func(t *testing.T, patch string) {
		r := registry(func(s *v1alpha1.SchemaRegistrySpec) {
			s.Template = &v1alpha1.WorkloadTemplate{PodTemplatePatch: &runtime.RawExtension{Raw: []byte(patch)}}
		})
		c, err := Registry(r, plain())
		if err == nil && !strings.Contains(render(t, c), "name: schema-registry") {
			t.Errorf("%s took the container away", patch)
		}
	})
}
