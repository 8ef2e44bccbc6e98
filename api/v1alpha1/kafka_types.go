package v1alpha1

// KafkaConnection says how to reach Kafka. Exactly one source is set.
// Credentials come from Secrets of the same namespace, which the pods mount:
// what changes in a Secret holds without a restart.
// +kubebuilder:validation:XValidation:rule="[has(self.bootstrap), has(self.strimzi), has(self.accessSecret)].filter(x, x).size() == 1",message="exactly one source is required: set bootstrap, strimzi or accessSecret"
type KafkaConnection struct {
	// Bootstrap names the brokers by address.
	// +optional
	Bootstrap *BootstrapSource `json:"bootstrap,omitempty"`

	// Strimzi names a Kafka that Strimzi runs, and a user of it.
	// +optional
	Strimzi *StrimziSource `json:"strimzi,omitempty"`

	// AccessSecret names a Secret with everything that a client needs, in the
	// form of the Service Binding Specification that Strimzi's Access
	// Operator writes.
	// +optional
	AccessSecret *SecretName `json:"accessSecret,omitempty"`

	// ClientID is what the brokers log and meter the connections under. The
	// operator's default is the name of the pod.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=249
	ClientID *string `json:"clientID,omitempty"`
}

// BootstrapSource lists brokers by address.
// +kubebuilder:validation:XValidation:rule="!has(self.sasl) || has(self.tls) || self.sasl.mechanism.startsWith('SCRAM') || (has(self.allowPlaintextCredentials) && self.allowPlaintextCredentials)",message="this mechanism sends credentials as they are: set tls, or allowPlaintextCredentials to true"
type BootstrapSource struct {
	// Servers are host:port of brokers from which the others are learned.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Servers []BrokerAddress `json:"servers"`

	// TLS encrypts the connections; an empty object trusts the authorities of
	// the image.
	// +optional
	TLS *ClientTLS `json:"tls,omitempty"`

	// SASL says who the pods are.
	// +optional
	SASL *SASL `json:"sasl,omitempty"`

	// AllowPlaintextCredentials permits PLAIN and OAUTHBEARER without TLS.
	// +optional
	AllowPlaintextCredentials *bool `json:"allowPlaintextCredentials,omitempty"`
}

// ClientTLS says whom a client trusts and what it shows.
type ClientTLS struct {
	// CA holds the authorities (PEM) that sign the server's certificate; key
	// ca.crt when none is named. Absent: the authorities of the image.
	// +optional
	CA *SecretKeyRef `json:"ca,omitempty"`
	// Certificate is the client's own.
	// +optional
	Certificate *KeyPairRef `json:"certificate,omitempty"`
}

// SASLMechanism is a mechanism of SASL that Kafka knows.
// +kubebuilder:validation:Enum=PLAIN;SCRAM-SHA-256;SCRAM-SHA-512;OAUTHBEARER
type SASLMechanism string

// The SASL mechanisms.
const (
	SASLPlain       SASLMechanism = "PLAIN"
	SASLScramSHA256 SASLMechanism = "SCRAM-SHA-256"
	SASLScramSHA512 SASLMechanism = "SCRAM-SHA-512"
	SASLOAuthBearer SASLMechanism = "OAUTHBEARER"
)

// SASL says who the pods are.
// +kubebuilder:validation:XValidation:rule="(self.mechanism == 'OAUTHBEARER') == has(self.oauth)",message="oauth goes with the mechanism OAUTHBEARER, and only with it"
// +kubebuilder:validation:XValidation:rule="self.mechanism == 'OAUTHBEARER' ? !has(self.username) && !has(self.usernameFrom) && !has(self.passwordFrom) : has(self.username) != has(self.usernameFrom) && has(self.passwordFrom)",message="PLAIN and SCRAM need passwordFrom and one of username and usernameFrom; OAUTHBEARER has none of them"
type SASL struct {
	// Mechanism of the brokers' listener.
	// +required
	Mechanism SASLMechanism `json:"mechanism"`
	// Username for PLAIN and SCRAM.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Username *string `json:"username,omitempty"`
	// UsernameFrom is a Secret with the name, key username when none is
	// named. A change of it replaces the pods.
	// +optional
	UsernameFrom *SecretKeyRef `json:"usernameFrom,omitempty"`
	// PasswordFrom is a Secret with the password, key password when none is
	// named. A change of it holds without a restart.
	// +optional
	PasswordFrom *SecretKeyRef `json:"passwordFrom,omitempty"`
	// OAuth says where tokens come from.
	// +optional
	OAuth *OAuthSource `json:"oauth,omitempty"`
}

// OAuthSource says where bearer tokens come from.
// +kubebuilder:validation:XValidation:rule="[has(self.tokenFrom), has(self.serviceAccount), has(self.clientCredentials)].filter(x, x).size() == 1",message="exactly one of tokenFrom, serviceAccount and clientCredentials is required"
type OAuthSource struct {
	// TokenFrom is a Secret with a token, key token when none is named.
	// +optional
	TokenFrom *SecretKeyRef `json:"tokenFrom,omitempty"`
	// ServiceAccount uses tokens of the pods' own service account, which
	// Kubernetes renews.
	// +optional
	ServiceAccount *ServiceAccountToken `json:"serviceAccount,omitempty"`
	// ClientCredentials asks an issuer for tokens.
	// +optional
	ClientCredentials *ClientCredentials `json:"clientCredentials,omitempty"`
}

// ServiceAccountToken is a token of the pods' service account.
type ServiceAccountToken struct {
	// Audience that the token is for.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Audience string `json:"audience"`
}

// ClientCredentials is a client of an issuer (RFC 6749, section 4.4).
type ClientCredentials struct {
	// TokenEndpoint of the issuer.
	// +required
	// +kubebuilder:validation:MaxLength=2048
	// +kubebuilder:validation:Pattern=`^https?://[^/?#@\s]+(/[^#\s]*)?$`
	TokenEndpoint string `json:"tokenEndpoint"`
	// ClientID at the issuer.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	ClientID string `json:"clientID"`
	// ClientSecretFrom is a Secret with the client's secret, key clientSecret
	// when none is named.
	// +required
	ClientSecretFrom SecretKeyRef `json:"clientSecretFrom"`
	// Scope to ask for.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Scope *string `json:"scope,omitempty"`
	// CA holds the authorities (PEM) of the issuer, key ca.crt when none is
	// named. Absent: those of the image.
	// +optional
	CA *SecretKeyRef `json:"ca,omitempty"`
}

// StrimziSource names a Kafka, and a KafkaUser of the same namespace as this
// object.
type StrimziSource struct {
	// Cluster is the Kafka.
	// +required
	Cluster KafkaReference `json:"cluster"`
	// Listener of the Kafka, by its name.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=11
	Listener string `json:"listener"`
	// User is the name of the KafkaUser. Absent: no credentials.
	// +optional
	User *LocalName `json:"user,omitempty"`
}

// KafkaReference names a Kafka.
type KafkaReference struct {
	// Name of the Kafka.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
	// Namespace of the Kafka; that of this object when absent. A Kafka of
	// another namespace has to grant that: its annotation
	// plastron.dev/allowed-namespaces lists the namespaces that may use it,
	// separated by commas, or is "*".
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Namespace *string `json:"namespace,omitempty"`
}

// LocalName names an object of the same namespace.
type LocalName struct {
	// Name of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
}

// BrokerAddress is host:port of a Kafka broker.
// +kubebuilder:validation:MaxLength=261
// +kubebuilder:validation:Pattern=`^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?):[0-9]{1,5}$`
type BrokerAddress string
