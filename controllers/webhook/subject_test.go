package webhook

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/verdict"
)

// judge answers what the test says, and counts how often it was asked.
type judge struct {
	in         verdict.Input
	err        error
	objection  string
	dependents []string
	asked      int
	seen       *v1alpha1.Subject
	deadline   time.Duration
}

func (j *judge) Preview(ctx context.Context, s *v1alpha1.Subject) (*verdict.Input, error) {
	j.asked++
	j.seen = s
	if at, ok := ctx.Deadline(); ok {
		j.deadline = time.Until(at)
	}
	in := j.in
	in.Subject = s
	return &in, j.err
}

func (j *judge) Objection(context.Context, *v1alpha1.Subject) (string, error) {
	j.asked++
	return j.objection, j.err
}

func (j *judge) Dependents(context.Context, *v1alpha1.Subject) ([]string, error) {
	return j.dependents, nil
}

func orders(edits ...func(*v1alpha1.Subject)) *v1alpha1.Subject {
	s := &v1alpha1.Subject{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "orders"},
		Spec:       v1alpha1.SubjectSpec{RegistryRef: v1alpha1.RegistryReference{Name: "reg"}, Schema: new(`"string"`)},
	}
	for _, edit := range edits {
		edit(s)
	}
	return s
}

func deletes(p v1alpha1.DeletionPolicy) func(*v1alpha1.Subject) {
	return func(s *v1alpha1.Subject) { s.Spec.DeletionPolicy = &p }
}

// found is a Subject that may be acted on and whose text was read.
func found(edits ...func(*verdict.Input)) verdict.Input {
	in := verdict.Input{
		Registry: verdict.Registry{Found: true, Grant: verdict.Grant{MaxDeletion: v1alpha1.HardDelete}},
		Source:   &verdict.Source{Text: `"string"`}, References: &verdict.References{},
		State: &verdict.State{Hash: "h", Global: "BACKWARD"}, Checked: &verdict.Check{Level: "BACKWARD"},
	}
	for _, edit := range edits {
		edit(&in)
	}
	return in
}

// says compares an answer: refusal and warning are words of what is expected,
// empty for none of it.
func says(t *testing.T, what string, warnings []string, err error, refusal, warning string) {
	t.Helper()
	switch {
	case refusal == "" && err != nil:
		t.Errorf("%s: refused: %v", what, err)
	case refusal != "" && (err == nil || !strings.Contains(err.Error(), refusal)):
		t.Errorf("%s: answered %v, should refuse with %q", what, err, refusal)
	}
	all := strings.Join(warnings, "\n")
	if warning == "" && all != "" || !strings.Contains(all, warning) {
		t.Errorf("%s: warned %q, should warn %q", what, all, warning)
	}
}

func TestOpinion(t *testing.T) {
	t.Parallel()
	f := func(what string, edit func(*verdict.Input), refusal, warning string) {
		t.Helper()
		v := &subjects{judge: &judge{in: found(edit)}, budget: time.Minute}
		warnings, err := v.ValidateCreate(t.Context(), orders())
		says(t, what, warnings, err, refusal, warning)
	}
	enforce := func(edit func(*verdict.Input)) func(*verdict.Input) {
		return func(in *verdict.Input) {
			in.Registry.Enforces = true
			edit(in)
		}
	}
	incompatible := func(in *verdict.Input) {
		in.State.Latest = &verdict.Registered{ID: 1, Version: 1}
		in.Checked.Incompatibilities = []v1alpha1.Incompatibility{{Against: 1, Message: "TYPE_MISMATCH: int"}}
	}
	unadopted := func(in *verdict.Input) {
		in.Existed, in.State.Latest = true, &verdict.Registered{ID: 1, Version: 1}
	}

	// What the registry is known to lack.
	lacking := &subjects{judge: &judge{in: found(func(in *verdict.Input) {
		in.Registry.Can = &v1alpha1.Capabilities{Vendor: v1alpha1.VendorKarapace}
	})}, budget: time.Minute}
	asking := orders()
	asking.Spec.Metadata = &v1alpha1.SchemaMetadata{Properties: map[string]v1alpha1.MetadataValue{"owner": "a"}}
	warnings, err := lacking.ValidateCreate(t.Context(), asking)
	says(t, "a registry without metadata", warnings, err, "lacks the feature Metadata", "")

	f("a good schema", func(*verdict.Input) {}, "", "")
	f("a bad field", func(in *verdict.Input) { in.Invalid = "spec.name: reserved" }, "spec.name: reserved", "")
	f("no registry yet", func(in *verdict.Input) { in.Registry.Found = false }, "", "there is no SchemaRegistry ns/reg")
	f("not admitted", func(in *verdict.Input) {
		in.Registry.Grant = verdict.Grant{Problem: v1alpha1.ReasonNotAllowed, Message: "admits no Subjects"}
	}, "admits no Subjects", "")
	f("a conflict", func(in *verdict.Input) { in.Winner = "ns/older" }, "ns/older is older", "")
	f("no ConfigMap yet", func(in *verdict.Input) {
		in.Source = &verdict.Source{Problem: v1alpha1.ReasonConfigMapNotFound, Message: "there is no ConfigMap"}
	}, "", "there is no ConfigMap")
	f("an empty text", func(in *verdict.Input) {
		in.Source = &verdict.Source{Problem: v1alpha1.ReasonEmpty, Message: "the schema text is empty"}
	}, "the schema text is empty", "")
	f("a cycle", func(in *verdict.Input) {
		in.References = &verdict.References{Problem: v1alpha1.ReasonReferenceCycle, Message: "lead back here"}
	}, "lead back here", "")
	f("a reference that is to come", func(in *verdict.Input) {
		in.References = &verdict.References{Problem: v1alpha1.ReasonReferenceNotFound, Message: "there is no Subject"}
	}, "", "there is no Subject")
	f("no schema", func(in *verdict.Input) { in.Checked.Invalid = "line 1" }, "InvalidSchema: line 1", "")

	// What the registry has speaks against it.
	f("incompatible", incompatible, "", "Incompatible: Incompatible with orders version 1 under BACKWARD: TYPE_MISMATCH")
	f("incompatible, enforced", enforce(incompatible), "Incompatible with orders version 1", "")
	f("adoption refused", unadopted, "", "AdoptionRefused: Subject orders exists")
	f("adoption refused, enforced", enforce(unadopted), "AdoptionRefused", "")
	f("an old text", func(in *verdict.Input) {
		in.State.Latest, in.State.Ours = &verdict.Registered{ID: 2, Version: 2}, &verdict.Registered{ID: 1, Version: 1}
	}, "", "SupersededByNewer")

	// The registry could not be asked: never refused, unless the text alone is
	// wrong.
	down := func(in *verdict.Input) {
		in.State, in.Checked, in.Registry.Unreachable = nil, nil, "connection refused"
	}
	f("registry down", down, "", "Not compared with the registry")
	f("registry down, enforced", enforce(down), "", "connection refused")
	f("registry too slow", enforce(func(in *verdict.Input) {
		in.State, in.Checked = nil, nil
		in.Failure = &verdict.Failure{Kind: verdict.Unreachable, Message: "deadline"}
	}), "", "Not compared with the registry, which the operator does as soon as it answers: deadline")
	f("registry down, no schema", func(in *verdict.Input) {
		down(in)
		in.Checked = &verdict.Check{Invalid: "line 1"}
	}, "InvalidSchema: line 1", "")
}

func TestRisksOfSubjects(t *testing.T) {
	t.Parallel()
	f := func(s *v1alpha1.Subject, warning string) {
		t.Helper()
		warnings, err := (&subjects{judge: &judge{in: found()}, budget: time.Minute}).ValidateCreate(t.Context(), s)
		says(t, warning, warnings, err, "", warning)
	}

	f(orders(deletes(v1alpha1.HardDelete)), "undecodable")
	f(orders(func(s *v1alpha1.Subject) { s.Spec.Compatibility = new(v1alpha1.LevelOrInherit("NONE")) }), "NONE lets every text in")
	f(orders(deletes(v1alpha1.SoftDelete)), "")
}

// TestUpdatesThatAskNobody: metadata, finalizers and status never meet the
// registry.
func TestUpdatesThatAskNobody(t *testing.T) {
	t.Parallel()
	f := func(what string, edit func(*v1alpha1.Subject), asked int) {
		t.Helper()
		j := &judge{in: found(func(in *verdict.Input) { in.Invalid = "it was asked" })}
		now := orders()
		edit(now)
		_, err := (&subjects{judge: j, budget: time.Minute}).ValidateUpdate(t.Context(), orders(), now)
		if j.asked != asked || (err != nil) != (asked > 0) {
			t.Errorf("%s: asked %d times, want %d; %v", what, j.asked, asked, err)
		}
	}

	f("labels", func(s *v1alpha1.Subject) { s.Labels = map[string]string{"team": "a"} }, 0)
	f("an annotation", func(s *v1alpha1.Subject) { s.Annotations = map[string]string{v1alpha1.AnnotationReconcileAt: "now"} }, 0)
	f("a finalizer", func(s *v1alpha1.Subject) { s.Finalizers = []string{v1alpha1.FinalizerSubject} }, 0)
	f("the status", func(s *v1alpha1.Subject) { s.Status.Version = 7 }, 0)
	f("a spec of an object that goes", func(s *v1alpha1.Subject) {
		s.DeletionTimestamp = new(metav1.Now())
		s.Spec.Schema = new("x")
	}, 0)
	f("the schema", func(s *v1alpha1.Subject) { s.Spec.Schema = new("x") }, 1)
}

func TestAnswersHaveADeadline(t *testing.T) {
	t.Parallel()
	j := &judge{in: found(), err: errors.New("the cache has not started")}
	v := &subjects{judge: j, budget: DefaultBudget}
	warnings, err := v.ValidateCreate(t.Context(), orders())
	says(t, "an error", warnings, err, "", "Not checked, the operator does so when it reconciles the object: the cache has not started")
	if j.deadline <= 0 || j.deadline > DefaultBudget {
		t.Errorf("the answer may take %s", j.deadline)
	}
	warnings, err = v.ValidateDelete(t.Context(), orders(deletes(v1alpha1.HardDelete)))
	says(t, "an error at a deletion", warnings, err, "", "Not checked")
}

// TestNewSubjectsComeLast: created in the same second as one that is stored, a
// Subject is the younger one, whatever its UID will be.
func TestNewSubjectsComeLast(t *testing.T) {
	t.Parallel()
	j := &judge{in: found()}
	s := orders(func(s *v1alpha1.Subject) { s.UID = "00000000-0000-0000-0000-000000000000" })
	if _, err := (&subjects{judge: j, budget: time.Minute}).ValidateCreate(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if stored := orders(func(s *v1alpha1.Subject) { s.UID = "ffffffff-ffff-ffff-ffff-ffffffffffff" }); !stored.IsOlder(j.seen) {
		t.Error("the one that is stored loses")
	}
}

func TestDeletions(t *testing.T) {
	t.Parallel()
	f := func(what string, j *judge, s *v1alpha1.Subject, refusal string, asked int) {
		t.Helper()
		warnings, err := (&subjects{judge: j, budget: time.Minute}).ValidateDelete(t.Context(), s)
		says(t, what, warnings, err, refusal, "")
		if j.asked != asked {
			t.Errorf("%s: asked %d times", what, j.asked)
		}
	}
	needed := func() *judge { return &judge{objection: "1 Subjects refer to this one: ns/priced"} }

	f("others build on it", needed(), orders(deletes(v1alpha1.HardDelete)), "ns/priced", 1)
	f("nobody does", &judge{}, orders(deletes(v1alpha1.HardDelete)), "", 1)
	f("SoftDelete waits by itself", needed(), orders(deletes(v1alpha1.SoftDelete)), "", 0)
	f("Retain", needed(), orders(), "", 0)
	f("goes already", needed(), orders(deletes(v1alpha1.HardDelete), func(s *v1alpha1.Subject) { s.DeletionTimestamp = new(metav1.Now()) }), "", 0)
}

func TestDeletionPolicyBeyondWhatIsAllowed(t *testing.T) {
	t.Parallel()
	f := func(what string, old, s *v1alpha1.Subject, refusal, warning string, edits ...func(*verdict.Input)) {
		t.Helper()
		in := found(append(edits, func(in *verdict.Input) { in.Registry.Grant.MaxDeletion = v1alpha1.SoftDelete })...)
		v := &subjects{judge: &judge{in: in}, budget: time.Minute}
		var warnings []string
		var err error
		if old == nil {
			warnings, err = v.ValidateCreate(t.Context(), s)
		} else {
			warnings, err = v.ValidateUpdate(t.Context(), old, s)
		}
		says(t, what, warnings, err, refusal, warning)
	}
	other := func(s *v1alpha1.Subject) { s.Spec.Schema = new(`"int"`) }
	broken := func(in *verdict.Input) { in.Checked.Invalid = "line 1" }

	f("new", nil, orders(deletes(v1alpha1.HardDelete)), "allows at most SoftDelete, and not HardDelete", "undecodable")
	f("new, within", nil, orders(deletes(v1alpha1.SoftDelete)), "", "")
	f("raised", orders(), orders(deletes(v1alpha1.HardDelete)), "allows at most SoftDelete", "undecodable")
	f("was so", orders(deletes(v1alpha1.HardDelete)), orders(deletes(v1alpha1.HardDelete), other), "", "allows at most SoftDelete")
	f("lowered, although the schema is wrong", orders(deletes(v1alpha1.HardDelete)), orders(), "", "InvalidSchema: line 1", broken)
	f("raised, and the schema is wrong", orders(), orders(deletes(v1alpha1.HardDelete)), "allows at most SoftDelete", "InvalidSchema: line 1", broken)
}

func TestBlastRadius(t *testing.T) {
	t.Parallel()
	f := func(what string, edit func(*v1alpha1.Subject), dependents []string, warning string) {
		t.Helper()
		now := orders()
		edit(now)
		v := &subjects{judge: &judge{in: found(), dependents: dependents}, budget: time.Minute}
		warnings, err := v.ValidateUpdate(t.Context(), orders(), now)
		says(t, what, warnings, err, "", warning)
	}
	text := func(s *v1alpha1.Subject) { s.Spec.Schema = new(`"int"`) }

	f("another text", text, []string{"ns/a", "ns/b"}, "2 Subjects refer to this one and are registered anew with its next version, unless they pin one: ns/a, ns/b")
	f("many", text, strings.Split(strings.Repeat("ns/a ", 11), " ")[:11], "and 1 more")
	f("nobody", text, nil, "")
	f("another level", func(s *v1alpha1.Subject) { s.Spec.Compatibility = new(v1alpha1.LevelOrInherit("FULL")) }, []string{"ns/a"}, "")
}
