package build

import (
	"encoding/json"
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"
)

const (
	// nonRoot is the user and group of pods; the image is built for it.
	nonRoot int64 = 65532
	// replayBudget is how long a pod may read the topic before it is given
	// up, in seconds. The startup probe asks once per second.
	replayBudget int32 = 1800
	portName           = "http"
)

// podTemplate is the template of the pods.
func (w *workload) podTemplate() (*corev1ac.PodTemplateSpecApplyConfiguration, error) {
	labels := maps.Clone(w.template.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, w.labels())

	container, err := w.container()
	if err != nil {
		return nil, err
	}
	spec := corev1ac.PodSpec().
		WithAutomountServiceAccountToken(false).
		// A Service called karapace would set KARAPACE_PORT in every pod.
		WithEnableServiceLinks(false).
		WithTerminationGracePeriodSeconds(30).
		WithSecurityContext(corev1ac.PodSecurityContext().
			WithRunAsNonRoot(true).WithRunAsUser(nonRoot).WithRunAsGroup(nonRoot).WithFSGroup(nonRoot).
			WithSeccompProfile(corev1ac.SeccompProfile().WithType(corev1.SeccompProfileTypeRuntimeDefault)))
	w.volumes(spec, container)
	spec.WithContainers(container) // A copy: nothing may be added to it afterwards.
	if err := w.placement(spec); err != nil {
		return nil, err
	}
	if w.image != nil {
		for _, s := range w.image.PullSecrets {
			spec.WithImagePullSecrets(corev1ac.LocalObjectReference().WithName(s.Name))
		}
	}
	return w.patched(corev1ac.PodTemplateSpec().
		WithLabels(labels).WithAnnotations(w.template.Annotations).WithSpec(spec))
}

// container is the one container of a pod. SIGTERM makes the process leave its
// election group first, fail its readiness and drain, so no preStop is needed.
func (w *workload) container() (*corev1ac.ContainerApplyConfiguration, error) {
	c := corev1ac.Container().
		WithName(w.component).
		WithImage(Image(w.image, w.inputs.Image)).
		WithArgs(w.command).
		WithPorts(corev1ac.ContainerPort().WithName(portName).WithContainerPort(w.port).WithProtocol(corev1.ProtocolTCP)).
		WithEnv(w.env...).
		// Ready means that the topic has been read to its end.
		WithStartupProbe(w.probe(readyPath, 1, replayBudget)).
		WithReadinessProbe(w.probe(readyPath, 5, 2)).
		// Liveness must not depend on Kafka: a restart does not bring Kafka
		// back and costs another replay.
		WithLivenessProbe(w.probe("/", 10, 6)).
		WithSecurityContext(corev1ac.SecurityContext().
			WithAllowPrivilegeEscalation(false).WithReadOnlyRootFilesystem(true).WithRunAsNonRoot(true).
			WithCapabilities(corev1ac.Capabilities().WithDrop("ALL")))
	if w.image != nil && w.image.PullPolicy != nil {
		c.WithImagePullPolicy(*w.image.PullPolicy)
	}
	for i := range w.template.Env {
		var e corev1ac.EnvVarApplyConfiguration
		if err := convert(w.template.Env[i], &e); err != nil {
			return nil, fmt.Errorf("building template.env: %w", err)
		}
		c.WithEnv(&e)
	}

	resources := corev1ac.ResourceRequirements().WithRequests(corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("50m"), corev1.ResourceMemory: resource.MustParse("64Mi"),
	})
	if w.template.Resources != nil {
		resources = corev1ac.ResourceRequirements()
		if err := convert(w.template.Resources, resources); err != nil {
			return nil, fmt.Errorf("building template.resources: %w", err)
		}
	}
	return c.WithResources(resources), nil
}

// readyPath is 503 until a registry serves what is in its topic. A REST proxy
// has nothing to read first.
const readyPath = "/_health?ready=true"

func (w *workload) probe(path string, period, failures int32) *corev1ac.ProbeApplyConfiguration {
	get := corev1ac.HTTPGetAction().WithPath(path).WithPort(intstr.FromString(portName))
	if w.tls != nil {
		get.WithScheme(corev1.URISchemeHTTPS)
	}
	return corev1ac.Probe().
		WithHTTPGet(get).
		WithPeriodSeconds(period).WithTimeoutSeconds(5).WithFailureThreshold(failures)
}

// placement sets where pods run and under which name.
func (w *workload) placement(spec *corev1ac.PodSpecApplyConfiguration) error {
	t := w.template
	if t.PriorityClassName != nil {
		spec.WithPriorityClassName(*t.PriorityClassName)
	}
	if t.ServiceAccountName != nil {
		spec.WithServiceAccountName(*t.ServiceAccountName)
	}
	if t.TerminationGracePeriodSeconds != nil {
		spec.WithTerminationGracePeriodSeconds(*t.TerminationGracePeriodSeconds)
	}
	if len(t.NodeSelector) > 0 {
		spec.WithNodeSelector(t.NodeSelector)
	}
	if t.Affinity != nil {
		spec.Affinity = corev1ac.Affinity()
		if err := convert(t.Affinity, spec.Affinity); err != nil {
			return fmt.Errorf("building template.affinity: %w", err)
		}
	}
	if err := convert(t.Tolerations, &spec.Tolerations); err != nil {
		return fmt.Errorf("building template.tolerations: %w", err)
	}
	if t.TopologySpreadConstraints != nil {
		if err := convert(t.TopologySpreadConstraints, &spec.TopologySpreadConstraints); err != nil {
			return fmt.Errorf("building template.topologySpreadConstraints: %w", err)
		}
		return nil
	}
	for _, key := range []string{corev1.LabelTopologyZone, corev1.LabelHostname} {
		spec.WithTopologySpreadConstraints(corev1ac.TopologySpreadConstraint().
			WithMaxSkew(1).WithTopologyKey(key).WithWhenUnsatisfiable(corev1.ScheduleAnyway).
			WithLabelSelector(metav1ac.LabelSelector().WithMatchLabels(w.selectorLabels())))
	}
	return nil
}

// convert carries a value of the API into its apply configuration; both have
// one JSON form.
func convert(in, out any) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, out)
}
