package plugin

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// StatusOptions say what Status looks at.
type StatusOptions struct {
	// AllNamespaces looks at all; else at that of the Plugin.
	AllNamespaces bool
	// Fail returns ErrDifferent when something is not ready.
	Fail bool
}

// trouble is an object that does not have what it asks for.
type trouble struct {
	kind, namespace, name, condition, reason, message string
}

// Status prints the registries and proxies, how many Subjects are as they ask
// to be, and for each object that is not why.
func (p *Plugin) Status(ctx context.Context, o StatusOptions) error {
	where := []client.ListOption{client.InNamespace(p.Namespace)}
	if o.AllNamespaces {
		where = nil
	}
	var registries v1alpha1.SchemaRegistryList
	var proxies v1alpha1.RestProxyList
	var subjects v1alpha1.SubjectList
	for what, list := range map[string]client.ObjectList{"SchemaRegistries": &registries, "RestProxies": &proxies, "Subjects": &subjects} {
		if err := p.Client.List(ctx, list, where...); err != nil {
			return fmt.Errorf("listing %s: %w", what, err)
		}
	}

	var troubles []trouble
	t := p.table("REGISTRY\tTYPE\tREADY\tREPLICAS\tPRIMARY\tSUBJECTS\tOUT OF SYNC\tVERSION")
	for i := range registries.Items {
		r := &registries.Items[i]
		troubles = append(troubles, troublesOf(v1alpha1.KindSchemaRegistry, r, r.Status.Conditions, v1alpha1.ConditionReady)...)
		counts := r.Status.Subjects
		if counts == nil {
			counts = &v1alpha1.SubjectCounts{}
		}
		t.row(r.Namespace+"/"+r.Name, r.Spec.Type, conditionOf(r.Status.Conditions, v1alpha1.ConditionReady).Status,
			replicas(r), primary(r), counts.Attached, counts.OutOfSync, r.Status.Version)
	}
	for i := range proxies.Items {
		r := &proxies.Items[i]
		troubles = append(troubles, troublesOf(v1alpha1.KindRestProxy, r, r.Status.Conditions, v1alpha1.ConditionReady, v1alpha1.ConditionRegistryResolved)...)
	}
	unready := 0
	for i := range subjects.Items {
		s := &subjects.Items[i]
		found := troublesOf(v1alpha1.KindSubject, s, s.Status.Conditions, v1alpha1.ConditionReady, v1alpha1.ConditionInSync)
		if len(found) > 0 {
			unready++
		}
		troubles = append(troubles, found...)
	}
	if err := t.w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(p.Out, "\n%d SchemaRegistries, %d RestProxies, %d Subjects; %d Subjects are not as they ask to be\n",
		len(registries.Items), len(proxies.Items), len(subjects.Items), unready)
	return p.tell(troubles, o.Fail)
}

func (p *Plugin) tell(troubles []trouble, fail bool) error {
	for _, t := range troubles {
		fmt.Fprintf(p.Out, "\n%s %s/%s: %s is not True, %s\n  %s\n", t.kind, t.namespace, t.name, t.condition, t.reason, t.message)
	}
	if fail && len(troubles) > 0 {
		return ErrDifferent
	}
	return nil
}

// troublesOf returns the first of the conditions that is not True, and none for
// one that does not exist unless it is Ready. A status of an older generation
// says nothing.
func troublesOf(kind string, o client.Object, all []metav1.Condition, types ...string) []trouble {
	for _, typ := range types {
		c := conditionOf(all, typ)
		if c.Status == metav1.ConditionTrue && c.ObservedGeneration < o.GetGeneration() {
			c.Reason, c.Message = v1alpha1.ReasonPending, "The operator has not looked at the newest change yet"
		} else if c.Status == metav1.ConditionTrue || (typ != v1alpha1.ConditionReady && c.Status == metav1.ConditionUnknown) {
			continue
		}
		return []trouble{{kind, o.GetNamespace(), o.GetName(), typ, c.Reason, c.Message}}
	}
	return nil
}

func replicas(r *v1alpha1.SchemaRegistry) string {
	if !r.IsManaged() {
		return "-"
	}
	return fmt.Sprintf("%d/%d", r.Status.ReadyReplicas, r.ReplicaCount())
}

func primary(r *v1alpha1.SchemaRegistry) string {
	switch p := r.Status.Primary; {
	case p == nil:
		return "-"
	case p.Pod != "":
		return p.Pod
	default:
		return p.URL
	}
}
