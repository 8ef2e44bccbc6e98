package apply

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/controllers/build"
)

// Optional brings the objects of kinds that not every cluster has to the
// cluster, and removes those that are not wanted. They are read past the
// caches: watching a kind that is not served, or that the operator may not
// list, would stop the operator. missing names what the cluster lacks, empty
// for nothing; a caller looks again after a while.
func (a *Applier) Optional(ctx context.Context, owner client.Object, objects []build.Optional) (missing string, err error) {
	var lacks []string
	for _, o := range objects {
		served, err := a.optional(ctx, owner, o)
		if err != nil {
			return "", err
		}
		if !served && o.Object != nil {
			lacks = append(lacks, fmt.Sprintf("%s: this cluster has no resource %s (%s); install it, and the object is made",
				o.Field, o.Kind.Kind, o.Kind.GroupVersion()))
		}
	}
	return strings.Join(lacks, "; "), nil
}

// optional reports whether the cluster serves the kind.
func (a *Applier) optional(ctx context.Context, owner client.Object, o build.Optional) (served bool, err error) {
	live := &unstructured.Unstructured{}
	live.SetGroupVersionKind(o.Kind)
	err = a.Live.Get(ctx, client.ObjectKey{Namespace: owner.GetNamespace(), Name: o.Name}, live)
	switch {
	case meta.IsNoMatchError(err):
		return false, nil
	case o.Object == nil && (apierrors.IsNotFound(err) || apierrors.IsForbidden(err)):
		return true, nil // Nothing to remove, or nothing that was ever made.
	case apierrors.IsNotFound(err):
		live = nil
	case err != nil:
		return true, fmt.Errorf("reading %s %s: %w", o.Kind.Kind, o.Name, err)
	}
	if o.Object == nil {
		return true, a.remove(ctx, owner, o.Kind.Kind, live)
	}
	want, err := toUnstructured(client.ApplyConfigurationFromUnstructured(o.Object))
	if err != nil {
		return true, err
	}
	if live == nil {
		err := a.put(ctx, nil, want)
		if apierrors.IsNotFound(err) {
			return false, nil // The kind was there and is not anymore.
		}
		return true, err
	}
	if !metav1.IsControlledBy(live, owner) {
		return true, &ForeignError{Kind: o.Kind.Kind, Name: o.Name}
	}
	return true, a.put(ctx, live.Object, want)
}
