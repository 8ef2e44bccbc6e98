package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// RegistryType says who runs a registry.
// +kubebuilder:validation:Enum=Managed;External
type RegistryType string

// The registry types.
const (
	// Managed: the operator deploys the registry.
	Managed RegistryType = "Managed"
	// External: the operator only talks to it.
	External RegistryType = "External"
)

// ElectionStrategy says which of the eligible nodes becomes the primary.
// +kubebuilder:validation:Enum=Lowest;Highest
type ElectionStrategy string

// The election strategies; the order is that of the nodes' URLs as strings.
const (
	Lowest  ElectionStrategy = "Lowest"
	Highest ElectionStrategy = "Highest"
)

// Level is a compatibility level.
// +kubebuilder:validation:Enum=NONE;BACKWARD;BACKWARD_TRANSITIVE;FORWARD;FORWARD_TRANSITIVE;FULL;FULL_TRANSITIVE
type Level string

// SchemaRegistrySpec is the wanted state of a registry.
// +kubebuilder:validation:XValidation:rule="self.type == oldSelf.type",message="type is immutable: create another SchemaRegistry"
// +kubebuilder:validation:XValidation:rule="self.type != 'Managed' || (has(self.kafka) && !has(self.external))",message="a Managed registry needs kafka and has no external"
// +kubebuilder:validation:XValidation:rule="self.type != 'External' || (has(self.external) && !has(self.kafka) && !has(self.template) && !has(self.image) && !has(self.topic) && !has(self.election) && !has(self.listener) && !has(self.operator) && !has(self.config) && !has(self.defaultCompatibility) && !has(self.service) && !has(self.ingress) && !has(self.httpRoute) && !has(self.networkPolicy) && !has(self.monitoring))",message="an External registry needs external and has no fields of a workload"
// +kubebuilder:validation:XValidation:rule="(has(self.topic) && has(self.topic.name) ? self.topic.name : '_schemas') == (has(oldSelf.topic) && has(oldSelf.topic.name) ? oldSelf.topic.name : '_schemas')",message="topic.name is immutable: another topic is another registry"
type SchemaRegistrySpec struct {
	// Type says whether the operator deploys the registry (Managed) or only
	// talks to one that runs elsewhere (External). Immutable.
	// +optional
	// +kubebuilder:default=Managed
	Type RegistryType `json:"type,omitempty"`

	// Replicas is the number of nodes; one of them is the primary. Ignored
	// for External.
	// +optional
	// +kubebuilder:default=2
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=32
	Replicas *int32 `json:"replicas,omitempty"`

	// Image of the nodes.
	// +optional
	Image *ImageSpec `json:"image,omitempty"`

	// Kafka that holds the schemas. Required for Managed.
	// +optional
	Kafka *KafkaConnection `json:"kafka,omitempty"`

	// Topic that holds the schemas.
	// +optional
	Topic *TopicSpec `json:"topic,omitempty"`

	// Election of the primary.
	// +optional
	Election *ElectionSpec `json:"election,omitempty"`

	// External says where the registry is. Required for External.
	// +optional
	External *ExternalRegistry `json:"external,omitempty"`

	// Listener of the nodes and of the Service; port 8081 when absent.
	// +optional
	Listener *RegistryListenerSpec `json:"listener,omitempty"`

	// Operator says how the operator talks to a registry that it deploys.
	// +optional
	Operator *OperatorAccess `json:"operator,omitempty"`

	// AllowedSubjects says which Subjects may use the registry; a Subject is
	// admitted when one entry admits it. Absent admits every Subject of the
	// registry's own namespace, and no other.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	AllowedSubjects []SubjectAllowance `json:"allowedSubjects,omitempty"`

	// Policy bounds what the Subjects of the registry may do to it.
	// +optional
	Policy *SubjectPolicy `json:"policy,omitempty"`

	// DefaultCompatibility is the level that applies where neither a subject
	// nor the registry has one set over HTTP.
	// +optional
	DefaultCompatibility *Level `json:"defaultCompatibility,omitempty"`

	// Config holds further keys of the registry's configuration. Keys that
	// fields of this spec stand for are refused.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	// +kubebuilder:validation:XValidation:rule="self.all(k, k.matches('^[a-z][a-z0-9_]{0,99}$'))",message="keys are lower case with underscores, as in the configuration file"
	// +kubebuilder:validation:XValidation:rule="self.all(k, !(k in ['host','port','advertised_hostname','advertised_port','advertised_protocol','bootstrap_uri','sasl_bootstrap_uri','client_id','group_id','topic_name','replication_factor','compatibility','master_eligibility','master_election_strategy','karapace_registry','karapace_rest','security_protocol','registry_user','registry_password']) && !k.startsWith('ssl_') && !k.startsWith('sasl_') && !k.startsWith('server_tls_'))",message="config must not set a key that has a field of its own or that carries credentials (host, port, bootstrap, topic, group, election, compatibility, ssl_*, sasl_*, server_tls_*)"
	Config map[string]ConfigValue `json:"config,omitempty"`

	// Template holds fields of the pods.
	// +optional
	Template *WorkloadTemplate `json:"template,omitempty"`

	Exposure `json:",inline"`
}

// TopicSpec is the topic that holds the schemas. The registry creates it when
// it is missing; an existing topic is checked and never changed.
type TopicSpec struct {
	// Name of the topic, _schemas when absent. Immutable.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=249
	// +kubebuilder:validation:Pattern=`^[a-zA-Z0-9._-]+$`
	Name *string `json:"name,omitempty"`
	// ReplicationFactor of the topic when the registry creates it.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=32
	ReplicationFactor *int32 `json:"replicationFactor,omitempty"`
}

// ElectionSpec is how the primary is found among all nodes of the group, those
// of other deployments included.
type ElectionSpec struct {
	// Strategy picks among the eligible nodes; Lowest when absent.
	// +optional
	Strategy *ElectionStrategy `json:"strategy,omitempty"`
	// GroupID of the election; schema-registry when absent. Two registries on
	// one topic must share it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=249
	GroupID *string `json:"groupID,omitempty"`
	// Eligible false keeps these nodes from ever becoming the primary, for a
	// handover from a registry that runs elsewhere.
	// +optional
	Eligible *bool `json:"eligible,omitempty"`
}

// ExternalRegistry is a registry that the operator does not run.
type ExternalRegistry struct {
	// URLs of the registry, any of which answers for all.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	URLs []RegistryURL `json:"urls"`
	// TLS says whom the operator trusts and what it shows, for https URLs.
	// +optional
	TLS *ClientTLS `json:"tls,omitempty"`
	// Auth is what the operator shows the registry.
	// +optional
	Auth *HTTPAuth `json:"auth,omitempty"`
	// Vendor says whose registry it is where its routes do not tell. One that
	// is named here counts as one with all features of its vendor.
	// +optional
	Vendor *Vendor `json:"vendor,omitempty"`
}

// HTTPAuth is what the operator shows a registry. A change of the Secret holds
// at once.
// +kubebuilder:validation:XValidation:rule="[has(self.basic), has(self.bearer), has(self.oauth)].filter(x, x).size() == 1",message="exactly one of basic, bearer and oauth is required"
type HTTPAuth struct {
	// Basic is a name and a password: an API key of Confluent Cloud, for one.
	// +optional
	Basic *BasicAuth `json:"basic,omitempty"`
	// Bearer is a token.
	// +optional
	Bearer *BearerAuth `json:"bearer,omitempty"`
	// OAuth gets tokens from an issuer.
	// +optional
	OAuth *RegistryOAuth `json:"oauth,omitempty"`
}

// RegistryOAuth is a client of an issuer, and what Confluent Cloud wants to be
// told beside the token.
type RegistryOAuth struct {
	ClientCredentials `json:",inline"`
	// LogicalCluster is the id of the registry (lsrc-...), sent as the header
	// target-sr-cluster.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:Pattern=`^[!-~]+$`
	LogicalCluster *string `json:"logicalCluster,omitempty"`
	// IdentityPoolID is the id of an identity pool (pool-...), sent as the
	// header Confluent-Identity-Pool-Id.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:Pattern=`^[!-~]+$`
	IdentityPoolID *string `json:"identityPoolID,omitempty"`
}

// BasicAuth is a name and a password.
type BasicAuth struct {
	// SecretRef is a Secret with the keys username and password, as those of
	// the type kubernetes.io/basic-auth have.
	// +required
	SecretRef SecretName `json:"secretRef"`
}

// BearerAuth is a token.
type BearerAuth struct {
	// SecretRef is a Secret with the token, key token when none is named.
	// +required
	SecretRef SecretKeyRef `json:"secretRef"`
}

// OperatorAccess is how the operator talks to a registry that it deploys.
type OperatorAccess struct {
	// Auth is what it shows.
	// +optional
	Auth *HTTPAuth `json:"auth,omitempty"`
}

// SubjectAllowance admits Subjects of some namespaces with some names.
type SubjectAllowance struct {
	// Namespaces that are admitted.
	// +required
	Namespaces NamespaceScope `json:"namespaces"`
	// Names of subjects in the registry that are admitted, as patterns: "*"
	// stands for any characters, "?" for one. Every name when absent.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Names []SubjectPattern `json:"names,omitempty"`
	// MaxDeletionPolicy is the most that the deletion of an admitted Subject
	// may do. Where several entries admit a Subject, the strictest holds.
	// +optional
	MaxDeletionPolicy *DeletionPolicy `json:"maxDeletionPolicy,omitempty"`
}

// SubjectPattern is a pattern of subject names.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=512
type SubjectPattern string

// NamespaceScope is a set of namespaces.
// +kubebuilder:validation:XValidation:rule="has(self.selector) == (self.from == 'Selector')",message="selector goes with from: Selector, and only with it"
type NamespaceScope struct {
	// From says how the namespaces are found: Same is the registry's own, All
	// is every one, Selector those with the labels.
	// +required
	From NamespacesFrom `json:"from"`
	// Selector of the namespaces' labels. A change of labels counts from the
	// next look at a Subject on.
	// +optional
	Selector *metav1.LabelSelector `json:"selector,omitempty"`
}

// NamespacesFrom says how namespaces are found.
// +kubebuilder:validation:Enum=Same;All;Selector
type NamespacesFrom string

// The ways to find namespaces.
const (
	NamespacesSame     NamespacesFrom = "Same"
	NamespacesAll      NamespacesFrom = "All"
	NamespacesSelector NamespacesFrom = "Selector"
)

// SubjectPolicy bounds what Subjects may do to a registry.
type SubjectPolicy struct {
	// MaxDeletionPolicy is the most that the deletion of any Subject may do,
	// whatever its spec says: Retain for a registry that must never lose a
	// schema this way.
	// +optional
	MaxDeletionPolicy *DeletionPolicy `json:"maxDeletionPolicy,omitempty"`
	// DeleteOnNamespaceTermination lets the policies of Subjects hold also
	// while their whole namespace is being deleted. Otherwise the registry
	// then keeps everything.
	// +optional
	DeleteOnNamespaceTermination *bool `json:"deleteOnNamespaceTermination,omitempty"`
	// Admission says what the webhook does with a Subject that cannot be
	// registered as it is, because its schema may not follow the registered
	// ones or the subject is not its to take; Warn when absent. What is wrong
	// with the object itself is always refused.
	// +optional
	Admission *AdmissionMode `json:"admission,omitempty"`
}

// AdmissionMode says what the webhook does with a Subject that the registry
// would refuse.
// +kubebuilder:validation:Enum=Warn;Enforce
type AdmissionMode string

// The admission modes.
const (
	// AdmissionWarn stores the object and tells why it will not be registered.
	AdmissionWarn AdmissionMode = "Warn"
	// AdmissionEnforce refuses it.
	AdmissionEnforce AdmissionMode = "Enforce"
)

// RegistryListenerSpec is the HTTP listener of a registry.
type RegistryListenerSpec struct {
	ListenerSpec `json:",inline"`

	// Authentication says who may use the registry; everybody when absent.
	// +optional
	Authentication *RegistryAuthentication `json:"authentication,omitempty"`
}

// RegistryAuthentication says who may use a registry.
type RegistryAuthentication struct {
	// Basic is a file of users and what they may do.
	// +required
	Basic UsersFile `json:"basic"`
}

// UsersFile is a file of users and what they may do.
type UsersFile struct {
	// UsersSecretRef is a Secret with the file, key auth.json when none is
	// named. A change of it holds without a restart.
	// +required
	UsersSecretRef SecretKeyRef `json:"usersSecretRef"`
}

// RegistryURL is the base URL of a registry.
// +kubebuilder:validation:MaxLength=2048
// +kubebuilder:validation:Pattern=`^https?://[^/?#@\s]+(/[^?#\s]*)?$`
type RegistryURL string

// SchemaRegistryStatus is what the operator knows about a registry.
type SchemaRegistryStatus struct {
	// ObservedGeneration is the generation that this status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// Conditions of the registry.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// Replicas that exist, ReadyReplicas that serve and UpdatedReplicas that
	// run the newest template.
	// +optional
	Replicas int32 `json:"replicas"`
	// +optional
	ReadyReplicas int32 `json:"readyReplicas"`
	// +optional
	UpdatedReplicas int32 `json:"updatedReplicas"`
	// Selector of the pods, as text, for /scale.
	// +optional
	Selector string `json:"selector,omitempty"`
	// Version that the registry reports.
	// +optional
	Version string `json:"version,omitempty"`
	// Endpoints of the registry.
	// +optional
	Endpoints *EndpointsStatus `json:"endpoints,omitempty"`
	// Certificate of the listener.
	// +optional
	Certificate *CertificateStatus `json:"certificate,omitempty"`
	// Primary is the node that writes.
	// +optional
	Primary *PrimaryStatus `json:"primary,omitempty"`
	// Topic that holds the schemas, of a registry that the operator deploys.
	// +optional
	Topic *TopicStatus `json:"topic,omitempty"`
	// Capabilities of the registry, once it has answered.
	// +optional
	Capabilities *Capabilities `json:"capabilities,omitempty"`
	// Subjects counts the Subjects that name this registry.
	// +optional
	Subjects *SubjectCounts `json:"subjects,omitempty"`
	// Repairs is present while subjects that were lost are not registered
	// again without a person's word.
	// +optional
	Repairs *RepairsStatus `json:"repairs,omitempty"`
}

// RepairsStatus names a loss of subjects.
type RepairsStatus struct {
	// Token of the loss: what the annotation confirm-mass-repair has to say.
	Token string `json:"token"`
}

// PrimaryStatus is the node that writes.
type PrimaryStatus struct {
	// Pod is the name of the pod, or empty when the primary is none of ours.
	// +optional
	Pod string `json:"pod,omitempty"`
	// URL of the primary as the nodes report it.
	// +optional
	URL string `json:"url,omitempty"`
}

// SubjectCounts counts the Subjects of a registry.
type SubjectCounts struct {
	// Attached name this registry and were accepted or not yet judged.
	// +optional
	Attached int32 `json:"attached"`
	// Ready of them.
	// +optional
	Ready int32 `json:"ready"`
	// OutOfSync have a condition InSync that is False.
	// +optional
	OutOfSync int32 `json:"outOfSync"`
}

// SchemaRegistry is a schema registry that keeps its schemas in a topic of
// Kafka, deployed by the operator or running elsewhere.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:subresource:scale:specpath=.spec.replicas,statuspath=.status.replicas,selectorpath=.status.selector
// +kubebuilder:resource:shortName=sreg,categories=plastron
// +kubebuilder:printcolumn:name="Type",type=string,JSONPath=`.spec.type`
// +kubebuilder:printcolumn:name="Replicas",type=integer,JSONPath=`.status.readyReplicas`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Primary",type=string,JSONPath=`.status.primary.pod`
// +kubebuilder:printcolumn:name="Subjects",type=integer,JSONPath=`.status.subjects.attached`
// +kubebuilder:printcolumn:name="OutOfSync",type=integer,JSONPath=`.status.subjects.outOfSync`
// +kubebuilder:printcolumn:name="Version",type=string,JSONPath=`.status.version`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="URL",type=string,priority=1,JSONPath=`.status.endpoints.internal`
// +kubebuilder:printcolumn:name="Topic",type=string,priority=1,JSONPath=`.status.topic.name`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:validation:XValidation:rule="self.metadata.name.size() <= 52 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name becomes the name of Services and pods: at most 52 characters, a-z, 0-9 and '-', starting with a letter"
type SchemaRegistry struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the wanted state.
	// +required
	Spec SchemaRegistrySpec `json:"spec"`
	// Status is the observed state.
	// +optional
	Status SchemaRegistryStatus `json:"status,omitempty"`
}

// SchemaRegistryList is a list of SchemaRegistry objects.
//
// +kubebuilder:object:root=true
type SchemaRegistryList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []SchemaRegistry `json:"items"`
}
