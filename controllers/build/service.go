package build

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
)

// clientService is what clients talk to: pods that are ready.
func (w *workload) clientService() *corev1ac.ServiceApplyConfiguration {
	return corev1ac.Service(w.name, w.namespace).
		WithLabels(w.labels()).
		WithOwnerReferences(w.ownerReference()).
		WithSpec(corev1ac.ServiceSpec().
			WithType(corev1.ServiceTypeClusterIP).
			WithSessionAffinity(w.affinity).
			WithSelector(w.selectorLabels()).
			WithPorts(w.servicePort()))
}

// headlessService gives pods their names. It names pods that are not ready
// too: nodes of a registry must reach each other while they start.
func (w *workload) headlessService() *corev1ac.ServiceApplyConfiguration {
	return corev1ac.Service(w.headless, w.namespace).
		WithLabels(w.labels()).
		WithOwnerReferences(w.ownerReference()).
		WithSpec(corev1ac.ServiceSpec().
			WithType(corev1.ServiceTypeClusterIP).
			WithClusterIP(corev1.ClusterIPNone).
			WithPublishNotReadyAddresses(true).
			WithSelector(w.selectorLabels()).
			WithPorts(w.servicePort()))
}

func (w *workload) servicePort() *corev1ac.ServicePortApplyConfiguration {
	return corev1ac.ServicePort().
		WithName(portName).WithPort(w.port).WithProtocol(corev1.ProtocolTCP).
		WithTargetPort(intstr.FromString(portName))
}
