package format

import (
	"fmt"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// Resolver returns the schema behind a reference: its text with its own
// references. Whether a soft-deleted version counts is the resolver's
// decision. It is called depth first, once for each subject and version.
type Resolver func(schema.Reference) (schema.Schema, error)

// collect returns the texts of all references of s, each after the texts that
// it uses itself, and the reference that each text came from.
func collect(s schema.Schema, resolve Resolver, limits Limits) ([]string, []schema.Reference, error) {
	if len(s.References) == 0 {
		return nil, nil, nil
	}
	c := collector{typ: s.Type, resolve: resolve, limits: limits, visited: map[target]struct{}{}}
	if err := c.visit(s.References, 1); err != nil {
		return nil, nil, err
	}
	return c.texts, c.names, nil
}

// target is what a reference points to; its name does not matter.
type target struct {
	subject schema.Subject
	version schema.Version
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
	texts   []string
	names   []schema.Reference
	seen    int
}

func (c *collector) visit(references []schema.Reference, depth int) error {
	if c.limits.MaxReferenceDepth > 0 && depth > c.limits.MaxReferenceDepth {
		return &Error{Type: c.typ, Kind: TooLarge, Detail: fmt.Sprintf("a chain of references is longer than %d", c.limits.MaxReferenceDepth)}
	}
	for _, r := range lastOfName(references) {
		c.seen++
		if c.limits.MaxReferences > 0 && c.seen > c.limits.MaxReferences {
			return &Error{Type: c.typ, Kind: TooLarge, Detail: fmt.Sprintf("the schema has more than %d references, those of references included", c.limits.MaxReferences)}
		}
		to := target{r.Subject, r.Version}
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
	c.texts = append(c.texts, found.Text)
	c.names = append(c.names, r)
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
