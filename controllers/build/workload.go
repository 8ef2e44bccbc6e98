package build

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Children are the objects that a workload wants, and those that it does not
// want although it may have had them.
type Children struct {
	// Apply is what should exist, in the order in which it is to be applied.
	Apply []runtime.ApplyConfiguration
	// Prune is what should not.
	Prune []ObjectKey
	// Optional is both, of kinds that not every cluster has.
	Optional []Optional
	// Image that the pods run.
	Image string
	// Selector of the pods, as text.
	Selector string
}

// ObjectKey names an object of the owner's namespace.
type ObjectKey struct {
	GroupVersionKind schema.GroupVersionKind
	Name             string
}

// workload is what the builders work from: the parts of both kinds, made
// equal.
type workload struct {
	kind, component, ownerLabel string
	name, namespace, headless   string
	uid                         types.UID
	command                     string // Subcommand of the image.
	replicas, port              int32
	minReadySeconds             int32
	affinity                    corev1.ServiceAffinity
	image                       *v1alpha1.ImageSpec
	template                    *v1alpha1.WorkloadTemplate
	expose                      v1alpha1.Exposure
	inputs                      Inputs
	tls                         *v1alpha1.ListenerTLS
	env                         environment
}

func (w *workload) children() (Children, error) {
	set, err := w.statefulSet()
	if err != nil {
		return Children{}, err
	}
	out := Children{
		// Services first: pods look up their own names when they start.
		Apply:    []runtime.ApplyConfiguration{w.headlessService(), w.clientServiceOf(w.clientService())},
		Image:    Image(w.image, w.inputs.Image),
		Selector: w.selector(),
	}
	budget := schema.GroupVersionKind{Group: "policy", Version: "v1", Kind: "PodDisruptionBudget"}
	if w.replicas > 1 {
		out.Apply = append(out.Apply, w.disruptionBudget())
	} else {
		out.Prune = append(out.Prune, ObjectKey{GroupVersionKind: budget, Name: w.name})
	}
	if authorities := w.authorities(); authorities != nil {
		out.Apply = append(out.Apply, authorities)
	} else {
		out.Prune = append(out.Prune, w.authoritiesObject())
	}
	out.Apply = append(out.Apply, set)
	if err := w.exposure(&out); err != nil {
		return Children{}, err
	}
	return out, nil
}

func templateOf(t *v1alpha1.WorkloadTemplate) *v1alpha1.WorkloadTemplate {
	if t == nil {
		return &v1alpha1.WorkloadTemplate{}
	}
	return t
}

func itoa(n int32) string { return strconv.Itoa(int(n)) }
