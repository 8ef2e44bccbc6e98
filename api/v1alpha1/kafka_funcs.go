package v1alpha1

// Keys of Secrets where a reference names none.
const (
	KeyAuthorities  = "ca.crt"
	KeyCertificate  = "tls.crt"
	KeyPrivateKey   = "tls.key"
	KeyUsername     = "username"
	KeyPassword     = "password"
	KeyToken        = "token"
	KeyClientSecret = "clientSecret"
)

// KeyOr returns the key of the reference, or fallback when it names none.
func (r SecretKeyRef) KeyOr(fallback string) string {
	if r.Key == nil {
		return fallback
	}
	return *r.Key
}

// Keys returns the keys of certificate and private key.
func (r KeyPairRef) Keys() (certificate, privateKey string) {
	certificate, privateKey = KeyCertificate, KeyPrivateKey
	if r.CertificateKey != nil {
		certificate = *r.CertificateKey
	}
	if r.PrivateKeyKey != nil {
		privateKey = *r.PrivateKeyKey
	}
	return certificate, privateKey
}

// SecretNames returns the Secrets that a connection is made from, some perhaps
// twice. Of a KafkaUser, whose Secret only its status names, it is the name
// that Strimzi gives by default.
func (k *KafkaConnection) SecretNames() []string {
	if k == nil {
		return nil
	}
	var names []string
	if k.AccessSecret != nil {
		names = append(names, k.AccessSecret.Name)
	}
	if k.Strimzi != nil && k.Strimzi.User != nil {
		names = append(names, k.Strimzi.User.Name)
	}
	if b := k.Bootstrap; b != nil {
		names = append(names, b.TLS.secretNames()...)
		names = append(names, b.SASL.secretNames()...)
	}
	return names
}

func (t *ClientTLS) secretNames() []string {
	if t == nil {
		return nil
	}
	names := namesOf(t.CA)
	if t.Certificate != nil {
		names = append(names, t.Certificate.Name)
	}
	return names
}

func (s *SASL) secretNames() []string {
	if s == nil {
		return nil
	}
	names := namesOf(s.UsernameFrom, s.PasswordFrom)
	if s.OAuth == nil {
		return names
	}
	names = append(names, namesOf(s.OAuth.TokenFrom)...)
	if c := s.OAuth.ClientCredentials; c != nil {
		names = append(names, namesOf(&c.ClientSecretFrom, c.CA)...)
	}
	return names
}

// NamespaceIn returns the namespace of the Kafka that an object of namespace own
// refers to.
func (r KafkaReference) NamespaceIn(own string) string {
	if r.Namespace == nil {
		return own
	}
	return *r.Namespace
}

func namesOf(refs ...*SecretKeyRef) []string {
	var names []string
	for _, r := range refs {
		if r != nil {
			names = append(names, r.Name)
		}
	}
	return names
}
