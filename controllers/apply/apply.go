package apply

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/build"
)

// ForeignError says that the name of a child is taken by an object that the
// owner does not control.
type ForeignError struct {
	Kind, Name string
}

// Error names the object and the remedy.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s %s exists and is not controlled by this object: delete or rename it, or choose another name", e.Kind, e.Name)
}

// IsForeign reports whether an error of Apply is about an object of somebody
// else, which only a person can resolve.
func IsForeign(err error) bool {
	_, ok := errors.AsType[*ForeignError](err)
	return ok
}

// Applier applies the children of one kind of owner.
type Applier struct {
	// Client writes, and reads from the caches of the manager.
	Client client.Client
	// Live reads past the caches, which hold only objects with our labels.
	Live client.Reader
	// FieldManager owns what is applied. It must never change: fields of
	// another manager are not removed when we stop to apply them.
	FieldManager string
}

// Apply brings each of the children to the cluster, in order, and removes
// those that are to be pruned.
func (a *Applier) Apply(ctx context.Context, owner client.Object, children build.Children) error {
	for _, c := range children.Apply {
		if err := a.one(ctx, owner, c); err != nil {
			return err
		}
	}
	for _, key := range children.Prune {
		if err := a.prune(ctx, owner, key); err != nil {
			return err
		}
	}
	return nil
}

func (a *Applier) one(ctx context.Context, owner client.Object, c runtime.ApplyConfiguration) error {
	want, err := toUnstructured(c)
	if err != nil {
		return err
	}
	live, err := a.find(ctx, owner, want)
	if err != nil {
		return err
	}
	return a.put(ctx, live, want)
}

// put applies want unless live, nil for none, is that already.
func (a *Applier) put(ctx context.Context, live map[string]any, want *unstructured.Unstructured) error {
	if live != nil && unchanged(live, want) {
		return nil
	}
	if err := a.leaveRolling(ctx, live, want); err != nil {
		return err
	}
	err := a.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(want), client.FieldOwner(a.FieldManager), client.ForceOwnership)
	if err != nil {
		return fmt.Errorf("applying %s %s: %w", want.GetKind(), want.GetName(), err)
	}
	return nil
}

// find returns the object that want describes as it is in the cluster, nil
// when there is none, and a ForeignError when it is not the owner's.
func (a *Applier) find(ctx context.Context, owner client.Object, want *unstructured.Unstructured) (map[string]any, error) {
	typed, err := a.Client.Scheme().New(want.GroupVersionKind())
	if err != nil {
		return nil, fmt.Errorf("looking up the type of %s: %w", want.GetKind(), err)
	}
	object, ok := typed.(client.Object)
	if !ok {
		return nil, fmt.Errorf("looking up the type of %s: it is not an object", want.GetKind())
	}
	key := client.ObjectKeyFromObject(want)
	err = a.Client.Get(ctx, key, object)
	if apierrors.IsNotFound(err) {
		// The caches hold objects with our labels only; one without them may
		// have the name.
		err = a.Live.Get(ctx, key, object)
	}
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s %s: %w", want.GetKind(), want.GetName(), err)
	}
	if !metav1.IsControlledBy(object, owner) {
		return nil, &ForeignError{Kind: want.GetKind(), Name: want.GetName()}
	}
	live, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, fmt.Errorf("converting %s %s: %w", want.GetKind(), want.GetName(), err)
	}
	return live, nil
}

// prune deletes an object of the owner; one that is not the owner's stays.
func (a *Applier) prune(ctx context.Context, owner client.Object, key build.ObjectKey) error {
	typed, err := a.Client.Scheme().New(key.GroupVersionKind)
	if err != nil {
		return fmt.Errorf("looking up the type of %s: %w", key.GroupVersionKind.Kind, err)
	}
	o, ok := typed.(client.Object)
	if !ok {
		return fmt.Errorf("looking up the type of %s: it is not an object", key.GroupVersionKind.Kind)
	}
	err = a.Client.Get(ctx, client.ObjectKey{Namespace: owner.GetNamespace(), Name: key.Name}, o)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading %s %s: %w", key.GroupVersionKind.Kind, key.Name, err)
	}
	return a.remove(ctx, owner, key.GroupVersionKind.Kind, o)
}

// remove deletes o if it is the owner's.
func (a *Applier) remove(ctx context.Context, owner client.Object, kind string, o client.Object) error {
	if !metav1.IsControlledBy(o, owner) || !o.GetDeletionTimestamp().IsZero() {
		return nil
	}
	if err := a.Client.Delete(ctx, o, client.Preconditions{UID: new(o.GetUID())}); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("deleting %s %s: %w", kind, o.GetName(), err)
	}
	return nil
}

// toUnstructured gives an apply configuration the form that is hashed and
// sent, with the hash of itself as an annotation.
func toUnstructured(c runtime.ApplyConfiguration) (*unstructured.Unstructured, error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(c)
	if err != nil {
		return nil, fmt.Errorf("converting an apply configuration: %w", err)
	}
	u := &unstructured.Unstructured{Object: content}
	hash, err := hashOf(content)
	if err != nil {
		return nil, fmt.Errorf("hashing %s %s: %w", u.GetKind(), u.GetName(), err)
	}
	annotations := u.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[v1alpha1.AnnotationAppliedHash] = hash
	u.SetAnnotations(annotations)
	return u, nil
}
