package record

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// DeleteSubjectValue is the value of a DELETE_SUBJECT record: the soft deletion
// of all versions of the subject up to and including Version that lie before
// it in the log.
type DeleteSubjectValue struct {
	Subject schema.Subject
	Version schema.Version
}

// ParseDeleteSubjectValue reads the value of a DELETE_SUBJECT record.
func ParseDeleteSubjectValue(raw []byte) (DeleteSubjectValue, error) {
	o, err := scanObject(raw)
	if err != nil {
		return DeleteSubjectValue{}, fmt.Errorf("reading a subject deletion: %w", err)
	}
	subject, _, err := o.subject()
	if err != nil {
		return DeleteSubjectValue{}, fmt.Errorf("reading a subject deletion: %w", err)
	}
	version, err := o.positive("version")
	if err != nil {
		return DeleteSubjectValue{}, fmt.Errorf("reading a subject deletion: %w", err)
	}
	return DeleteSubjectValue{Subject: subject, Version: schema.Version(version)}, nil
}

// Bytes returns the value in the form that every registry writes.
func (d DeleteSubjectValue) Bytes() []byte {
	b := AppendQuoted([]byte(`{"subject":`), string(d.Subject))
	b = append(b, `,"version":`...)
	b = strconv.AppendInt(b, int64(d.Version), 10)
	return append(b, '}')
}

// NoopValue is the value of a NOOP record of this registry: for each context
// the highest id that was ever given out. It is the one record whose value all
// registries of the field ignore, and it is what keeps the id of a schema that
// was hard-deleted and compacted away from being given to another one.
type NoopValue struct {
	// MaxID is the mark of the default context; 0 when no id was given out.
	MaxID schema.ID
	// Contexts has the marks of the other contexts.
	Contexts map[string]schema.ID
}

// ParseNoopValue reads the value of a NOOP record. Other registries write what
// they like, mostly nothing, so everything that is not a mark of ours is an
// empty value and no error.
func ParseNoopValue(raw []byte) NoopValue {
	if IsDelete(raw) {
		return NoopValue{}
	}
	o, err := scanObject(raw)
	if err != nil {
		return NoopValue{}
	}
	n := NoopValue{MaxID: o.mark("maxId")}
	text := o.value("contexts")
	if text == nil || text[0] != '{' {
		return n
	}
	contexts, err := scanObject(text)
	if err != nil {
		return n
	}
	for _, m := range contexts.members {
		if id := contexts.mark(string(m.name)); id > 0 {
			if n.Contexts == nil {
				n.Contexts = make(map[string]schema.ID, len(contexts.members))
			}
			n.Contexts[string(m.name)] = id
		}
	}
	return n
}

func (o object) mark(name string) schema.ID {
	id, ok, err := o.number(name)
	if err != nil || !ok || id < 0 || id > math.MaxInt32 {
		return 0
	}
	return schema.ID(id)
}

// Bytes returns {"maxId":n}, with the marks of other contexts, sorted by name,
// behind it when there are some.
func (n NoopValue) Bytes() []byte {
	b := strconv.AppendInt([]byte(`{"maxId":`), int64(n.MaxID), 10)
	for i, context := range slices.Sorted(maps.Keys(n.Contexts)) {
		if i == 0 {
			b = append(b, `,"contexts":{`...)
		} else {
			b = append(b, ',')
		}
		b = append(AppendQuoted(b, context), ':')
		b = strconv.AppendInt(b, int64(n.Contexts[context]), 10)
	}
	if len(n.Contexts) > 0 {
		b = append(b, '}')
	}
	return append(b, '}')
}

// Covers reports whether every mark of other is at most the one of n.
func (n NoopValue) Covers(other NoopValue) bool {
	if other.MaxID > n.MaxID {
		return false
	}
	for context, id := range other.Contexts {
		if id > n.Contexts[context] {
			return false
		}
	}
	return true
}
