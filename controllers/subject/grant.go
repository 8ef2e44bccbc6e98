package subject

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/verdict"
)

// registryOf returns the SchemaRegistry of a Subject, nil when there is none
// that the operator can see.
func (r *Reconciler) registryOf(ctx context.Context, s *v1alpha1.Subject) (*v1alpha1.SchemaRegistry, error) {
	if !r.sees(s.RegistryNamespace()) {
		return nil, nil
	}
	reg := &v1alpha1.SchemaRegistry{}
	err := r.Client.Get(ctx, client.ObjectKey{Namespace: s.RegistryNamespace(), Name: s.Spec.RegistryRef.Name}, reg)
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading SchemaRegistry %s: %w", s.RegistryKey(), err)
	}
	return reg, nil
}

// sees reports whether the caches hold objects of a namespace.
func (r *Reconciler) sees(namespace string) bool {
	return len(r.Namespaces) == 0 || slices.Contains(r.Namespaces, namespace)
}

// grant asks what the registry lets a Subject do. Labels of namespaces are read
// only for a registry that selects by them, and past the caches: the operator
// does not watch namespaces. One that it may not read has no labels.
func (r *Reconciler) grant(ctx context.Context, reg *v1alpha1.SchemaRegistry, s *v1alpha1.Subject) (verdict.Grant, error) {
	if !verdict.SelectsNamespaces(reg) {
		return verdict.GrantOf(reg, s, nil), nil
	}
	ns := &corev1.Namespace{}
	err := r.Live.Get(ctx, client.ObjectKey{Name: s.Namespace}, ns)
	if err != nil && !apierrors.IsForbidden(err) && !apierrors.IsNotFound(err) {
		return verdict.Grant{}, fmt.Errorf("reading namespace %s: %w", s.Namespace, err)
	}
	return verdict.GrantOf(reg, s, ns.Labels), nil
}
