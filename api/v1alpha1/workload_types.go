package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// ImageSpec names the image of a workload. What is absent comes from the image
// that the operator was released with.
// +kubebuilder:validation:XValidation:rule="!(has(self.tag) && has(self.digest))",message="set tag or digest, not both"
type ImageSpec struct {
	// Repository of the image, without tag.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	Repository *string `json:"repository,omitempty"`
	// Tag of the image.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:Pattern=`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`
	Tag *string `json:"tag,omitempty"`
	// Digest of the image, as algorithm:hex.
	// +optional
	// +kubebuilder:validation:MaxLength=160
	// +kubebuilder:validation:Pattern=`^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$`
	Digest *string `json:"digest,omitempty"`
	// PullPolicy as in a container.
	// +optional
	// +kubebuilder:validation:Enum=Always;IfNotPresent;Never
	PullPolicy *corev1.PullPolicy `json:"pullPolicy,omitempty"`
	// PullSecrets name Secrets of the same namespace with registry credentials.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=8
	PullSecrets []corev1.LocalObjectReference `json:"pullSecrets,omitempty"`
}

// ListenerSpec is the HTTP listener of a workload.
type ListenerSpec struct {
	// Port that pods and Service listen on. Pods run without privileges, so
	// ports below 1024 are refused.
	// +optional
	// +kubebuilder:validation:Minimum=1024
	// +kubebuilder:validation:Maximum=65535
	Port *int32 `json:"port,omitempty"`
	// TLS makes the listener, its probes and the addresses in the status
	// https.
	// +optional
	TLS *ListenerTLS `json:"tls,omitempty"`
}

// WorkloadTemplate carries the pod fields that may be chosen. Everything else
// of the pod, the security settings above all, is the operator's.
type WorkloadTemplate struct {
	// Labels added to pods. Labels that the operator selects by win.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	Labels map[string]string `json:"labels,omitempty"`
	// Annotations added to pods.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	Annotations map[string]string `json:"annotations,omitempty"`
	// Resources of the container.
	// +optional
	Resources *corev1.ResourceRequirements `json:"resources,omitempty"`
	// NodeSelector of the pods.
	// +optional
	// +kubebuilder:validation:MaxProperties=32
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	// Affinity of the pods.
	// +optional
	Affinity *corev1.Affinity `json:"affinity,omitempty"`
	// Tolerations of the pods.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`
	// TopologySpreadConstraints of the pods. When absent, pods are spread
	// softly over zones and hosts.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	TopologySpreadConstraints []corev1.TopologySpreadConstraint `json:"topologySpreadConstraints,omitempty"`
	// PriorityClassName of the pods.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	PriorityClassName *string `json:"priorityClassName,omitempty"`
	// ServiceAccountName of the pods. The workload needs no access to the
	// Kubernetes API, and no token is mounted.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ServiceAccountName *string `json:"serviceAccountName,omitempty"`
	// TerminationGracePeriodSeconds is how long a pod may take to leave the
	// election group and to finish requests.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=3600
	TerminationGracePeriodSeconds *int64 `json:"terminationGracePeriodSeconds,omitempty"`
	// Env added to the container. Variables that the operator sets itself are
	// refused; use the fields of the spec, or config.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=64
	Env []corev1.EnvVar `json:"env,omitempty"`
	// PodTemplatePatch is merged into the pod template last, as a strategic
	// merge patch of metadata and spec: for what has no field here. What the
	// operator relies on it must not change: its labels, and name, arguments,
	// ports, probes, variables and files of its container.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Type=object
	PodTemplatePatch *runtime.RawExtension `json:"podTemplatePatch,omitempty"`
}

// ConfigValue is the text of one configuration key.
// +kubebuilder:validation:MaxLength=4096
type ConfigValue string

// EndpointsStatus says where a workload is reached.
type EndpointsStatus struct {
	// Internal is the URL inside the cluster.
	// +optional
	Internal string `json:"internal,omitempty"`
	// External are the URLs outside of the cluster that spec.ingress makes.
	// Those of an HTTPRoute are the Gateway's to say.
	// +optional
	// +listType=atomic
	External []string `json:"external,omitempty"`
	// CASecret is the Secret of this namespace whose key ca.crt holds the
	// authority of the listener, which clients have to trust; empty when there
	// is no TLS, or when the certificate's Secret has no such key.
	// +optional
	CASecret string `json:"caSecret,omitempty"`
}
