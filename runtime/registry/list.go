package registry

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// anyContext opens a prefix that searches every context.
const anyContext = ":*:"

// Listing chooses subjects or schemas.
type Listing struct {
	Visibility Visibility
	// Prefix is what subjects start with. A plain prefix searches the default
	// context, ":.ctx:" that context, ":*:" all of them.
	Prefix string
	// LatestOnly keeps the newest version in sight of each subject.
	LatestOnly bool
	// RuleTypes keeps versions with a rule of one of these types; none keeps all.
	// Rule sets are never registered here, but those in the log are carried.
	RuleTypes []string
}

// Subjects lists subjects that have at least one version in sight. Under
// OnlyDeleted a subject counts when all its versions are soft-deleted. The
// order is that of first sight in the log under Karapace and by name under
// Confluent.
func (r *Registry) Subjects(l Listing) []schema.Subject {
	view := r.views.View()
	out := []schema.Subject{}
	for _, s := range r.ordered(view) {
		if matchesPrefix(view.Naming(), s, l.Prefix) && l.listed(view.Entries(s)) {
			out = append(out, s)
		}
	}
	return out
}

func (l Listing) listed(entries []*Entry) bool {
	isLive := slices.ContainsFunc(entries, func(e *Entry) bool { return !e.Deleted })
	switch l.Visibility {
	case WithDeleted:
		return len(entries) > 0
	case OnlyDeleted:
		return len(entries) > 0 && !isLive
	default:
		return isLive
	}
}

// Schemas lists versions by subject and version.
func (r *Registry) Schemas(l Listing) []*Entry {
	view := r.views.View()
	out := []*Entry{}
	for _, s := range view.Subjects() {
		if !matchesPrefix(view.Naming(), s, l.Prefix) {
			continue
		}
		start := len(out)
		for _, e := range view.Entries(s) {
			if l.Visibility.sees(e) {
				out = append(out, e)
			}
		}
		if l.LatestOnly && len(out) > start+1 {
			out[start] = out[len(out)-1]
			out = out[:start+1]
		}
	}
	if len(l.RuleTypes) > 0 {
		out = slices.DeleteFunc(out, func(e *Entry) bool { return !hasRule(e.Extra, l.RuleTypes) })
	}
	return out
}

// hasRule reports whether a rule set has a rule of one of these types.
func hasRule(x record.Extra, types []string) bool {
	if x.RuleSet == "" {
		return false
	}
	type rules []struct {
		Type string `json:"type"`
	}
	var set struct {
		Migration rules `json:"migrationRules"`
		Domain    rules `json:"domainRules"`
		Encoding  rules `json:"encodingRules"`
	}
	_ = json.Unmarshal([]byte(x.RuleSet), &set) // What is no rule has no type.
	for _, rule := range slices.Concat(set.Migration, set.Domain, set.Encoding) {
		if slices.Contains(types, rule.Type) {
			return true
		}
	}
	return false
}

func matchesPrefix(n schema.Naming, s schema.Subject, prefix string) bool {
	if name, all := strings.CutPrefix(prefix, anyContext); all && n == schema.WithContexts {
		return strings.HasPrefix(n.Name(s), name)
	}
	asked := schema.Subject(prefix)
	return n.Context(s) == n.Context(asked) && strings.HasPrefix(n.Name(s), n.Name(asked))
}

// subjectOrder remembers the order of first sight for one view, since sorting
// is more work than anything else that a listing does.
type subjectOrder struct {
	view     *store.View
	subjects []schema.Subject
}

func (r *Registry) ordered(v *store.View) []schema.Subject {
	if !r.points.FirstSeenOrder {
		return v.Subjects()
	}
	if o := r.order.Load(); o != nil && o.view == v {
		return o.subjects
	}
	subjects := slices.Clone(v.Subjects())
	first := make(map[schema.Subject]int64, len(subjects))
	for _, s := range subjects {
		first[s] = firstOffset(v.Entries(s))
	}
	slices.SortStableFunc(subjects, func(a, b schema.Subject) int { return cmp.Compare(first[a], first[b]) })
	r.order.Store(&subjectOrder{view: v, subjects: subjects})
	return subjects
}

// firstOffset approximates first sight: a version that was written again, by
// a soft delete for example, has moved to the later offset.
func firstOffset(entries []*Entry) int64 {
	first := entries[0].Offset
	for _, e := range entries[1:] {
		first = min(first, e.Offset)
	}
	return first
}

// Types lists the schema types that can be registered.
func (r *Registry) Types() []schema.Type { return format.Types() }
