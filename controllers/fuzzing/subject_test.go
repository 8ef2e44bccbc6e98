package fuzzing

import (
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/subject"
)

// typedText is a schema text of a type.
type typedText struct {
	of   v1alpha1.SchemaType
	text string
}

func texts() []typedText {
	return []typedText{
		{v1alpha1.Avro, `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`},
		{v1alpha1.Avro, `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"n","type":"int"}]}`},
		{v1alpha1.Avro, `{"type":"record","name":"Order","fields":[{"name":"m","type":"Money"}]}`},
		{v1alpha1.Avro, `"string"`},
		{v1alpha1.JSON, `{"type":"object","properties":{"a":{"type":"integer"}}}`},
		{v1alpha1.JSON, `{"type":"object","properties":{"a":{"type":"string"}}}`},
		{v1alpha1.Protobuf, "syntax = \"proto3\";\nmessage A { int32 n = 1; }\n"},
		{v1alpha1.Protobuf, "syntax = \"proto3\";\nimport \"m.proto\";\nmessage A { M m = 1; }\n"},
		{v1alpha1.Avro, `{`},
	}
}

// names are those of subjects in the registry.
func names() []string { return []string{"orders", "a/b %:Ü", "money", "other"} }

func registryObject(c *choice) *v1alpha1.SchemaRegistry {
	r := &v1alpha1.SchemaRegistry{ObjectMeta: meta("reg"), Spec: v1alpha1.SchemaRegistrySpec{
		Type: v1alpha1.External, External: &v1alpha1.ExternalRegistry{URLs: []v1alpha1.RegistryURL{"http://registry.example.org"}},
	}}
	status := pick(c, metav1.ConditionTrue, metav1.ConditionTrue, metav1.ConditionTrue, metav1.ConditionFalse, "")
	if status != "" {
		r.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReachable, Status: status, Reason: "Reason", Message: "message"}}
	}
	if c.of(4) == 1 {
		r.Spec.Policy = &v1alpha1.SubjectPolicy{
			MaxDeletionPolicy:            maybe(c, v1alpha1.Retain, v1alpha1.SoftDelete, v1alpha1.HardDelete),
			DeleteOnNamespaceTermination: maybe(c, true, false),
			Admission:                    maybe(c, v1alpha1.AdmissionWarn, v1alpha1.AdmissionEnforce),
		}
	}
	if c.of(4) == 1 {
		r.Spec.AllowedSubjects = []v1alpha1.SubjectAllowance{{
			Namespaces: v1alpha1.NamespaceScope{From: pick(c, v1alpha1.NamespacesSame, v1alpha1.NamespacesAll)},
			Names:      pick(c, nil, []v1alpha1.SubjectPattern{"o*"}, []v1alpha1.SubjectPattern{"?"}),
		}}
	}
	return r
}

// subjectObject is a Subject that the CRD accepts.
func subjectObject(c *choice, name, raw string) *v1alpha1.Subject {
	s := &v1alpha1.Subject{ObjectMeta: meta(name), Spec: v1alpha1.SubjectSpec{
		RegistryRef:      v1alpha1.RegistryReference{Name: pick(c, "reg", "reg", "reg", "gone"), Namespace: pick(c, nil, nil, new("ns"), new("elsewhere"))},
		Compatibility:    maybe(c, v1alpha1.Inherit, "NONE", "BACKWARD", "FULL_TRANSITIVE"),
		AdoptionPolicy:   maybe(c, v1alpha1.AdoptIfIdentical, v1alpha1.AdoptIfCompatible, v1alpha1.AdoptNever),
		DeletionPolicy:   maybe(c, v1alpha1.Retain, v1alpha1.SoftDelete, v1alpha1.HardDelete),
		DriftPolicy:      maybe(c, v1alpha1.DriftRepair, v1alpha1.DriftReport),
		ManagementPolicy: maybe(c, v1alpha1.ManageFull, v1alpha1.ManageObserve),
		RequireLatest:    maybe(c, true, false),
		Mode:             maybe(c, v1alpha1.InheritMode, "READWRITE", "READONLY", "IMPORT"),
		Normalize:        maybe(c, true, false),
	}}
	if c.yes() {
		s.Spec.Name = new(pick(c, names()...))
	}
	annotate(c, s)
	text := pick(c, texts()...)
	switch c.of(5) {
	default:
		s.Spec.Schema, s.Spec.SchemaType = &text.text, text.of
	case 2:
		s.Spec.SchemaFrom = &v1alpha1.SchemaSource{ConfigMapKeyRef: &v1alpha1.ConfigMapKeyReference{
			Name: pick(c, "schemas", "gone"), Key: pick(c, "a", "b", "gone"),
		}}
		s.Spec.SchemaType = text.of
	case 3:
		if raw != "" {
			s.Spec.Schema, s.Spec.SchemaType = &raw, text.of
		}
	case 4:
	}
	if !s.HasSchema() && s.Spec.Compatibility == nil && s.Spec.Mode == nil {
		s.Spec.Compatibility = new(v1alpha1.LevelOrInherit("FULL"))
	}
	if s.HasSchema() {
		s.Spec.References = references(c, name)
	}
	if s.Observes() {
		s.Spec.DeletionPolicy = nil
	}
	remembered(c, s)
	return s
}

func references(c *choice, of string) []v1alpha1.SchemaReference {
	var refs []v1alpha1.SchemaReference
	for _, name := range []string{"Money", "m.proto"} {
		ref := v1alpha1.SchemaReference{Name: name, Version: maybe[int32](c, 1, 2, 7)}
		switch c.of(4) {
		case 1:
			ref.Subject = new(pick(c, names()...))
		case 2:
			ref.SubjectRef = &v1alpha1.LocalSubjectReference{Name: pick(c, "money", "second", "gone")}
			if ref.SubjectRef.Name == of {
				continue
			}
		default:
			continue
		}
		refs = append(refs, ref)
	}
	return refs
}

// remembered gives the object a past.
func remembered(c *choice, s *v1alpha1.Subject) {
	if !c.yes() {
		return
	}
	s.Status.Ownership = pick(c, "", v1alpha1.OwnershipCreated, v1alpha1.OwnershipAdopted, v1alpha1.OwnershipObserved)
	s.Status.SchemaID, s.Status.Version = int32(c.of(3)), int32(c.of(3))
	s.Status.SchemaHash = pick(c, "", "another")
	s.Status.ObservedGeneration = int64(c.of(2))
	if c.yes() {
		s.Status.Applied = &v1alpha1.AppliedSettings{Compatibility: pick[v1alpha1.Level](c, "", "FULL", "NONE")}
	}
	if c.of(4) == 1 {
		s.Status.Conditions = []metav1.Condition{{
			Type: pick(c, v1alpha1.ConditionReady, v1alpha1.ConditionStalled, v1alpha1.ConditionInSync), Status: metav1.ConditionTrue, Reason: "Old",
			ObservedGeneration: 1, LastTransitionTime: metav1.NewTime(clock().Add(-time.Minute)),
		}}
	}
	if c.of(3) == 1 { // It is being deleted.
		s.Finalizers = []string{pick(c, v1alpha1.FinalizerSubject, "example.org/other")}
		s.DeletionTimestamp = new(metav1.NewTime(clock().Add(-time.Duration(c.of(2)) * time.Hour)))
	}
}

// FuzzSubject reconciles a Subject among others.
func FuzzSubject(f *testing.F) {
	k := newKinds(f)
	seed(f, 48)
	f.Fuzz(func(t *testing.T, data []byte, raw string) {
		c := &choice{data}
		m := newMemory(c)
		second := subjectObject(c, "second", "")
		objects := []client.Object{
			&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "ns"}},
			&corev1.ConfigMap{ObjectMeta: meta("schemas"), Data: map[string]string{"a": texts()[0].text, "b": raw}},
			registryObject(c), subjectObject(c, "money", ""), second, subjectObject(c, "orders", raw),
		}
		w := newWorld(k, m, slices.DeleteFunc(objects, unstorable)...)
		r := &subject.Reconciler{
			Client: w.client, Live: w.client, Sessions: sessionsOf(t, m), Events: recorder(), Clock: clock,
			Poll: time.Minute, Retry: time.Second, DeletionTimeout: time.Minute,
		}
		for _, name := range []string{"second", "money", "orders"} {
			w.settles(t, r, name)
		}
	})
}

// unstorable objects are those that no API server has: being deleted, and
// without a finalizer that holds them.
func unstorable(o client.Object) bool {
	return o.GetDeletionTimestamp() != nil && len(o.GetFinalizers()) == 0
}
