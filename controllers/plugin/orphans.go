package plugin

import (
	"context"
	"fmt"
	"slices"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// OrphansOptions say what Orphans prints.
type OrphansOptions struct {
	// Registry is the SchemaRegistry, as NAME or NAMESPACE/NAME; the only one of
	// the namespace when empty.
	Registry string
	// Names prints nothing but names, one a line, for scripts.
	Names bool
}

// Orphans prints the subjects of a registry that belong to no object: there is
// none, or those that there are were refused.
func (p *Plugin) Orphans(ctx context.Context, o OrphansOptions) error {
	r, err := p.open(ctx, p.named(o.Registry))
	if err != nil {
		return err
	}
	defer r.close()
	all, err := r.Subjects(ctx)
	if err != nil {
		return err
	}
	slices.Sort(all)
	objects, err := p.subjectsOf(ctx, r.key())
	if err != nil {
		return err
	}
	var found [][2]string
	for _, name := range all {
		if why := orphaned(objects[string(name)]); why != "" {
			found = append(found, [2]string{string(name), why})
		}
	}
	if o.Names {
		for _, f := range found {
			fmt.Fprintln(p.Out, f[0])
		}
		return nil
	}
	t := p.table("SUBJECT\tWHY")
	for _, f := range found {
		t.row(f[0], f[1])
	}
	if err := t.w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(p.Out, "\n%d of the %d subjects of registry %s belong to no object\n", len(found), len(all), r.key())
	return nil
}

// orphaned says why none of the objects has the subject, empty when one has.
func orphaned(objects []*v1alpha1.Subject) string {
	why := "no Subject names it"
	for _, s := range objects {
		if s.Owns() || s.Observes() || !s.HasSchema() {
			return ""
		}
		why = fmt.Sprintf("Subject %s/%s does not have it: %s", s.Namespace, s.Name, conditionOf(s.Status.Conditions, v1alpha1.ConditionReady).Reason)
	}
	return why
}
