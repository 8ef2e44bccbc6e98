package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// RestProxySpec is the wanted state of a REST proxy.
// +kubebuilder:validation:XValidation:rule="!has(self.authorization) || self.authorization != 'PassThrough' || !has(self.kafka.bootstrap) || has(self.kafka.bootstrap.sasl)",message="authorization PassThrough needs SASL on the way to Kafka: set kafka.bootstrap.sasl"
// +kubebuilder:validation:XValidation:rule="!has(self.authorization) || !has(self.config) || !('rest_authorization' in self.config)",message="config must not set rest_authorization beside the field authorization"
type RestProxySpec struct {
	// Replicas is the number of pods. A consumer lives in the memory of one of
	// them; its base_uri names that pod.
	// +optional
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	Replicas *int32 `json:"replicas,omitempty"`

	// Image of the pods.
	// +optional
	Image *ImageSpec `json:"image,omitempty"`

	// Kafka that records are produced to and consumed from.
	// +required
	Kafka KafkaConnection `json:"kafka"`

	// SchemaRegistry for Avro, JSON Schema and Protobuf. Without it the proxy
	// serves binary and plain JSON.
	// +optional
	SchemaRegistry *RegistryTarget `json:"schemaRegistry,omitempty"`

	// Authorization says whose rights in Kafka a request has; the proxy's own
	// (ServiceIdentity) when absent.
	// +optional
	Authorization *ProxyAuthorization `json:"authorization,omitempty"`

	// Listener of the pods and of the Service; port 8082 when absent.
	// +optional
	Listener *ListenerSpec `json:"listener,omitempty"`

	// Config holds further keys of the proxy's configuration. Keys that fields
	// of this spec stand for are refused.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	// +kubebuilder:validation:XValidation:rule="self.all(k, k.matches('^[a-z][a-z0-9_]{0,99}$'))",message="keys are lower case with underscores, as in the configuration file"
	// +kubebuilder:validation:XValidation:rule="self.all(k, !(k in ['host','port','advertised_hostname','advertised_port','advertised_protocol','bootstrap_uri','sasl_bootstrap_uri','client_id','karapace_registry','karapace_rest','security_protocol','registry_scheme','registry_host','registry_port','registry_user','registry_password']) && !k.startsWith('ssl_') && !k.startsWith('sasl_') && !k.startsWith('server_tls_'))",message="config must not set a key that has a field of its own or that carries credentials (host, port, bootstrap, registry, ssl_*, sasl_*, server_tls_*)"
	Config map[string]ConfigValue `json:"config,omitempty"`

	// Template holds fields of the pods.
	// +optional
	Template *WorkloadTemplate `json:"template,omitempty"`

	Exposure `json:",inline"`
}

// ProxyAuthorization says whose rights in Kafka a request has.
// +kubebuilder:validation:Enum=ServiceIdentity;PassThrough
type ProxyAuthorization string

// The values of ProxyAuthorization.
const (
	// ServiceIdentity: everybody has the rights of spec.kafka.
	ServiceIdentity ProxyAuthorization = "ServiceIdentity"
	// PassThrough: a request brings user and password, or a token, and the
	// proxy shows these to Kafka. A user's consumers are nobody else's.
	PassThrough ProxyAuthorization = "PassThrough"
)

// RegistryTarget says which registry a proxy uses.
// +kubebuilder:validation:XValidation:rule="has(self.ref) != has(self.url)",message="exactly one of ref and url is required"
// +kubebuilder:validation:XValidation:rule="!has(self.auth) || !has(self.auth.oauth)",message="pods show basic or bearer: auth.oauth is for SchemaRegistries"
type RegistryTarget struct {
	// Ref names a SchemaRegistry of the same namespace.
	// +optional
	// +kubebuilder:validation:XValidation:rule="!has(self.namespace)",message="a proxy uses a SchemaRegistry of its own namespace: leave ref.namespace out, or set url"
	Ref *RegistryReference `json:"ref,omitempty"`
	// URL of a registry that no SchemaRegistry stands for: scheme, host and
	// port, without a path.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	// +kubebuilder:validation:Pattern=`^https?://[^/?#@\s]+/?$`
	URL *string `json:"url,omitempty"`
	// Auth is what the pods show the registry. A change of the Secret holds
	// without a restart, but for the user's name.
	// +optional
	Auth *HTTPAuth `json:"auth,omitempty"`
	// TLS says whom the pods trust and what they show. Absent with ref: the
	// authority of the registry's certificate.
	// +optional
	TLS *ClientTLS `json:"tls,omitempty"`
}

// RestProxyStatus is what the operator knows about a proxy.
type RestProxyStatus struct {
	// ObservedGeneration is the generation that this status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// Conditions of the proxy.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// Replicas that exist, ReadyReplicas that serve.
	// +optional
	Replicas int32 `json:"replicas"`
	// +optional
	ReadyReplicas int32 `json:"readyReplicas"`
	// Selector of the pods, as text, for /scale.
	// +optional
	Selector string `json:"selector,omitempty"`
	// Endpoints of the proxy.
	// +optional
	Endpoints *EndpointsStatus `json:"endpoints,omitempty"`
	// Certificate of the listener.
	// +optional
	Certificate *CertificateStatus `json:"certificate,omitempty"`
	// RegistryURL that the pods use.
	// +optional
	RegistryURL string `json:"registryURL,omitempty"`
}

// RestProxy serves Kafka over HTTP.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:subresource:scale:specpath=.spec.replicas,statuspath=.status.replicas,selectorpath=.status.selector
// +kubebuilder:resource:path=restproxies,shortName=rproxy,categories=plastron
// +kubebuilder:printcolumn:name="Replicas",type=integer,JSONPath=`.status.readyReplicas`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Registry",type=string,JSONPath=`.status.registryURL`
// +kubebuilder:printcolumn:name="URL",type=string,JSONPath=`.status.endpoints.internal`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:validation:XValidation:rule="self.metadata.name.size() <= 52 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name becomes the name of Services and pods: at most 52 characters, a-z, 0-9 and '-', starting with a letter"
type RestProxy struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the wanted state.
	// +required
	Spec RestProxySpec `json:"spec"`
	// Status is the observed state.
	// +optional
	Status RestProxyStatus `json:"status,omitempty"`
}

// RestProxyList is a list of RestProxy objects.
//
// +kubebuilder:object:root=true
type RestProxyList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []RestProxy `json:"items"`
}
