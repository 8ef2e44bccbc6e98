package restproxy

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/build"
	"github.com/plastron-dev/plastron/controllers/credentials"
)

// target is the registry of a proxy.
type target struct {
	// known says that url is what the pods are to use, empty for none.
	known bool
	url   string
	// files by which the pods trust the registry and are known there, and
	// user, the name that they show.
	files []build.File
	user  string
	// What the condition RegistryResolved says.
	status          metav1.ConditionStatus
	reason, message string
}

// resolve finds the address of the proxy's registry.
func (r *Reconciler) resolve(ctx context.Context, p *v1alpha1.RestProxy) (target, error) {
	spec := p.Spec.SchemaRegistry
	switch {
	case spec == nil:
		return target{known: true, status: metav1.ConditionTrue, reason: v1alpha1.ReasonNoRegistry,
			message: "The proxy serves binary and plain JSON only"}, nil
	case spec.URL != nil:
		t := usable("spec.schemaRegistry.url", *spec.URL)
		err := r.access(ctx, p, nil, &t)
		return t, err
	case spec.Ref == nil:
		return target{status: metav1.ConditionFalse, reason: v1alpha1.ReasonInvalidSpec,
			message: "spec.schemaRegistry: set ref or url"}, nil
	}

	reg := &v1alpha1.SchemaRegistry{}
	err := r.Client.Get(ctx, client.ObjectKey{Namespace: p.Namespace, Name: spec.Ref.Name}, reg)
	if apierrors.IsNotFound(err) {
		return target{status: metav1.ConditionFalse, reason: v1alpha1.ReasonRegistryNotFound,
			message: fmt.Sprintf("spec.schemaRegistry.ref: there is no SchemaRegistry %s/%s; create it, or name another", p.Namespace, spec.Ref.Name)}, nil
	}
	if err != nil {
		return target{}, fmt.Errorf("reading SchemaRegistry %s/%s: %w", p.Namespace, spec.Ref.Name, err)
	}
	urls := reg.URLs()
	if len(urls) == 0 {
		return target{status: metav1.ConditionFalse, reason: v1alpha1.ReasonRegistryNotReady,
			message: fmt.Sprintf("SchemaRegistry %s has no address", reg.Name)}, nil
	}
	t := usable("spec.schemaRegistry.ref", urls[0])
	if t.known && !reg.IsReachable() {
		// The proxy runs without it: only schemas have to wait.
		t.status, t.reason = metav1.ConditionFalse, v1alpha1.ReasonRegistryNotReady
		t.message = fmt.Sprintf("SchemaRegistry %s does not answer yet", reg.Name)
	}
	err = r.access(ctx, p, reg, &t)
	return t, err
}

// access adds what the pods need to trust the registry, nil with a URL, and to
// be known there. Until it is there, pods are left as they are.
func (r *Reconciler) access(ctx context.Context, p *v1alpha1.RestProxy, reg *v1alpha1.SchemaRegistry, t *target) (err error) {
	if t.files, t.user, err = r.Secrets.RegistryOfProxy(ctx, p.Namespace, p.Spec.SchemaRegistry, reg); err == nil {
		return nil
	}
	problem, err := credentials.AsProblem(err)
	if problem != nil {
		*t = target{status: metav1.ConditionFalse, reason: problem.Reason, message: problem.Message}
	}
	return err
}

func usable(path, url string) target {
	if _, err := build.CheckRegistryURL(url); err != nil {
		return target{status: metav1.ConditionFalse, reason: v1alpha1.ReasonFeatureUnsupported, message: path + ": " + err.Error()}
	}
	return target{known: true, url: url, status: metav1.ConditionTrue, reason: v1alpha1.ReasonResolved}
}
