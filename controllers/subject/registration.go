package subject

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/verdict"
	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// registrationOf is what the Subject asks the registry to register.
func registrationOf(in *verdict.Input) registry.Registration {
	spec := in.Subject.Spec
	out := registry.Registration{Schema: schemaOf(in), Normalize: spec.Normalize}
	if spec.Metadata != nil {
		out.Metadata = asJSON(sorted(spec.Metadata))
	}
	if spec.RuleSet != nil {
		out.RuleSet = asJSON(spec.RuleSet)
	}
	return out
}

// asJSON writes texts, lists and maps, which always works. The members of maps
// are in order.
func asJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return raw
}

// sorted puts sets in order, so that equal metadata has one form.
func sorted(m *v1alpha1.SchemaMetadata) *v1alpha1.SchemaMetadata {
	out := m.DeepCopy()
	slices.Sort(out.Sensitive)
	for tags := range maps.Values(out.Tags) {
		slices.Sort(tags)
	}
	return out
}

// hashOf is what tells whether a Subject asks for what it asked for before.
// Objects without metadata and rules have the hash that they always had.
func hashOf(in *verdict.Input) string {
	if in.Source == nil {
		return ""
	}
	what := registrationOf(in)
	raw := asJSON(struct {
		schema.Schema
		Metadata, RuleSet json.RawMessage `json:",omitempty"`
	}{what.Schema, what.Metadata, what.RuleSet})
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// sameText looks after equal texts, which are several versions where their
// metadata or rules differ: a lookup that does not speak of these finds any of
// them.
//
// Of a Subject that asks for what it asked for before, the version that it
// registered is its own as long as that is there, whatever else is found. A
// Subject that no longer speaks of them keeps the version that it registered
// with them.
func (m *remote) sameText(ctx context.Context, found registry.Registered, state *verdict.State) error {
	st, spec := m.subject.Status, m.subject.Spec
	if spec.Metadata != nil || spec.RuleSet != nil || st.SchemaID == 0 || st.Version == 0 || int32(found.ID) == st.SchemaID {
		return nil
	}
	was, err := m.client.Version(ctx, m.name(), schema.Version(st.Version))
	switch {
	case registry.NotFound(err):
		return nil
	case err != nil:
		return err
	case int32(was.ID) == st.SchemaID && reflect.DeepEqual(was.Schema, found.Schema):
		state.Ours = &verdict.Registered{ID: st.SchemaID, Version: st.Version}
	}
	return nil
}
