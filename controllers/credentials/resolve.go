package credentials

import (
	"context"
	"errors"
	"net"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/build"
)

// Problem says why pods cannot reach Kafka with what is there. A person, or
// whoever makes the Secret, has to help; the message says with what.
type Problem struct {
	// Reason of the condition KafkaResolved.
	Reason string
	// Message for people.
	Message string
}

// Error makes a Problem an error, so that the steps below can return it.
func (p *Problem) Error() string { return p.Message }

// AsProblem splits an error: a Problem, or the error when it is none.
func AsProblem(err error) (*Problem, error) {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p, nil
	}
	return nil, err
}

// Parts returns reason and message, empty of a nil Problem.
func (p *Problem) Parts() (reason, message string) {
	if p == nil {
		return "", ""
	}
	return p.Reason, p.Message
}

// Resolver looks connections up.
type Resolver struct {
	// Live reads Secrets and the resources of Strimzi, past any cache.
	Live client.Reader
	// Mapper knows which version of Strimzi's resources is served.
	Mapper meta.RESTMapper
	// Clock tells which certificates have expired.
	Clock func() time.Time
	// Dial opens connections to pods; nil means as usual.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Resolve returns the connection k of owner. All that it refers to is in the
// owner's namespace. The error is a *Problem when something is missing or
// wrong, else the API server's.
func (r *Resolver) Resolve(ctx context.Context, owner client.Object, k *v1alpha1.KafkaConnection) (build.Kafka, error) {
	s := &secrets{live: r.Live, namespace: owner.GetNamespace()}
	switch {
	case k.AccessSecret != nil:
		return access(ctx, s, k.AccessSecret.Name)
	case k.Strimzi != nil:
		return r.strimzi(ctx, s, owner, k.Strimzi)
	case k.Bootstrap != nil:
		return bootstrap(ctx, s, k.Bootstrap)
	default:
		return build.Kafka{}, &Problem{v1alpha1.ReasonInvalidSpec, "spec.kafka: set bootstrap, strimzi or accessSecret"}
	}
}

func bootstrap(ctx context.Context, s *secrets, b *v1alpha1.BootstrapSource) (build.Kafka, error) {
	k := build.Kafka{Bootstrap: build.BrokerList(b.Servers)}
	if p := protocol(b.TLS != nil, b.SASL != nil); p != "" {
		k.Set("security_protocol", p)
	}
	if b.TLS != nil {
		if err := clientTLS(ctx, s, b.TLS, &k); err != nil {
			return build.Kafka{}, err
		}
	}
	if b.SASL != nil {
		if err := sasl(ctx, s, b.SASL, &k); err != nil {
			return build.Kafka{}, err
		}
	}
	return k, nil
}

// protocol is the value of security_protocol, empty for the default.
func protocol(tls, sasl bool) string {
	switch {
	case tls && sasl:
		return "SASL_SSL"
	case sasl:
		return "SASL_PLAINTEXT"
	case tls:
		return "SSL"
	default:
		return ""
	}
}

func clientTLS(ctx context.Context, s *secrets, t *v1alpha1.ClientTLS, k *build.Kafka) error {
	const path = "spec.kafka.bootstrap.tls"
	if t.CA != nil {
		key := t.CA.KeyOr(v1alpha1.KeyAuthorities)
		if _, err := s.authorities(ctx, path+".ca", t.CA.Name, key); err != nil {
			return err
		}
		k.Mount("ssl_cafile", t.CA.Name, key, "ca.crt")
	}
	if c := t.Certificate; c != nil {
		certificate, privateKey := c.Keys()
		return mountKeyPair(ctx, s, keyPair{path + ".certificate", c.Name, certificate, privateKey}, k)
	}
	return nil
}

func mountKeyPair(ctx context.Context, s *secrets, p keyPair, k *build.Kafka) error {
	if _, err := s.pair(ctx, p); err != nil {
		return err
	}
	k.Mount("ssl_certfile", p.secret, p.certificate, "tls.crt")
	k.Mount("ssl_keyfile", p.secret, p.privateKey, "tls.key")
	return nil
}

func sasl(ctx context.Context, s *secrets, in *v1alpha1.SASL, k *build.Kafka) error {
	const path = "spec.kafka.bootstrap.sasl"
	k.Set("sasl_mechanism", string(in.Mechanism))
	if in.OAuth != nil {
		return oauth(ctx, s, in.OAuth, k)
	}
	if in.Username != nil {
		k.Set("sasl_plain_username", *in.Username)
	} else if in.UsernameFrom != nil {
		name, err := s.text(ctx, path+".usernameFrom", in.UsernameFrom.Name, in.UsernameFrom.KeyOr(v1alpha1.KeyUsername))
		if err != nil {
			return err
		}
		k.Set("sasl_plain_username", name)
	}
	if in.PasswordFrom == nil {
		return &Problem{v1alpha1.ReasonInvalidSpec, path + ".passwordFrom: name a Secret with the password"}
	}
	return mount(ctx, s, secretFile{path + ".passwordFrom", *in.PasswordFrom, v1alpha1.KeyPassword, "sasl_plain_password_file", "password"}, k)
}

func oauth(ctx context.Context, s *secrets, o *v1alpha1.OAuthSource, k *build.Kafka) error {
	const path = "spec.kafka.bootstrap.sasl.oauth"
	switch {
	case o.TokenFrom != nil:
		return mount(ctx, s, secretFile{path + ".tokenFrom", *o.TokenFrom, v1alpha1.KeyToken, "sasl_oauth_token_file", "token"}, k)
	case o.ServiceAccount != nil:
		k.TokenAudience = o.ServiceAccount.Audience
		return nil
	case o.ClientCredentials == nil:
		return &Problem{v1alpha1.ReasonInvalidSpec, path + ": set tokenFrom, serviceAccount or clientCredentials"}
	}
	c := o.ClientCredentials
	k.Set("sasl_oauth_token_endpoint_url", c.TokenEndpoint)
	k.Set("sasl_oauth_client_id", c.ClientID)
	if c.Scope != nil {
		k.Set("sasl_oauth_scope", *c.Scope)
	}
	if c.CA != nil {
		key := c.CA.KeyOr(v1alpha1.KeyAuthorities)
		if _, err := s.authorities(ctx, path+".clientCredentials.ca", c.CA.Name, key); err != nil {
			return err
		}
		k.Mount("sasl_oauth_cafile", c.CA.Name, key, "oauth-ca.crt")
	}
	return mount(ctx, s, secretFile{path + ".clientCredentials.clientSecretFrom", c.ClientSecretFrom, v1alpha1.KeyClientSecret,
		"sasl_oauth_client_secret_file", "client-secret"}, k)
}

// secretFile is a value that pods read from a file.
type secretFile struct {
	path        string // Field of the spec that asks for it.
	ref         v1alpha1.SecretKeyRef
	fallbackKey string
	setting     string // Key of the configuration that names the file.
	file        string
}

func mount(ctx context.Context, s *secrets, f secretFile, k *build.Kafka) error {
	key := f.ref.KeyOr(f.fallbackKey)
	if _, err := s.text(ctx, f.path, f.ref.Name, key); err != nil {
		return err
	}
	k.Mount(f.setting, f.ref.Name, key, f.file)
	return nil
}
