package credentials

import (
	"context"
	"fmt"
	"strings"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/build"
)

// access reads a Secret of the type servicebinding.io/kafka, with the keys
// that Strimzi's Access Operator writes.
func access(ctx context.Context, s *secrets, name string) (build.Kafka, error) {
	const path = "spec.kafka.accessSecret"
	servers, err := s.text(ctx, path, name, "bootstrapServers")
	if err != nil {
		return build.Kafka{}, err
	}
	proto, err := s.text(ctx, path, name, "securityProtocol")
	if err != nil {
		return build.Kafka{}, err
	}
	k := build.Kafka{Bootstrap: servers}
	switch proto {
	case "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL":
		k.Set("security_protocol", proto)
	default:
		return build.Kafka{}, &Problem{v1alpha1.ReasonSecretInvalid,
			fmt.Sprintf("%s: key securityProtocol of Secret %s has to be PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL", path, name)}
	}
	for _, part := range []func(context.Context, *secrets, string, string, *build.Kafka) error{accessTLS, accessSASL} {
		if err := part(ctx, s, name, proto, &k); err != nil {
			return build.Kafka{}, err
		}
	}
	return k, nil
}

func accessTLS(ctx context.Context, s *secrets, name, proto string, k *build.Kafka) error {
	const path = "spec.kafka.accessSecret"
	if !strings.HasSuffix(proto, "SSL") {
		return nil
	}
	secret, err := s.get(ctx, path, name)
	if err != nil {
		return err
	}
	if _, ok := secret.Data["ssl.truststore.crt"]; ok {
		if _, err := s.authorities(ctx, path, name, "ssl.truststore.crt"); err != nil {
			return err
		}
		k.Mount("ssl_cafile", name, "ssl.truststore.crt", "ca.crt")
	}
	if _, ok := secret.Data["ssl.keystore.crt"]; !ok {
		return nil
	}
	return mountKeyPair(ctx, s, keyPair{path, name, "ssl.keystore.crt", "ssl.keystore.key"}, k)
}

func accessSASL(ctx context.Context, s *secrets, name, proto string, k *build.Kafka) error {
	const path = "spec.kafka.accessSecret"
	if !strings.HasPrefix(proto, "SASL_") {
		return nil
	}
	mechanism, err := s.text(ctx, path, name, "saslMechanism")
	if err != nil {
		return err
	}
	switch v1alpha1.SASLMechanism(mechanism) {
	case v1alpha1.SASLPlain, v1alpha1.SASLScramSHA256, v1alpha1.SASLScramSHA512:
	default:
		return &Problem{v1alpha1.ReasonSecretInvalid,
			fmt.Sprintf("%s: key saslMechanism of Secret %s has to be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512", path, name)}
	}
	user, err := s.text(ctx, path, name, "username")
	if err != nil {
		return err
	}
	k.Set("sasl_mechanism", mechanism)
	k.Set("sasl_plain_username", user)
	return mount(ctx, s, secretFile{path, v1alpha1.SecretKeyRef{Name: name}, v1alpha1.KeyPassword, "sasl_plain_password_file", "password"}, k)
}
