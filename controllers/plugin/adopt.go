package plugin

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// AdoptOptions say what Adopt does.
type AdoptOptions struct {
	Selection
	// Overwrite changes objects that were refused: they ask for what the
	// registry has. Without it they are left alone.
	Overwrite bool
	// DryRun sends everything to the API server, which stores nothing.
	DryRun bool
}

// Adopt makes an object for each selected subject that has none, asking for
// what the registry has, so that the operator takes the subject over without
// writing to the registry. It writes to Kubernetes alone.
func (p *Plugin) Adopt(ctx context.Context, o AdoptOptions) error {
	r, err := p.open(ctx, p.named(o.Registry))
	if err != nil {
		return err
	}
	defer r.close()
	names, err := p.selected(ctx, r, o.Selection)
	if err != nil {
		return err
	}
	objects, err := p.subjectsOf(ctx, r.key())
	if err != nil {
		return err
	}
	for _, name := range names {
		said, err := p.adopt(ctx, r, name, objects[string(name)], o)
		if err != nil {
			return fmt.Errorf("adopting %s: %w", name, err)
		}
		fmt.Fprintf(p.Out, "%s: %s\n", name, said)
	}
	return nil
}

func (p *Plugin) adopt(ctx context.Context, r *opened, name schema.Subject, objects []*v1alpha1.Subject, o AdoptOptions) (string, error) {
	var refused *v1alpha1.Subject
	for _, s := range objects {
		if orphaned([]*v1alpha1.Subject{s}) == "" {
			return fmt.Sprintf("belongs to Subject %s/%s", s.Namespace, s.Name), nil
		}
		if refused == nil || s.IsOlder(refused) {
			refused = s
		}
	}
	spec, err := p.specOf(ctx, r, name)
	if err != nil {
		return "", err
	}
	if refused == nil {
		s := &v1alpha1.Subject{ObjectMeta: metav1.ObjectMeta{Namespace: p.Namespace, Name: objectName(string(name))}, Spec: spec}
		if err := p.Client.Create(ctx, s, createOptions(o.DryRun)...); err != nil {
			return "", err
		}
		return fmt.Sprintf("Subject %s/%s created%s", s.Namespace, s.Name, suffix(o.DryRun)), nil
	}

	place := fmt.Sprintf("Subject %s/%s", refused.Namespace, refused.Name)
	switch {
	case !o.Overwrite:
		return place + " asks for something else; `kubectl plastron diff` shows what, --overwrite changes the object", nil
	case refused.Spec.SchemaFrom != nil:
		return place + " takes its text from a ConfigMap, which is not changed; put the text of `kubectl plastron export` there", nil
	}
	old := refused.DeepCopy()
	refused.Spec.Schema, refused.Spec.SchemaType, refused.Spec.References = spec.Schema, spec.SchemaType, spec.References
	if refused.Spec.Compatibility != nil {
		refused.Spec.Compatibility = spec.Compatibility
	}
	if refused.Spec.Mode != nil {
		refused.Spec.Mode = spec.Mode
	}
	var options []client.PatchOption
	if o.DryRun {
		options = append(options, client.DryRunAll)
	}
	if err := p.Client.Patch(ctx, refused, client.MergeFromWithOptions(old, client.MergeFromWithOptimisticLock{}), options...); err != nil {
		return "", err
	}
	return place + " asks for what the registry has now" + suffix(o.DryRun), nil
}

func createOptions(dryRun bool) []client.CreateOption {
	if dryRun {
		return []client.CreateOption{client.DryRunAll}
	}
	return nil
}

func suffix(dryRun bool) string {
	if dryRun {
		return " (dry run)"
	}
	return ""
}
