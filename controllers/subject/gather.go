package subject

import (
	"context"
	"fmt"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/admission"
	"github.com/plastron-dev/plastron/controllers/feed"
	"github.com/plastron-dev/plastron/controllers/verdict"
	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// remote is a Subject's view of its registry, for one reconciliation.
type remote struct {
	client  *feed.Registry
	subject *v1alpha1.Subject
	looked  bool
	// loss says what the registry has lost; nil when a person confirmed that
	// it shall come back.
	loss func(context.Context) (verdict.Loss, error)
	// source reads the text of an entry of the history, and historic holds
	// those that were read.
	source   func(context.Context, int) (*verdict.Source, error)
	historic []schema.Schema
}

func (m *remote) name() schema.Subject { return schema.Subject(m.subject.SubjectName()) }

// gather reads what the registry has: the latest version and the level always,
// the place of our text only when ids cannot tell it, and the texts of older
// versions only when a registration is at stake.
func (m *remote) gather(ctx context.Context, in *verdict.Input) {
	in.State, in.Checked, in.Loss, in.History = nil, nil, nil, nil
	if !m.references(ctx, in) {
		return
	}
	state := &verdict.State{Hash: hashOf(in)}
	err := m.read(ctx, in, state)
	if err != nil {
		in.Failure = failure(verdict.None, err)
		return
	}
	in.State = state
	if err := m.readHistory(ctx, in); err != nil {
		in.State, in.Failure = nil, failure(verdict.None, err)
		return
	}
	if !m.looked {
		m.looked, in.Existed = true, state.Latest != nil
		in.Began, _ = verdict.NextHistoric(in)
	}
	if verdict.NeedsRegistration(in) && !m.prepare(ctx, in) {
		return
	}
	if m.loss == nil || !verdict.Returns(in) {
		return
	}
	loss, err := m.loss(ctx)
	if err != nil {
		in.State, in.Failure = nil, failure(verdict.None, err)
		return
	}
	in.Loss = &loss
}

// prepare looks at what decides whether the text may be registered. It reports
// whether it could.
func (m *remote) prepare(ctx context.Context, in *verdict.Input) bool {
	in.State.Effective = m.effectiveMode(ctx)
	there, err := m.historicReferences(ctx, in)
	if err == nil && there {
		in.Checked, err = m.check(ctx, in)
	}
	if err != nil {
		in.Failure = failure(verdict.None, err)
	}
	if err != nil || !there {
		in.State = nil
		return false
	}
	return true
}

func (m *remote) read(ctx context.Context, in *verdict.Input, state *verdict.State) error {
	settings, err := m.client.SubjectConfig(ctx, m.name())
	if err != nil && registry.ClassOf(err) != registry.NotConfigured && !registry.NotFound(err) {
		return err
	}
	state.Level = v1alpha1.Level(settings.Level)
	if state.Level == "" {
		if settings, err = m.client.GlobalConfig(ctx); err != nil {
			return err
		}
		state.Global = v1alpha1.Level(settings.Level)
	}
	if err := m.readMode(ctx, state); err != nil {
		return err
	}
	if !m.subject.HasSchema() {
		return nil
	}

	latest, err := m.client.Latest(ctx, m.name())
	switch {
	case registry.NotFound(err):
		return nil
	case err != nil:
		return err
	}
	state.Latest = &verdict.Registered{ID: int32(latest.ID), Version: int32(latest.Version)}
	return m.findOurs(ctx, in, state)
}

// readMode reads the subject's mode when the spec speaks of it.
func (m *remote) readMode(ctx context.Context, state *verdict.State) error {
	want := m.subject.Spec.Mode
	if want == nil {
		return nil
	}
	mode, err := m.client.SubjectMode(ctx, m.name())
	if err != nil && registry.ClassOf(err) != registry.NotConfigured && !registry.NotFound(err) {
		return err
	}
	state.Mode = v1alpha1.Mode(mode)
	if *want != v1alpha1.InheritMode || mode == "" {
		return nil
	}
	if mode, err = m.client.GlobalMode(ctx); err != nil {
		return err
	}
	state.GlobalMode = v1alpha1.Mode(mode)
	return nil
}

// effectiveMode asks whether a registration can succeed, so that one that
// cannot is not tried. A registry that does not tell is tried.
func (m *remote) effectiveMode(ctx context.Context) v1alpha1.Mode {
	mode, err := m.client.EffectiveMode(ctx, m.name())
	if err != nil {
		return ""
	}
	return v1alpha1.Mode(mode)
}

// findOurs finds the version that holds our text. An id stands for one content
// for ever, so an object that asks for what it asked for before, and whose id
// is the latest, needs no lookup.
func (m *remote) findOurs(ctx context.Context, in *verdict.Input, state *verdict.State) error {
	st := m.subject.Status
	if state.Hash == st.SchemaHash && st.SchemaID != 0 && state.Latest.ID == st.SchemaID {
		state.Ours = state.Latest
		return nil
	}
	if in.RegisteredID != 0 && state.Latest.ID == in.RegisteredID {
		state.Ours = state.Latest // It was registered in this attempt.
		return nil
	}
	found, err := m.client.LookupWith(ctx, m.name(), registrationOf(in))
	switch {
	case registry.NotFound(err), registry.ClassOf(err) == registry.InvalidSchema:
		return nil
	case err != nil:
		return err
	}
	state.Ours = &verdict.Registered{ID: int32(found.ID), Version: int32(found.Version)}
	return m.sameText(ctx, found, state)
}

// references gives the references that follow the latest their version, and
// makes sure that pinned ones exist. It reports whether all have one.
func (m *remote) references(ctx context.Context, in *verdict.Input) bool {
	if in.References == nil {
		return true
	}
	known := map[v1alpha1.ResolvedReference]bool{}
	for _, ref := range m.subject.Status.ResolvedReferences {
		known[ref] = true
	}
	for i := range in.References.Resolved {
		ref := &in.References.Resolved[i]
		if known[*ref] {
			continue // It was there when our schema was registered with it.
		}
		version := schema.Version(ref.Version)
		if version == 0 {
			version = schema.Latest
		}
		found, err := m.client.Version(ctx, schema.Subject(ref.Subject), version)
		switch {
		case registry.NotFound(err):
			in.References.Problem = v1alpha1.ReasonVersionNotFound
			in.References.Message = fmt.Sprintf("spec.references[%d]: the registry has no version %s of subject %s", i, version, ref.Subject)
			return false
		case err != nil:
			in.Failure = failure(verdict.None, err)
			return false
		}
		ref.Version = int32(found.Version)
	}
	return true
}

// check has the text judged under the level that is wanted, before anything is
// written.
func (m *remote) check(ctx context.Context, in *verdict.Input) (*verdict.Check, error) {
	level := schema.Level(verdict.DesiredLevel(in))
	var previous []registry.Registered
	if in.State.Latest != nil && level != schema.None {
		versions := []schema.Version{schema.Latest}
		if level.Transitive() {
			var err error
			if versions, err = m.client.Versions(ctx, m.name()); err != nil {
				return nil, err
			}
		}
		for _, v := range versions {
			p, err := m.client.Version(ctx, m.name(), v)
			if registry.NotFound(err) {
				continue // Deleted in between.
			}
			if err != nil {
				return nil, err
			}
			previous = append(previous, p)
		}
	}
	resolve := func(ref schema.Reference) (schema.Schema, error) {
		found, err := m.client.Version(ctx, ref.Subject, ref.Version)
		return found.Schema, err
	}
	before, check, err := m.checkHistory(ctx, in, level, previousOf(previous), resolve)
	if err != nil || check != nil {
		return check, err
	}
	if check, err = admission.Check(schemaOf(in), level, before, resolve); err != nil {
		return nil, err
	}
	return check, nil
}

func previousOf(registered []registry.Registered) []admission.Previous {
	previous := make([]admission.Previous, 0, len(registered))
	for _, r := range registered {
		previous = append(previous, admission.Previous{Version: r.Version, Schema: r.Schema})
	}
	return previous
}

// schemaOf is what the Subject asks the registry for.
func schemaOf(in *verdict.Input) schema.Schema {
	out := schema.Schema{Type: schema.Type(in.Subject.Type()), Text: in.Source.Text}
	if in.References == nil {
		return out
	}
	for _, ref := range in.References.Resolved {
		out.References = append(out.References, schema.Reference{
			Name: ref.Name, Subject: schema.Subject(ref.Subject), Version: schema.Version(ref.Version),
		})
	}
	return out
}
