package verdict

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// TestRegistryIsAble: what a registry is known not to have is refused by name,
// and what is not known is not.
func TestRegistryIsAble(t *testing.T) {
	t.Parallel()
	f := func(spec v1alpha1.SubjectSpec, can *v1alpha1.Capabilities, want ...string) {
		t.Helper()
		spec.RegistryRef.Name = "main"
		in := &Input{Subject: &v1alpha1.Subject{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "s"}, Spec: spec}}
		in.Registry = Registry{Found: true, Can: can}
		s := Accept().First(in)
		if (s != nil) != (len(want) > 0) {
			t.Fatalf("%+v with %+v: %+v", spec, can, s)
		}
		for _, w := range want {
			if s.Reason != v1alpha1.ReasonFeatureUnsupported || !strings.Contains(s.Message, w) {
				t.Errorf("%+v does not name %q", s, w)
			}
		}
	}
	metadata := v1alpha1.SubjectSpec{Metadata: &v1alpha1.SchemaMetadata{}}
	rules := v1alpha1.SubjectSpec{RuleSet: &v1alpha1.RuleSet{}}
	mode := v1alpha1.SubjectSpec{Mode: new(v1alpha1.ModeOrInherit("READONLY"))}
	inherit := v1alpha1.SubjectSpec{Mode: new(v1alpha1.InheritMode)}
	karapace := &v1alpha1.Capabilities{Vendor: v1alpha1.VendorKarapace}
	own := &v1alpha1.Capabilities{Vendor: v1alpha1.VendorPlastron, Features: []v1alpha1.Feature{v1alpha1.FeatureMetadata, v1alpha1.FeatureModeWrite}}

	f(v1alpha1.SubjectSpec{}, karapace)
	f(metadata, nil)
	f(metadata, own)
	f(metadata, karapace, "spec.metadata", "Metadata", "Karapace", "ns/main")
	f(rules, own, "spec.ruleSet", "Rules", "Plastron")
	f(mode, own)
	f(mode, karapace, "spec.mode", "ModeWrite")
	f(inherit, karapace)
}
