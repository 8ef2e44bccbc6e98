package format

import (
	"fmt"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// Resolver returns the schema behind a reference: its text with its own
// references. Whether a soft-deleted version counts is the resolver's
// decision. It is called depth first, once for each subject and version.
type Resolver func(schema.Reference) (schema.Schema, error)

// reference is one that was followed, with the text behind it.
type reference struct {
	schema.Reference
	text string
}

// collect returns all references of s, each after those that it uses itself.
func collect(s schema.Schema, resolve Resolver, limits Limits) ([]reference, error) {
	if len(s.References) == 0 {
		return nil, nil
	}
	c := collector{typ: s.Type, resolve: resolve, limits: limits, visited: map[target]struct{}{}}
	if err := c.visit(s.References, 1); err != nil {
		return nil, err
	}
	return c.used, nil
}

// target is what a reference points to. In Avro the types in the text have
// names of their own; elsewhere the text is known by the name of the reference.
type target struct {
	subject schema.Subject
	version schema.Version
	name    string
}

// collector walks references depth first. A version can only reference
// versions that exist before it, so there are no cycles in what the registry
// accepted; a topic that somebody else wrote may hold one, and a target that
// was visited is not visited again.
type collector struct {
	typ     schema.Type
	resolve Resolver
	limits  Limits
	visited map[target]struct{}
	used    []reference
	seen    int
}

func (c *collector) visit(references []schema.Reference, depth int) error {
	if len(references) > 0 && c.limits.MaxReferenceDepth > 0 && depth > c.limits.MaxReferenceDepth {
		e := &Error{Type: c.typ, Detail: fmt.Sprintf("a chain of references is longer than %d", c.limits.MaxReferenceDepth)}
		return e.beyond(MaxReferenceDepth, c.limits)
	}
	for _, r := range lastOfName(references) {
		c.seen++
		if c.limits.MaxReferences > 0 && c.seen > c.limits.MaxReferences {
			e := &Error{Type: c.typ, Detail: fmt.Sprintf("the schema has more than %d references, those of references included", c.limits.MaxReferences)}
			return e.beyond(MaxReferences, c.limits)
		}
		to := target{subject: r.Subject, version: r.Version}
		if c.typ != schema.Avro {
			to.name = r.Name
		}
		if _, again := c.visited[to]; again {
			continue
		}
		c.visited[to] = struct{}{}
		if err := c.follow(r, depth); err != nil {
			return err
		}
	}
	return nil
}

func (c *collector) follow(r schema.Reference, depth int) error {
	if c.resolve == nil {
		return c.unresolved(r, "references cannot be resolved here", nil)
	}
	found, err := c.resolve(r)
	if err != nil {
		return c.unresolved(r, err.Error(), err)
	}
	if found.Type == "" {
		found.Type = schema.Avro
	}
	if found.Type != c.typ {
		return c.unresolved(r, fmt.Sprintf("it is of type %s", found.Type), nil)
	}
	if err := c.visit(found.References, depth+1); err != nil {
		return err
	}
	c.used = append(c.used, reference{Reference: r, text: found.Text})
	return nil
}

func (c *collector) unresolved(r schema.Reference, why string, err error) error {
	return &Error{
		Type:   c.typ,
		Kind:   Unresolved,
		Detail: fmt.Sprintf("the reference %q to subject %s, version %s: %s", r.Name, r.Subject, r.Version, why),
		Err:    err,
	}
}

// lastOfName drops references whose name a later one carries too: in Karapace
// the later one takes the place of the earlier one.
func lastOfName(references []schema.Reference) []schema.Reference {
	at := make(map[string]int, len(references))
	kept := make([]schema.Reference, 0, len(references))
	for _, r := range references {
		if i, again := at[r.Name]; again {
			kept[i] = r
			continue
		}
		at[r.Name] = len(kept)
		kept = append(kept, r)
	}
	return kept
}
