package envtest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

func owner(name v1alpha1.MetadataValue) func(*v1alpha1.SubjectSpec) {
	return func(s *v1alpha1.SubjectSpec) {
		s.Metadata = &v1alpha1.SchemaMetadata{
			Properties: map[string]v1alpha1.MetadataValue{"owner": name, "unit": "kg"},
			Tags:       map[string]v1alpha1.MetadataTags{"Order.id": {"PII", "GDPR"}}, Sensitive: []v1alpha1.MetadataName{"owner"},
		}
	}
}

// TestMetadataIsAPartOfTheVersion: metadata goes with the schema, a change of it
// is a new version with another id, nothing is written once it is there, and who
// stops to speak of it keeps the version.
func TestMetadataIsAPartOfTheVersion(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	registry := own(t, ns)
	reg := get(t, &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "reg"}})
	if c := reg.Status.Capabilities; c == nil || c.Vendor != v1alpha1.VendorPlastron || !c.Has(v1alpha1.FeatureMetadata) || c.Has(v1alpha1.FeatureRules) {
		t.Fatalf("capabilities %+v", c)
	}
	s := subject(ns, "orders", orderV1, owner("logistics"))
	create(t, s)
	first := awaitReady(t, s).Status
	text := registry.send(t, http.MethodGet, "/subjects/orders/versions/latest", "")
	for _, want := range []string{`"owner":"logistics"`, `"Order.id":["GDPR","PII"]`, `"sensitive":["owner"]`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}

	change(t, s, func(s *v1alpha1.Subject) { owner("sales")(&s.Spec) })
	second := awaitReady(t, s).Status
	if second.Version != 2 || second.SchemaID == first.SchemaID {
		t.Errorf("other metadata is version %d with id %d, it was id %d", second.Version, second.SchemaID, first.SchemaID)
	}
	// Sets have no order.
	change(t, s, func(s *v1alpha1.Subject) { slices.Reverse(s.Spec.Metadata.Tags["Order.id"]) })
	awaitReady(t, s)
	// Not spoken of, it stays.
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Metadata = nil })
	s = awaitSubject(t, awaitReady(t, s), "InSync", metav1.ConditionTrue, "")
	if s.Status.Version != 2 || s.Status.SchemaID != second.SchemaID {
		t.Errorf("released: version %d, id %d", s.Status.Version, s.Status.SchemaID)
	}
	if n := len(registry.written()); n != 2 {
		t.Errorf("%d writes to the registry: %v", n, registry.written())
	}

	// The same text with other metadata is a newer version of somebody else.
	registry.send(t, http.MethodPost, "/subjects/orders/versions", `{"schema":`+strconv.Quote(orderV1)+`,"metadata":{"properties":{"owner":"nobody"}}}`)
	awaitSubject(t, s, "InSync", metav1.ConditionFalse, v1alpha1.ReasonNewerVersionInRegistry)
}

// TestMetadataWhereThereIsNone: a registry that would leave metadata, rules or
// modes out is not written to, until it is one that has them.
func TestMetadataWhereThereIsNone(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := newFakeRegistry()
	fake.version = "5.0.3"
	externalAt(t, ns, fake)
	rules := subject(ns, "rules", orderV1, func(s *v1alpha1.SubjectSpec) {
		s.RuleSet = &v1alpha1.RuleSet{DomainRules: []v1alpha1.Rule{{Name: "positive", Kind: "CONDITION", Mode: "WRITE", Type: "CEL", Expr: new("message.id > 0")}}}
	})
	metadata := subject(ns, "metadata", orderV1, owner("logistics"))
	modes := subject(ns, "modes", orderV1, func(s *v1alpha1.SubjectSpec) { s.Mode = new(v1alpha1.ModeOrInherit("READONLY")) })
	create(t, rules, metadata, modes)
	for _, s := range []*v1alpha1.Subject{rules, metadata, modes} {
		s = awaitSubject(t, s, "Accepted", metav1.ConditionFalse, v1alpha1.ReasonFeatureUnsupported)
		hasMessage(t, s.Status.Conditions, "Accepted", "spec.", "Karapace", "status.capabilities")
	}
	if writes := fake.writeLog(); len(writes) > 0 {
		t.Errorf("written: %v", writes)
	}
	// A change of the registry's capabilities wakes them.
	reg := &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "reg"}}
	change(t, reg, func(r *v1alpha1.SchemaRegistry) { r.Spec.External.Vendor = new(v1alpha1.VendorConfluent) })
	for _, s := range []*v1alpha1.Subject{rules, metadata, modes} {
		awaitReady(t, s)
	}
}
