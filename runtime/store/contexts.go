package store

import (
	"iter"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Contexts returns the names of all contexts that have a version, soft-deleted
// or not, or a CONTEXT record, in the order of their bytes. The default one is
// always among them, and the only one where names are plain.
func (v *View) Contexts() []string {
	out := []string{schema.DefaultContext}
	if v.naming == schema.PlainNames {
		return out
	}
	v.maxIDs.all(func(context string, _ schema.ID) bool {
		if context != schema.DefaultContext && v.inhabited(context) {
			out = append(out, context)
		}
		return true
	})
	v.declared.all(func(context string, _ record.Key) bool {
		out = append(out, context)
		return true
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// ContextKeys returns the keys of the CONTEXT record of a context, none when
// there is no such record.
func (v *View) ContextKeys(context string) []record.Key {
	if k, ok := v.declared.get(context); ok {
		return []record.Key{k}
	}
	return nil
}

// InContext returns the subjects of a context that have a version, soft-deleted
// or not, in the order of their bytes.
func (v *View) InContext(context string) iter.Seq[schema.Subject] {
	return func(yield func(schema.Subject) bool) {
		all := v.names.all()
		prefix := ":" + context + ":"
		if context == schema.DefaultContext {
			prefix = ""
		}
		at, _ := slices.BinarySearch(all, schema.Subject(prefix))
		for _, s := range all[at:] {
			if !strings.HasPrefix(string(s), prefix) {
				return
			}
			if v.naming.Context(s) == context && !yield(s) {
				return
			}
		}
	}
}

func (v *View) inhabited(context string) bool {
	for range v.InContext(context) {
		return true
	}
	return false
}

// Modes returns the subjects of a context that have a mode of their own, in the
// order of their bytes. The context itself is not among them.
func (v *View) Modes(context string) []schema.Subject {
	var out []schema.Subject
	v.modes.all(func(k record.Key, _ record.ModeValue) bool {
		if !k.Global && v.naming.Name(k.Subject) != "" && v.naming.Context(k.Subject) == context {
			out = append(out, k.Subject)
		}
		return true
	})
	slices.Sort(out)
	return out
}

// Aliases returns the subjects whose configuration names another subject that
// they stand for, in the order of their bytes, each with that subject.
func (v *View) Aliases() map[schema.Subject][]schema.Subject {
	out := map[schema.Subject][]schema.Subject{}
	v.configs.all(func(k record.Key, c record.ConfigValue) bool {
		if alias := c.Alias(); alias != "" && !k.Global {
			out[alias] = append(out[alias], k.Subject)
		}
		return true
	})
	for _, list := range out {
		slices.Sort(list)
	}
	return out
}

// applyContext notes a context that is there although it may have no schema.
func (b *builder) applyContext(k record.Key, deleted bool) {
	context, ok := k.Context()
	switch {
	case !ok || context == schema.DefaultContext:
	case deleted:
		b.declared = b.declared.del(b.edit, context)
	default:
		b.declared = b.declared.set(b.edit, context, k)
	}
}
