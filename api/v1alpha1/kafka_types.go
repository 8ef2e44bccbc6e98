package v1alpha1

// KafkaConnection says how to reach Kafka. Exactly one source is set.
// +kubebuilder:validation:XValidation:rule="has(self.bootstrap)",message="exactly one source is required: set bootstrap"
type KafkaConnection struct {
	// Bootstrap names the brokers by address.
	// +optional
	Bootstrap *BootstrapSource `json:"bootstrap,omitempty"`

	// ClientID is what the brokers log and meter the connections under. The
	// operator's default is the name of the pod.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=249
	ClientID *string `json:"clientID,omitempty"`
}

// BootstrapSource lists brokers by address.
type BootstrapSource struct {
	// Servers are host:port of brokers from which the others are learned.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Servers []BrokerAddress `json:"servers"`
}

// BrokerAddress is host:port of a Kafka broker.
// +kubebuilder:validation:MaxLength=261
// +kubebuilder:validation:Pattern=`^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?):[0-9]{1,5}$`
type BrokerAddress string
