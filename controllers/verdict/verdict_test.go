package verdict

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// facts are those of a Subject whose schema is registered, with changes.
func facts(edits ...func(*Input)) *Input {
	in := &Input{
		Subject: &v1alpha1.Subject{
			ObjectMeta: metav1.ObjectMeta{Name: "orders", Namespace: "ns", Generation: 1},
			Spec:       v1alpha1.SubjectSpec{RegistryRef: v1alpha1.RegistryReference{Name: "reg"}, Schema: new("text")},
			Status:     v1alpha1.SubjectStatus{Ownership: v1alpha1.OwnershipCreated, SchemaID: 1, Version: 1, SchemaHash: "h"},
		},
		Registry:   Registry{Found: true, Grant: Grant{MaxDeletion: v1alpha1.HardDelete}},
		Source:     &Source{Text: "text"},
		References: &References{},
		State:      &State{Hash: "h", Latest: at(1, 1), Ours: at(1, 1), Global: "BACKWARD"},
		Existed:    true,
	}
	for _, edit := range edits {
		edit(in)
	}
	return in
}

func at(id, version int32) *Registered { return &Registered{ID: id, Version: version} }

func wants(l v1alpha1.LevelOrInherit) func(*Input) {
	return func(in *Input) { in.Subject.Spec.Compatibility = &l }
}

func has(l v1alpha1.Level) func(*Input) { return func(in *Input) { in.State.Level = l } }

func unowned(p v1alpha1.AdoptionPolicy) func(*Input) {
	return func(in *Input) {
		in.Subject.Status = v1alpha1.SubjectStatus{}
		in.Subject.Spec.AdoptionPolicy = &p
	}
}

func notRegistered(in *Input) { in.State.Ours = nil }

func missing(in *Input) { in.State.Ours, in.State.Latest, in.Existed = nil, nil, false }

func newer(in *Input) { in.State.Latest = at(2, 2) }

func otherText(in *Input) { in.State.Hash = "other" }

func observes(in *Input) { in.Subject.Spec.ManagementPolicy = new(v1alpha1.ManageObserve) }

func mode(m v1alpha1.ModeOrInherit) func(*Input) {
	return func(in *Input) { in.Subject.Spec.Mode = &m }
}

func isIn(m v1alpha1.Mode) func(*Input) { return func(in *Input) { in.State.Mode = m } }

func inForce(m v1alpha1.Mode) func(*Input) { return func(in *Input) { in.State.Effective = m } }

func setMode(m v1alpha1.Mode) func(*Input) {
	return func(in *Input) { in.Subject.Status.Applied = &v1alpha1.AppliedSettings{Mode: m} }
}

func reports(in *Input) { in.Subject.Spec.DriftPolicy = new(v1alpha1.DriftReport) }

func applied(l v1alpha1.Level) func(*Input) {
	return func(in *Input) { in.Subject.Status.Applied = &v1alpha1.AppliedSettings{Compatibility: l} }
}

func lost(owned, missing int) func(*Input) {
	return func(in *Input) { in.Loss = &Loss{Owned: owned, Missing: missing} }
}

func checked(c Check) func(*Input) { return func(in *Input) { in.Checked = &c } }

func incompatible(in *Input) {
	in.Checked = &Check{Level: "FULL", Incompatibilities: []v1alpha1.Incompatibility{{Against: 3, Path: "/fields/1", Message: "why"}, {}}}
}

func failed(kind FailureKind, during Action) func(*Input) {
	return func(in *Input) { in.Failure = &Failure{Kind: kind, During: during, Message: "registry says"} }
}

func TestNextAction(t *testing.T) {
	t.Parallel()
	f := func(want Action, edits ...func(*Input)) {
		t.Helper()
		if got := Next(facts(edits...)); got != want {
			t.Errorf("Next = %q, want %q", got, want)
		}
	}

	// Converged, in each of the ways to say so.
	f(None)
	f(None, wants("FULL"), has("FULL"))
	f(None, has("FULL")) // Absent means unmanaged.
	f(None, wants("Inherit"))

	f(Register, missing)
	f(Register, notRegistered, otherText, checked(Check{Level: "FULL"}))
	f(SetLevel, wants("FULL"))
	f(SetLevel, wants("FULL"), has("NONE"))
	// The level goes first, and only when the text may follow.
	f(SetLevel, wants("FULL"), missing)
	f(None, wants("FULL"), notRegistered, incompatible)
	f(None, notRegistered, checked(Check{Invalid: "no schema"}))
	f(Register, notRegistered, checked(Check{Unsupported: true}))

	// Inherit removes our own level and nobody else's.
	f(None, wants("Inherit"), has("FULL"))
	f(ClearLevel, wants("Inherit"), has("FULL"), func(in *Input) {
		in.Subject.Status.Applied = &v1alpha1.AppliedSettings{Compatibility: "FULL"}
	})

	// A newer version of somebody else asks for nothing: nothing is deleted.
	f(None, newer)
	f(None, observes, missing, wants("FULL"))
	f(None, missing, failed(Unreachable, None))
	f(None, func(in *Input) { in.State = nil })

	// A mode that forbids versions comes last, any other first.
	f(None, mode("READONLY"), isIn("READONLY"))
	f(SetMode, mode("READONLY"))
	f(Register, mode("READONLY"), missing)
	f(SetLevel, mode("READONLY"), wants("FULL"))
	f(SetMode, mode("READWRITE"), isIn("READONLY"), wants("FULL"), missing)
	f(None, mode("READWRITE"), isIn("READONLY"), notRegistered, incompatible)
	f(None, isIn("READONLY")) // Absent means unmanaged.
	f(None, mode("Inherit"))
	f(None, mode("Inherit"), isIn("READONLY"))
	f(ClearMode, mode("Inherit"), isIn("READONLY"), setMode("READONLY"))
	f(None, mode("READONLY"), reports, setMode("READONLY"))
	f(SetMode, mode("READONLY"), reports, setMode("READWRITE"))
	f(None, mode("READONLY"), observes)
	// No mode is left to get a schema in.
	f(None, notRegistered, otherText, checked(Check{}), inForce("READONLY"))
	f(None, notRegistered, otherText, checked(Check{}), inForce("READONLY_OVERRIDE"))
	f(None, notRegistered, otherText, checked(Check{}), inForce("READONLY"), mode("READONLY"), isIn("READONLY"))
	f(Register, notRegistered, otherText, checked(Check{}), inForce("READWRITE"))
	f(Register, notRegistered, otherText, checked(Check{}), inForce("IMPORT"))

	// What is gone comes back, unless too much is gone or the spec says not to.
	f(Register, missing, lost(12, 10))
	f(None, missing, lost(12, 11))
	f(None, missing, lost(12, 11), wants("FULL"))
	f(Register, missing, lost(12, 11), unowned(v1alpha1.AdoptNever)) // It was never there.
	f(None, missing, reports)
	f(Register, missing, reports, otherText) // A new text is no repair.
	f(None, reports, wants("FULL"), has("NONE"), applied("FULL"))
	f(SetLevel, reports, wants("FULL"), has("NONE"), applied("NONE"))
	f(SetLevel, reports, wants("FULL"))

	// Adoption.
	f(None, unowned(v1alpha1.AdoptIfIdentical), otherText, notRegistered)
	f(None, unowned(v1alpha1.AdoptNever))
	f(Register, unowned(v1alpha1.AdoptIfCompatible), otherText, notRegistered, checked(Check{}))
	f(SetLevel, unowned(v1alpha1.AdoptIfIdentical), wants("FULL"))
	f(None, unowned(v1alpha1.AdoptIfIdentical), wants("FULL"), has("NONE"))
	f(Register, unowned(v1alpha1.AdoptNever), missing)
	f(SetMode, unowned(v1alpha1.AdoptIfIdentical), mode("READONLY"))
	f(None, unowned(v1alpha1.AdoptIfIdentical), mode("READWRITE"), isIn("READONLY"))
	f(SetMode, unowned(v1alpha1.AdoptIfCompatible), mode("READWRITE"), isIn("READONLY"))
}

func TestOwnership(t *testing.T) {
	t.Parallel()
	f := func(want v1alpha1.Ownership, edits ...func(*Input)) {
		t.Helper()
		if got := Ownership(facts(edits...)); got != want {
			t.Errorf("Ownership = %q, want %q", got, want)
		}
	}

	f(v1alpha1.OwnershipCreated)
	f(v1alpha1.OwnershipAdopted, unowned(v1alpha1.AdoptIfIdentical))
	f(v1alpha1.OwnershipCreated, unowned(v1alpha1.AdoptIfIdentical), func(in *Input) { in.Existed = false })
	f("", unowned(v1alpha1.AdoptNever))
	f("", unowned(v1alpha1.AdoptIfIdentical), newer)
	f("", unowned(v1alpha1.AdoptIfIdentical), missing)
	f(v1alpha1.OwnershipObserved, observes)
}

func TestJudge(t *testing.T) {
	t.Parallel()
	f := func(want string, stalled bool, edits ...func(*Input)) {
		t.Helper()
		j := Judge(facts(edits...))
		typ, rest, _ := strings.Cut(want, "=")
		var got string
		for _, s := range j.Statements {
			if s.Type == typ {
				got = string(s.Status) + "/" + s.Reason
			}
		}
		if got != rest || j.Stalled != stalled {
			t.Errorf("%s is %s, want %s; stalled %t, want %t", typ, got, rest, j.Stalled, stalled)
		}
	}

	f("Registered=True/Registered", false)
	f("InSync=True/InSync", false)
	f("Compatible=True/NotChecked", false)
	f("ConfigSynced=True/Unmanaged", false)

	// May it be acted on?
	f("Accepted=False/InvalidSpec", true, func(in *Input) { in.Invalid = "spec.name: ..." })
	f("Accepted=False/RegistryNotFound", false, func(in *Input) { in.Registry.Found = false })
	f("Accepted=False/RegistryNotFound", false, func(in *Input) { in.Registry = Registry{Unwatched: true} })
	f("Accepted=False/NotAllowed", true, func(in *Input) { in.Registry.Grant.Problem = v1alpha1.ReasonNotAllowed })
	f("Accepted=False/NamePatternDenied", true, func(in *Input) {
		in.Registry.Grant.Problem, in.Winner = v1alpha1.ReasonNamePatternDenied, "ns/older"
	})
	f("Accepted=False/Conflicted", true, func(in *Input) { in.Winner = "ns/older" })
	f("SourceResolved=False/KeyNotFound", false, func(in *Input) { in.Source = &Source{Problem: "KeyNotFound"} })
	f("ReferencesResolved=False/ReferenceCycle", false, func(in *Input) { in.References = &References{Problem: "ReferenceCycle"} })

	// The text.
	f("Valid=False/InvalidSchema", true, notRegistered, otherText, checked(Check{Invalid: "x"}))
	f("Valid=False/TooLarge", true, notRegistered, otherText, checked(Check{Invalid: "x", TooLarge: true}))
	f("Compatible=False/Incompatible", true, notRegistered, otherText, incompatible)
	f("Valid=Unknown/NotChecked", false, notRegistered, otherText, checked(Check{Unsupported: true}))
	f("Registered=False/AdoptionRefused", true, unowned(v1alpha1.AdoptNever))
	f("Registered=False/NotRegistered", true, observes, missing)
	f("Registered=True/Adopted", false, unowned(v1alpha1.AdoptIfIdentical))

	// Drift does not stall and is told apart.
	f("InSync=False/NewerVersionInRegistry", false, newer)
	f("InSync=False/NotRegistered", true, notRegistered, otherText, incompatible)
	f("InSync=False/SupersededByNewer", false, newer, otherText)
	f("InSync=False/SupersededByNewer", false, newer, func(in *Input) {
		in.Subject.Status.Conditions = []metav1.Condition{{Type: "InSync", Status: "False", Reason: "SupersededByNewer"}}
	})
	f("InSync=False/SubjectMissing", false, missing, failed(Unreachable, Register))
	f("InSync=False/SchemaIDChanged", false, func(in *Input) { in.State.Latest, in.State.Ours = at(9, 1), at(9, 1) })
	f("InSync=False/ConfigChanged", true, observes, wants("FULL"))
	f("ConfigSynced=False/ConfigChanged", true, wants("Inherit"), has("NONE"))

	f("ConfigSynced=True/Synced", false, mode("READONLY"), isIn("READONLY"))
	f("ConfigSynced=True/Synced", false, mode("READONLY"), isIn("READONLY"), wants("FULL"), has("FULL"))
	f("ConfigSynced=Unknown/Pending", false, mode("READONLY"), isIn("READONLY"), wants("FULL"))
	f("ConfigSynced=Unknown/Pending", false, mode("READONLY"))
	f("ConfigSynced=True/Synced", false, mode("Inherit"))
	f("ConfigSynced=False/ConfigChanged", true, mode("Inherit"), isIn("READONLY"))
	f("ConfigSynced=True/Synced", false, mode("Inherit"), isIn("READONLY"), func(in *Input) { in.State.GlobalMode = "READONLY" })
	f("ConfigSynced=False/ConfigChanged", true, mode("READONLY"), observes)
	f("ConfigSynced=False/ConfigChanged", true, mode("READONLY"), reports, setMode("READONLY"))
	f("InSync=False/ConfigChanged", false, mode("READONLY"), isIn("READWRITE"))
	f("Registered=False/RegistryReadOnly", false, notRegistered, otherText, checked(Check{}), inForce("READONLY"))
	f("Registered=False/AdoptionRefused", true, unowned(v1alpha1.AdoptIfIdentical), mode("READWRITE"), isIn("READONLY"))

	f("InSync=False/RepairsSuspended", false, missing, lost(12, 11))
	f("Registered=False/RepairsSuspended", false, missing, lost(12, 11))
	f("InSync=False/SubjectMissing", false, missing, lost(12, 10))
	f("Registered=False/NotRegistered", true, missing, reports)
	f("ConfigSynced=False/ConfigChanged", true, reports, wants("FULL"), has("NONE"), applied("FULL"))

	// Calls that failed.
	f("Registered=Unknown/RegistryUnreachable", false, missing, failed(Unreachable, Register))
	f("ConfigSynced=Unknown/RegistryUnreachable", false, wants("FULL"), failed(Unreachable, SetLevel))
	f("Compatible=False/IncompatibleAtRegistry", true, missing, failed(RefusedIncompatible, Register))
	f("Valid=False/InvalidSchema", true, missing, failed(RefusedInvalid, Register))
	f("Registered=False/RegistryReadOnly", false, missing, failed(RefusedReadOnly, Register))
	f("Registered=False/AuthenticationFailed", false, missing, failed(RefusedCredentials, Register))
	f("Registered=False/Refused", true, missing, failed(RefusedOther, Register))
	f("ConfigSynced=False/UpdateFailed", true, wants("FULL"), failed(RefusedOther, SetLevel))

	f("ConfigSynced=False/UpdateFailed", true, mode("READONLY"), failed(RefusedOther, SetMode))
	f("ConfigSynced=False/RegistryReadOnly", false, wants("FULL"), failed(RefusedReadOnly, SetLevel))
	f("ConfigSynced=Unknown/RegistryUnreachable", false, mode("READONLY"), failed(Unreachable, SetMode))
	f("Accepted=False/FeatureUnsupported", true, mode("READONLY"), failed(RefusedUnsupported, SetMode))

	// A registry that does not answer takes nothing back.
	f("Registered=Unknown/RegistryUnreachable", false, func(in *Input) { in.State, in.Registry.Unreachable = nil, "down" })
	ready := func(in *Input) {
		in.State = nil
		in.Subject.Status.ObservedGeneration = 1
		in.Subject.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: "True"}}
	}
	if j := Judge(facts(ready)); !j.KeepReady {
		t.Error("what was verified is taken back because nobody answers")
	}
	if j := Judge(facts(ready, func(in *Input) { in.Subject.Generation = 2 })); j.KeepReady {
		t.Error("a new generation counts as verified")
	}
}

func TestMessagesNameTheRemedy(t *testing.T) {
	t.Parallel()
	f := func(s *Statement, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(s.Message, w) {
				t.Errorf("%q should say %q", s.Message, w)
			}
		}
	}

	f(checkProblem(facts(notRegistered, incompatible)), "orders version 3", "FULL", "why at /fields/1", "1 more", "spec.compatibility")
	f(Adoption().First(facts(unowned(v1alpha1.AdoptIfIdentical), otherText, notRegistered)), "version 1 (id 1)", "IfCompatible")
	f(Accept().First(facts(func(in *Input) { in.Winner = "ns/older" })), "ns/older", "spec.name")
	f(Accept().First(facts(func(in *Input) { in.Registry.Found = false })), "ns/reg", "spec.registryRef")
}

func TestDesiredLevel(t *testing.T) {
	t.Parallel()
	f := func(want v1alpha1.Level, edits ...func(*Input)) {
		t.Helper()
		if got := DesiredLevel(facts(edits...)); got != want {
			t.Errorf("DesiredLevel = %s, want %s", got, want)
		}
	}

	f("BACKWARD")
	f("FULL", has("FULL"))
	f("NONE", has("FULL"), wants("NONE"))
	f("BACKWARD", wants("Inherit"))
	f("BACKWARD", func(in *Input) { in.State.Global = "" })
}

func TestBury(t *testing.T) {
	t.Parallel()
	farewell := func(p v1alpha1.DeletionPolicy, edit func(*Farewell)) *Farewell {
		f := &Farewell{Subject: facts().Subject, Grant: Grant{MaxDeletion: v1alpha1.HardDelete}, Latest: at(1, 1), Newest: 1}
		f.Subject.Spec.DeletionPolicy = &p
		if edit != nil {
			edit(f)
		}
		return f
	}
	f := func(want Step, explained bool, in *Farewell) {
		t.Helper()
		step, wait, why := Bury(in)
		if step != want || (wait != nil) != (want == Wait) || (why != "") != explained {
			t.Errorf("Bury = %s, %v, %q; want %s", step, wait, why, want)
		}
	}

	f(Release, false, farewell(v1alpha1.Retain, nil))
	f(DeleteSoft, false, farewell(v1alpha1.SoftDelete, nil))
	f(DeleteHard, false, farewell(v1alpha1.HardDelete, nil))
	f(DeleteSoft, true, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.Latest = at(2, 2) }))
	f(DeleteHard, false, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.Latest = nil }))
	// The second attempt, after version 2 of somebody else was deleted softly.
	f(DeleteSoft, true, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.Latest, f.Newest = nil, 2 }))
	f(Release, true, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.Released = true }))
	f(Release, false, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.Subject.Status.Ownership = "" }))
	f(Release, true, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.RegistryGone = true }))
	f(Release, true, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.NamespaceEnds = true }))
	f(Wait, false, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.Dependents = []string{"ns/a"} }))
	f(Wait, false, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.Unreachable = "down" }))
	f(Release, true, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.Unreachable, f.Overdue = "down", true }))
	f(DeleteHard, false, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.NamespaceEnds, f.KeepGoing = true, true }))
	// What the registry's owner allows is the most that happens.
	f(Release, true, farewell(v1alpha1.SoftDelete, func(f *Farewell) { f.Grant.MaxDeletion = v1alpha1.Retain }))
	f(DeleteSoft, true, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.Grant.MaxDeletion = v1alpha1.SoftDelete }))
	f(DeleteSoft, false, farewell(v1alpha1.SoftDelete, func(f *Farewell) { f.Grant.MaxDeletion = v1alpha1.SoftDelete }))
	f(Release, true, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.Grant = Grant{Problem: "NotAllowed", Message: "no"} }))
	// Observers never delete.
	f(Release, false, farewell(v1alpha1.HardDelete, func(f *Farewell) { f.Subject.Spec.ManagementPolicy = new(v1alpha1.ManageObserve) }))
}
