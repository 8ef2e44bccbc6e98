package manager

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/build"
	"github.com/plastron-dev/plastron/controllers/index"
)

// Scheme returns the types that the operator works with.
func Scheme() (*runtime.Scheme, error) {
	s := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(s); err != nil {
		return nil, fmt.Errorf("registering Kubernetes types: %w", err)
	}
	if err := v1alpha1.AddToScheme(s); err != nil {
		return nil, fmt.Errorf("registering our types: %w", err)
	}
	return s, nil
}

// cacheOptions say what the caches hold.
func cacheOptions(namespaces []string) cache.Options {
	ours := cache.ByObject{Label: labels.SelectorFromSet(labels.Set{"app.kubernetes.io/managed-by": build.ManagedBy})}
	o := cache.Options{
		DefaultTransform: strip,
		ByObject: map[client.Object]cache.ByObject{
			&appsv1.StatefulSet{}:           ours,
			&corev1.Service{}:               ours,
			&corev1.Pod{}:                   ours,
			&policyv1.PodDisruptionBudget{}: ours,
			&networkingv1.Ingress{}:         ours,
			&networkingv1.NetworkPolicy{}:   ours,
		},
	}
	if len(namespaces) > 0 {
		o.DefaultNamespaces = map[string]cache.Config{}
		for _, n := range namespaces {
			o.DefaultNamespaces[n] = cache.Config{}
		}
	}
	return o
}

// strip leaves out of the caches what nobody reads and what takes as much memory
// as the rest: who manages which field, and the copy of the object that kubectl
// keeps in an annotation. Objects are written by patches, so that neither is lost.
func strip(in any) (any, error) {
	o, err := meta.Accessor(in)
	if err != nil {
		return in, nil // The last state of what was deleted.
	}
	o.SetManagedFields(nil)
	if a := o.GetAnnotations(); a[corev1.LastAppliedConfigAnnotation] != "" {
		delete(a, corev1.LastAppliedConfigAnnotation)
		o.SetAnnotations(a)
	}
	return in, nil
}

// addIndexes fills the indexes that the controllers find objects by.
func addIndexes(ctx context.Context, mgr ctrl.Manager) error {
	subjects := map[string]func(*v1alpha1.Subject) []string{
		index.SubjectRegistry:        index.RegistryOfSubject,
		index.SubjectTarget:          index.TargetOfSubject,
		index.SubjectReferences:      index.ReferencesOfSubject,
		index.SubjectNamedReferences: index.NamedReferencesOfSubject,
		index.SubjectConfigMap:       index.ConfigMapOfSubject,
	}
	for name, keys := range subjects {
		if err := addIndex(ctx, mgr, &v1alpha1.Subject{}, name, keys); err != nil {
			return err
		}
	}
	registries := map[string]func(*v1alpha1.SchemaRegistry) []string{
		index.Secrets: index.SecretsOfRegistry,
		index.Strimzi: index.StrimziOfRegistry,
	}
	for name, keys := range registries {
		if err := addIndex(ctx, mgr, &v1alpha1.SchemaRegistry{}, name, keys); err != nil {
			return err
		}
	}
	proxies := map[string]func(*v1alpha1.RestProxy) []string{
		index.ProxyRegistry: index.RegistryOfProxy,
		index.Secrets:       index.SecretsOfProxy,
		index.Strimzi:       index.StrimziOfProxy,
	}
	for name, keys := range proxies {
		if err := addIndex(ctx, mgr, &v1alpha1.RestProxy{}, name, keys); err != nil {
			return err
		}
	}
	return nil
}

func addIndex[T client.Object](ctx context.Context, mgr ctrl.Manager, kind T, name string, keys func(T) []string) error {
	err := mgr.GetFieldIndexer().IndexField(ctx, kind, name, func(o client.Object) []string {
		typed, ok := o.(T)
		if !ok {
			return nil
		}
		return keys(typed)
	})
	if err != nil {
		return fmt.Errorf("adding index %s: %w", name, err)
	}
	return nil
}
