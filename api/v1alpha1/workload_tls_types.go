package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ListenerTLS is the certificate of a listener.
// +kubebuilder:validation:XValidation:rule="has(self.secretName) || has(self.certManager)",message="set secretName, or certManager to have a certificate made"
type ListenerTLS struct {
	// SecretName is a Secret of the same namespace with the keys tls.crt and
	// tls.key (PEM), and ca.crt for the authority that clients inside the
	// cluster trust; cert-manager writes such Secrets. The certificate has to
	// be for <name>.<namespace>.svc and *.<name>-nodes.<namespace>.svc. A
	// change of it holds without a restart. With certManager it may be absent
	// and is <name>-tls.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	SecretName string `json:"secretName,omitempty"`
	// CertManager has cert-manager make and renew the certificate.
	// +optional
	CertManager *CertManagerSource `json:"certManager,omitempty"`
	// ClientCertificates says that clients show certificates; they do not when
	// absent.
	// +optional
	ClientCertificates *ClientCertificates `json:"clientCertificates,omitempty"`
}

// CertManagerSource is a Certificate of cert-manager (cert-manager.io/v1).
type CertManagerSource struct {
	// IssuerRef names the issuer.
	// +required
	IssuerRef IssuerRef `json:"issuerRef"`
	// DNSNames beside those of the Services.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	DNSNames []HostName `json:"dnsNames,omitempty"`
	// Duration of a certificate, the issuer's own when absent.
	// +optional
	// +kubebuilder:validation:MaxLength=16
	// +kubebuilder:validation:Pattern=`^([0-9]+(s|m|h))+$`
	Duration *string `json:"duration,omitempty"`
}

// IssuerRef names an issuer of cert-manager.
type IssuerRef struct {
	// Name of the issuer.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
	// Kind of the issuer, Issuer when absent.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Kind *string `json:"kind,omitempty"`
	// Group of an issuer that cert-manager does not bring itself.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Group *string `json:"group,omitempty"`
}

// ClientCertificates says that clients show certificates. Pods show each other
// the listener's own, so its authority has to be among those that are trusted.
// The kubelet has none to show, so a certificate can be asked for, not forced:
// who has to be known is said by authentication.
type ClientCertificates struct {
	// CA holds the authorities (PEM) that sign clients' certificates; key
	// ca.crt when none is named. Absent: ca.crt of the listener's Secret.
	// +optional
	CA *SecretKeyRef `json:"ca,omitempty"`
}

// CertificateStatus is the certificate of a listener.
type CertificateStatus struct {
	// Secret that holds it.
	// +optional
	Secret string `json:"secret,omitempty"`
	// NotAfter is when the one in the Secret ends.
	// +optional
	NotAfter *metav1.Time `json:"notAfter,omitempty"`
	// ServedSerial is the serial number, in hexadecimal, of the certificate
	// that every pod showed when it was asked last.
	// +optional
	ServedSerial string `json:"servedSerial,omitempty"`
}
