package v1alpha1

import networkingv1 "k8s.io/api/networking/v1"

// Exposure says how a workload is reached and watched beyond its Service. Each
// field stands for one object, which is there while the field is.
type Exposure struct {
	// Service that clients use inside the cluster.
	// +optional
	Service *ServiceSpec `json:"service,omitempty"`
	// Ingress makes the workload reachable from outside by a host name.
	// +optional
	Ingress *IngressSpec `json:"ingress,omitempty"`
	// HTTPRoute does so by a Gateway (gateway.networking.k8s.io/v1).
	// +optional
	HTTPRoute *HTTPRouteSpec `json:"httpRoute,omitempty"`
	// NetworkPolicy lets in whom it names, the workload's own pods and the
	// operator, and nobody else.
	// +optional
	NetworkPolicy *NetworkPolicySpec `json:"networkPolicy,omitempty"`
	// Monitoring adds objects of Prometheus and Grafana.
	// +optional
	Monitoring *MonitoringSpec `json:"monitoring,omitempty"`
}

// ObjectMetadata is added to an object that the operator makes.
type ObjectMetadata struct {
	// Labels of the object. Labels that the operator selects by win.
	// +optional
	// +kubebuilder:validation:MaxProperties=32
	Labels map[string]string `json:"labels,omitempty"`
	// Annotations of the object.
	// +optional
	// +kubebuilder:validation:MaxProperties=32
	Annotations map[string]string `json:"annotations,omitempty"`
}

// ServiceType is how a Service is published.
// +kubebuilder:validation:Enum=ClusterIP;NodePort;LoadBalancer
type ServiceType string

// ServiceSpec is the Service that clients use.
type ServiceSpec struct {
	ObjectMetadata `json:",inline"`
	// Type of the Service, ClusterIP when absent.
	// +optional
	Type *ServiceType `json:"type,omitempty"`
}

// HostName is a name by which clients reach a workload from outside.
// +kubebuilder:validation:MaxLength=253
// +kubebuilder:validation:Pattern=`^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
type HostName string

// IngressSpec is an Ingress for all paths of one host.
type IngressSpec struct {
	ObjectMetadata `json:",inline"`
	// ClassName of the Ingress controller, the cluster's default when absent.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ClassName *string `json:"className,omitempty"`
	// Host that clients use.
	// +required
	Host HostName `json:"host"`
	// TLSSecretName is a Secret with the certificate that the Ingress
	// controller shows; absent means http.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	TLSSecretName *string `json:"tlsSecretName,omitempty"`
}

// HTTPRouteSpec attaches a workload to Gateways.
type HTTPRouteSpec struct {
	ObjectMetadata `json:",inline"`
	// ParentRefs are the Gateways.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	ParentRefs []GatewayRef `json:"parentRefs"`
	// Hostnames that clients use; those of the Gateway's listener when absent.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	Hostnames []HostName `json:"hostnames,omitempty"`
}

// GatewayRef names a Gateway.
type GatewayRef struct {
	// Name of the Gateway.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
	// Namespace of the Gateway, the object's own when absent. The Gateway has
	// to allow routes of this namespace.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Namespace *string `json:"namespace,omitempty"`
	// SectionName is a listener of the Gateway; all when absent.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	SectionName *string `json:"sectionName,omitempty"`
}

// NetworkPolicySpec says who may connect to the pods.
type NetworkPolicySpec struct {
	ObjectMetadata `json:",inline"`
	// From are the clients, and Prometheus where it reads metrics. Empty lets
	// in the workload's own pods and the operator alone; a RestProxy that uses
	// a registry has to be named here.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	From []networkingv1.NetworkPolicyPeer `json:"from,omitempty"`
}

// MonitoringSpec adds objects of Prometheus and Grafana.
type MonitoringSpec struct {
	// PodMonitor makes Prometheus read the metrics of the pods
	// (monitoring.coreos.com/v1).
	// +optional
	PodMonitor *PodMonitorSpec `json:"podMonitor,omitempty"`
	// PrometheusRule brings the alerts of docs/runbook.md, for this workload
	// (monitoring.coreos.com/v1). They need the PodMonitor, whose name is the
	// job that they look at.
	// +optional
	PrometheusRule *ObjectMetadata `json:"prometheusRule,omitempty"`
	// Dashboard is a ConfigMap with a dashboard of Grafana. Its label
	// grafana_dashboard is "1", which Grafana's sidecar looks for, where
	// labels do not say otherwise.
	// +optional
	Dashboard *ObjectMetadata `json:"dashboard,omitempty"`
}

// PodMonitorSpec makes Prometheus read the metrics of the pods.
type PodMonitorSpec struct {
	ObjectMetadata `json:",inline"`
	// Interval between two reads, Prometheus' own when absent.
	// +optional
	// +kubebuilder:validation:MaxLength=16
	// +kubebuilder:validation:Pattern=`^([0-9]+(ms|s|m|h))+$`
	Interval *string `json:"interval,omitempty"`
}
