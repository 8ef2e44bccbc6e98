package registry

import (
	"fmt"
	"math"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// draft is the state that a decision sees: a view, and what the decisions
// before it in the same batch are about to write. A batch holds registrations
// of different subjects only, so three facts are enough.
type draft struct {
	view    *store.View
	highest map[string]schema.ID
	ids     map[content]schema.ID
	touched map[schema.Subject]bool
}

// content is a schema as a key: two are equal exactly when context, type, text,
// references and extra are.
type content struct {
	context, text, references string
	kind                      schema.Type
	extra                     record.Extra
}

func contentOf(context string, s schema.Schema, x record.Extra) content {
	return content{context: context, text: s.Text, kind: s.Type, references: fmt.Sprintf("%q", s.References), extra: x}
}

func newDraft(v *store.View) *draft {
	return &draft{
		view: v, highest: map[string]schema.ID{}, ids: map[content]schema.ID{}, touched: map[schema.Subject]bool{},
	}
}

// nextID returns an id that no schema of the context ever had.
func (d *draft) nextID(context string) (schema.ID, error) {
	highest := max(d.view.MaxID(context), d.highest[context])
	if highest == math.MaxInt32 {
		return 0, &Error{Kind: StoreFailure, Err: fmt.Errorf("context %q has given out all ids", context)}
	}
	return highest + 1, nil
}

// registers notes a registration that is part of the batch.
func (d *draft) registers(s schema.Subject, c content, id schema.ID) {
	d.touched[s] = true
	d.ids[c] = id
	d.highest[c.context] = max(d.highest[c.context], id)
}
