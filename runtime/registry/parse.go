package registry

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// strictness says whether names and symbols are validated: new schemas are
// read strictly, what is in the log already is taken as it is.
type strictness byte

const (
	strict  strictness = 's'
	lenient strictness = 'l'
)

// parse reads a schema of a subject; its references are numbered already. The result may
// come from the cache; errors are those of the format package.
func (r *Registry) parse(v *store.View, from schema.Subject, s schema.Schema, how strictness) (format.Parsed, error) {
	resolve := resolver(v, from)
	key := r.keyOf(s, resolve, how)
	if parsed, ok := r.cache.get(key); ok {
		return parsed, nil
	}
	read, limits := format.ParseStored, r.limits.OrDefaults()
	if how == strict {
		read, limits = format.Parse, r.limits
	}
	parsed, err := read(s, resolve, limits)
	if err != nil {
		return nil, err
	}
	r.cache.put(key, parsed, parsedCost(s.Text))
	return parsed, nil
}

// parseEntry reads a registered version.
func (r *Registry) parseEntry(v *store.View, e *Entry) (format.Parsed, error) {
	return r.parse(v, e.Subject, e.Schema, lenient)
}

// keyOf hashes the schema and, depth first, what its references resolve to:
// the version behind a reference can be deleted permanently and registered
// again with another text. The walk has the depth and count limits of the
// parser, so that cycles end.
func (r *Registry) keyOf(s schema.Schema, resolve format.Resolver, how strictness) contentKey {
	h := sha256.New()
	h.Write([]byte{byte(how)})
	budget := r.limits.MaxReferences
	r.hashSchema(h, s, resolve, &budget)
	return contentKey(h.Sum(nil))
}

func (r *Registry) hashSchema(h hash.Hash, s schema.Schema, resolve format.Resolver, budget *int) {
	hashText(h, string(s.Type))
	hashText(h, s.Text)
	for _, ref := range s.References {
		*budget--
		if *budget < 0 {
			return
		}
		hashText(h, ref.Name)
		hashText(h, string(ref.Subject))
		hashText(h, ref.Version.String())
		if target, err := resolve(ref); err == nil {
			r.hashSchema(h, target, resolve, budget)
		}
	}
}

func hashText(h hash.Hash, s string) {
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(s)))
	h.Write(length[:])
	h.Write([]byte(s))
}

// resolver finds texts behind references of a subject, soft-deleted ones
// included: a registered schema stays readable whatever happened to what it
// refers to.
func resolver(v *store.View, from schema.Subject) format.Resolver {
	return func(ref schema.Reference) (schema.Schema, error) {
		e, ok := v.Entry(v.Target(from, ref), ref.Version)
		if !ok {
			return schema.Schema{}, fmt.Errorf("no schema reference found for subject %q and version %s", ref.Subject, ref.Version)
		}
		return e.Schema, nil
	}
}

// number replaces version -1 of references by the newest version in sight and
// checks that each target is in sight, which for a new schema means live.
func number(v *store.View, from schema.Subject, s schema.Schema, vis Visibility) (schema.Schema, error) {
	if len(s.References) == 0 {
		s.References = nil
		return s, nil
	}
	numbered := make([]schema.Reference, 0, len(s.References))
	for _, ref := range s.References {
		target := find(v, v.Target(from, ref), ref.Version, vis)
		if target == nil {
			return s, &Error{
				Kind: InvalidReferences, Type: s.Type,
				Detail: fmt.Sprintf("No schema reference found for subject %q and version %d", ref.Subject, ref.Version),
			}
		}
		ref.Version = target.Version
		numbered = append(numbered, ref)
	}
	s.References = numbered
	return s, nil
}

func findLive(v *store.View, s schema.Subject, version schema.Version) *Entry {
	return find(v, s, version, Live)
}

// find returns a version in sight. The latest one is the newest live one, and
// only without any the newest of all.
func find(v *store.View, s schema.Subject, version schema.Version, vis Visibility) *Entry {
	if version == schema.Latest {
		all := v.Entries(s)
		if e := newest(live(all)); e != nil || vis == Live {
			return e
		}
		return newest(all)
	}
	if e, ok := v.Entry(s, version); ok && vis.sees(e) {
		return e
	}
	return nil
}

// invalid turns what the format package says into an error for a client.
func invalid(s schema.Schema, err error) error {
	if s.Text == "" {
		return &Error{Kind: EmptySchema}
	}
	detail := err.Error()
	if e := (*format.Error)(nil); errors.As(err, &e) && e.Detail != "" {
		detail = e.Detail
	}
	return &Error{Kind: InvalidSchema, Type: s.Type, Detail: detail, Err: err}
}
