package subject

import (
	"context"
	"fmt"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/admission"
	"github.com/plastron-dev/plastron/controllers/verdict"
	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// historicSource reads the text of one entry of the history.
func (r *Reconciler) historicSource(ctx context.Context, s *v1alpha1.Subject, i int) (*verdict.Source, error) {
	entry, path := s.Spec.History[i], fmt.Sprintf("spec.history[%d]", i)
	if entry.Schema != nil {
		return sourceOf(path+".schema", *entry.Schema), nil
	}
	return r.configMapKey(ctx, s.Namespace, path+".schemaFrom.configMapKeyRef", *entry.SchemaFrom.ConfigMapKeyRef)
}

// readHistory looks for the older texts in the registry, once per generation
// and whenever a registration is at stake.
func (m *remote) readHistory(ctx context.Context, in *verdict.Input) error {
	s := m.subject
	if len(s.Spec.History) == 0 || (!verdict.NeedsRegistration(in) && s.Status.ObservedGeneration == s.Generation) {
		return nil
	}
	h := &verdict.History{}
	in.History = h
	live, err := m.client.Versions(ctx, m.name())
	if err != nil && !registry.NotFound(err) {
		return err
	}
	for _, v := range live {
		h.Live = append(h.Live, int32(v))
	}
	for i := range s.Spec.History {
		if m.historic[i].Text == "" {
			source, err := m.source(ctx, i)
			if err != nil {
				return err
			}
			if source.Problem != "" {
				h.Problem, h.Message = source.Problem, source.Message
				return nil
			}
			m.historic[i] = historicSchema(s, i, source.Text)
		}
		place, err := m.place(ctx, registry.Registration{Schema: m.historic[i], Normalize: s.Spec.Normalize}, len(live) > 0)
		if err != nil {
			return err
		}
		h.Places = append(h.Places, place)
	}
	return nil
}

// place finds the version that holds a schema, nil when none does.
func (m *remote) place(ctx context.Context, what registry.Registration, lookup bool) (*verdict.Registered, error) {
	if !lookup {
		return nil, nil
	}
	found, err := m.client.LookupWith(ctx, m.name(), what)
	switch {
	case registry.NotFound(err), registry.ClassOf(err) == registry.InvalidSchema:
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &verdict.Registered{ID: int32(found.ID), Version: int32(found.Version)}, nil
}

func historicSchema(s *v1alpha1.Subject, i int, text string) schema.Schema {
	out := schema.Schema{Type: schema.Type(s.Type()), Text: text}
	for _, ref := range s.Spec.History[i].References {
		out.References = append(out.References, schema.Reference{
			Name: ref.Name, Subject: schema.Subject(ref.Subject), Version: schema.Version(ref.Version),
		})
	}
	return out
}

// checkHistory judges the texts that are to be registered before the schema,
// each against those before it, and returns what the schema then follows.
// A problem is told with the entry that has it; nothing has been written then.
func (m *remote) checkHistory(ctx context.Context, in *verdict.Input, level schema.Level, previous []admission.Previous, resolve func(schema.Reference) (schema.Schema, error)) (
	[]admission.Previous, *verdict.Check, error,
) {
	i, ok := verdict.NextHistoric(in)
	if !ok {
		return previous, nil, nil
	}
	for ; i < len(m.historic); i++ {
		check, err := admission.Check(m.historic[i], level, previous, resolve)
		if err != nil {
			return nil, nil, err
		}
		path := fmt.Sprintf("spec.history[%d]: ", i)
		if check.Invalid != "" {
			check.Invalid = path + check.Invalid
			return nil, check, nil
		}
		if len(check.Incompatibilities) > 0 {
			check.Incompatibilities[0].Message = path + check.Incompatibilities[0].Message
			return nil, check, nil
		}
		if !level.Transitive() {
			previous = nil
		}
		previous = append(previous, admission.Previous{Version: schema.Version(i + 1), Schema: m.historic[i]})
	}
	return previous, nil, nil
}

// historicReferences makes sure that what the older texts refer to is there.
func (m *remote) historicReferences(ctx context.Context, in *verdict.Input) (bool, error) {
	i, ok := verdict.NextHistoric(in)
	for ; ok && i < len(m.historic); i++ {
		for j, ref := range m.historic[i].References {
			_, err := m.client.Version(ctx, ref.Subject, ref.Version)
			switch {
			case registry.NotFound(err):
				in.References.Problem = v1alpha1.ReasonVersionNotFound
				in.References.Message = fmt.Sprintf("spec.history[%d].references[%d]: the registry has no version %s of subject %s", i, j, ref.Version, ref.Subject)
				return false, nil
			case err != nil:
				return false, err
			}
		}
	}
	return true, nil
}
