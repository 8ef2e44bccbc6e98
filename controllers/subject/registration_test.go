package subject

import (
	"testing"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/verdict"
)

// TestRegistrationHash: equal wishes have one hash, each other has another, and
// one without metadata and rules has the hash that it has always had: a status
// that was written by an older operator holds it.
func TestRegistrationHash(t *testing.T) {
	t.Parallel()
	hash := func(m *v1alpha1.SchemaMetadata, r *v1alpha1.RuleSet) string {
		s := &v1alpha1.Subject{Spec: v1alpha1.SubjectSpec{Metadata: m, RuleSet: r}}
		return hashOf(&verdict.Input{Subject: s, Source: &verdict.Source{Text: `"string"`}})
	}
	metadata := func(tags ...v1alpha1.MetadataName) *v1alpha1.SchemaMetadata {
		return &v1alpha1.SchemaMetadata{Properties: map[string]v1alpha1.MetadataValue{"owner": "a", "b": "c"}, Tags: map[string]v1alpha1.MetadataTags{"x": tags}}
	}
	rules := &v1alpha1.RuleSet{DomainRules: []v1alpha1.Rule{{Name: "r", Kind: "CONDITION", Mode: "WRITE", Type: "CEL"}}}

	if got, want := hash(nil, nil), "74b7a614cf4cbc23f7e6e55a30c2ae4d900eeb9a5fb965b0b4977c9754bfa09a"; got != want {
		t.Errorf("the hash of a plain schema is %s, it was %s", got, want)
	}
	if hash(metadata("PII", "GDPR"), nil) != hash(metadata("GDPR", "PII"), nil) {
		t.Error("the order of tags counts")
	}
	seen := map[string]bool{}
	for _, h := range []string{hash(nil, nil), hash(metadata("PII"), nil), hash(metadata("GDPR"), nil), hash(nil, rules), hash(metadata("PII"), rules)} {
		if seen[h] {
			t.Errorf("%s twice", h)
		}
		seen[h] = true
	}
}
