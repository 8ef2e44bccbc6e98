package credentials

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/build"
)

var now = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// shelf is a reader of Secrets in namespace ns.
type shelf map[string]map[string]string

func (s shelf) Get(_ context.Context, key client.ObjectKey, o client.Object, _ ...client.GetOption) error {
	secret, ok := o.(*corev1.Secret)
	values, have := s[key.Name]
	if !ok || !have || key.Namespace != "ns" {
		return apierrors.NewNotFound(schema.GroupResource{Resource: "secrets"}, key.Name)
	}
	secret.Data = map[string][]byte{}
	for k, v := range values {
		secret.Data[k] = []byte(v)
	}
	return nil
}

func (shelf) List(context.Context, client.ObjectList, ...client.ListOption) error {
	return errors.New("nothing is listed")
}

// authority makes a certificate that signs itself, and its key.
func authority(t *testing.T, name string, until time.Time) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

func servers(edit func(*v1alpha1.BootstrapSource)) *v1alpha1.KafkaConnection {
	b := &v1alpha1.BootstrapSource{Servers: []v1alpha1.BrokerAddress{"a:1", "b:2"}}
	edit(b)
	return &v1alpha1.KafkaConnection{Bootstrap: b}
}

func ref(name string) *v1alpha1.SecretKeyRef { return &v1alpha1.SecretKeyRef{Name: name} }

func resolve(t *testing.T, s shelf, k *v1alpha1.KafkaConnection) (build.Kafka, error) {
	t.Helper()
	r := &Resolver{Live: s, Clock: func() time.Time { return now }}
	owner := &v1alpha1.RestProxy{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "rest"}}
	return r.Resolve(t.Context(), owner, k)
}

func TestResolve(t *testing.T) {
	t.Parallel()
	crt, key := authority(t, "kafka", now.Add(time.Hour))
	s := shelf{
		"tls":    {"ca.crt": crt, "tls.crt": crt, "tls.key": key},
		"user":   {"username": "registry\n", "password": "s3cret"},
		"oauth":  {"token": "t0ken", "clientSecret": "s3cret"},
		"access": {"bootstrapServers": "a:1,b:2", "securityProtocol": "SASL_SSL", "saslMechanism": "SCRAM-SHA-512", "username": "u", "password": "s3cret", "ssl.truststore.crt": crt},
		"mtls":   {"bootstrapServers": "a:1,b:2", "securityProtocol": "SSL", "ssl.truststore.crt": crt, "ssl.keystore.crt": crt, "ssl.keystore.key": key},
	}
	f := func(k *v1alpha1.KafkaConnection, want build.Kafka) {
		t.Helper()
		want.Bootstrap = "a:1,b:2"
		got, err := resolve(t, s, k)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}

	f(servers(func(*v1alpha1.BootstrapSource) {}), build.Kafka{})
	f(servers(func(b *v1alpha1.BootstrapSource) { b.TLS = &v1alpha1.ClientTLS{} }),
		build.Kafka{Settings: []build.Setting{{Key: "security_protocol", Value: "SSL"}}})
	f(servers(func(b *v1alpha1.BootstrapSource) {
		b.TLS = &v1alpha1.ClientTLS{CA: ref("tls"), Certificate: &v1alpha1.KeyPairRef{Name: "tls"}}
	}), build.Kafka{
		Settings: []build.Setting{{Key: "security_protocol", Value: "SSL"}},
		Files: []build.File{
			{Setting: "ssl_cafile", Secret: "tls", Key: "ca.crt", Name: "ca.crt"},
			{Setting: "ssl_certfile", Secret: "tls", Key: "tls.crt", Name: "tls.crt"},
			{Setting: "ssl_keyfile", Secret: "tls", Key: "tls.key", Name: "tls.key"},
		},
	})
	f(servers(func(b *v1alpha1.BootstrapSource) {
		b.SASL = &v1alpha1.SASL{Mechanism: v1alpha1.SASLScramSHA256, UsernameFrom: ref("user"), PasswordFrom: ref("user")}
	}), build.Kafka{
		Settings: []build.Setting{
			{Key: "security_protocol", Value: "SASL_PLAINTEXT"}, {Key: "sasl_mechanism", Value: "SCRAM-SHA-256"}, {Key: "sasl_plain_username", Value: "registry"},
		},
		Files: []build.File{{Setting: "sasl_plain_password_file", Secret: "user", Key: "password", Name: "password"}},
	})
	oauth := func(o v1alpha1.OAuthSource) *v1alpha1.KafkaConnection {
		return servers(func(b *v1alpha1.BootstrapSource) {
			b.TLS, b.SASL = &v1alpha1.ClientTLS{}, &v1alpha1.SASL{Mechanism: v1alpha1.SASLOAuthBearer, OAuth: &o}
		})
	}
	bearer := []build.Setting{{Key: "security_protocol", Value: "SASL_SSL"}, {Key: "sasl_mechanism", Value: "OAUTHBEARER"}}
	f(oauth(v1alpha1.OAuthSource{TokenFrom: ref("oauth")}), build.Kafka{
		Settings: bearer, Files: []build.File{{Setting: "sasl_oauth_token_file", Secret: "oauth", Key: "token", Name: "token"}},
	})
	f(oauth(v1alpha1.OAuthSource{ServiceAccount: &v1alpha1.ServiceAccountToken{Audience: "kafka"}}),
		build.Kafka{Settings: bearer, TokenAudience: "kafka"})
	f(oauth(v1alpha1.OAuthSource{ClientCredentials: &v1alpha1.ClientCredentials{
		TokenEndpoint: "https://issuer/token", ClientID: "c", ClientSecretFrom: *ref("oauth"), Scope: new("kafka"), CA: ref("tls"),
	}}), build.Kafka{
		Settings: append(bearer[:2:2], build.Setting{Key: "sasl_oauth_token_endpoint_url", Value: "https://issuer/token"},
			build.Setting{Key: "sasl_oauth_client_id", Value: "c"}, build.Setting{Key: "sasl_oauth_scope", Value: "kafka"}),
		Files: []build.File{
			{Setting: "sasl_oauth_cafile", Secret: "tls", Key: "ca.crt", Name: "oauth-ca.crt"},
			{Setting: "sasl_oauth_client_secret_file", Secret: "oauth", Key: "clientSecret", Name: "client-secret"},
		},
	})
	f(&v1alpha1.KafkaConnection{AccessSecret: &v1alpha1.SecretName{Name: "access"}}, build.Kafka{
		Settings: []build.Setting{
			{Key: "security_protocol", Value: "SASL_SSL"}, {Key: "sasl_mechanism", Value: "SCRAM-SHA-512"}, {Key: "sasl_plain_username", Value: "u"},
		},
		Files: []build.File{
			{Setting: "ssl_cafile", Secret: "access", Key: "ssl.truststore.crt", Name: "ca.crt"},
			{Setting: "sasl_plain_password_file", Secret: "access", Key: "password", Name: "password"},
		},
	})
	f(&v1alpha1.KafkaConnection{AccessSecret: &v1alpha1.SecretName{Name: "mtls"}}, build.Kafka{
		Settings: []build.Setting{{Key: "security_protocol", Value: "SSL"}},
		Files: []build.File{
			{Setting: "ssl_cafile", Secret: "mtls", Key: "ssl.truststore.crt", Name: "ca.crt"},
			{Setting: "ssl_certfile", Secret: "mtls", Key: "ssl.keystore.crt", Name: "tls.crt"},
			{Setting: "ssl_keyfile", Secret: "mtls", Key: "ssl.keystore.key", Name: "tls.key"},
		},
	})
}

func TestProblemsNameWhatIsMissing(t *testing.T) {
	t.Parallel()
	crt, _ := authority(t, "one", now.Add(time.Hour))
	_, otherKey := authority(t, "other", now.Add(time.Hour))
	s := shelf{
		"empty":   {"password": " \n", "token": "s3cret\nmore"},
		"names":   {"a": "s3cret", "b": ""},
		"nothing": {},
		"pem":     {"ca.crt": "s3cret", "tls.crt": crt, "tls.key": otherKey},
		"odd":     {"bootstrapServers": "a:1", "securityProtocol": "s3cret"},
		"half":    {"bootstrapServers": "a:1", "securityProtocol": "SASL_SSL", "saslMechanism": "GSSAPI"},
	}
	f := func(k *v1alpha1.KafkaConnection, reason string, words ...string) {
		t.Helper()
		_, err := resolve(t, s, k)
		p, ok := errors.AsType[*Problem](err)
		if !ok || p.Reason != reason {
			t.Fatalf("%v, want %s", err, reason)
		}
		for _, w := range words {
			if !strings.Contains(p.Message, w) {
				t.Errorf("%q does not name %q", p.Message, w)
			}
		}
		if strings.Contains(p.Message, "s3cret") {
			t.Errorf("%q tells a secret", p.Message)
		}
	}
	password := func(name string) *v1alpha1.KafkaConnection {
		return servers(func(b *v1alpha1.BootstrapSource) {
			b.SASL = &v1alpha1.SASL{Mechanism: v1alpha1.SASLPlain, Username: new("u"), PasswordFrom: ref(name)}
		})
	}

	f(password("absent"), v1alpha1.ReasonSecretNotFound, "spec.kafka.bootstrap.sasl.passwordFrom", "Secret absent", "namespace ns")
	f(password("names"), v1alpha1.ReasonSecretKeyMissing, `no key "password"`, "a, b")
	f(password("nothing"), v1alpha1.ReasonSecretKeyMissing, "none")
	f(password("empty"), v1alpha1.ReasonSecretKeyMissing, "is empty")
	f(servers(func(b *v1alpha1.BootstrapSource) { b.TLS = &v1alpha1.ClientTLS{CA: ref("pem")} }),
		v1alpha1.ReasonSecretInvalid, "spec.kafka.bootstrap.tls.ca", "no certificate")
	f(servers(func(b *v1alpha1.BootstrapSource) {
		b.TLS = &v1alpha1.ClientTLS{Certificate: &v1alpha1.KeyPairRef{Name: "pem"}}
	}), v1alpha1.ReasonSecretInvalid, "spec.kafka.bootstrap.tls.certificate", "private key does not match")
	f(servers(func(b *v1alpha1.BootstrapSource) {
		b.SASL = &v1alpha1.SASL{Mechanism: v1alpha1.SASLOAuthBearer, OAuth: &v1alpha1.OAuthSource{TokenFrom: ref("empty")}}
	}), v1alpha1.ReasonSecretInvalid, "not one line")
	f(&v1alpha1.KafkaConnection{AccessSecret: &v1alpha1.SecretName{Name: "odd"}}, v1alpha1.ReasonSecretInvalid, "securityProtocol", "SASL_SSL")
	f(&v1alpha1.KafkaConnection{AccessSecret: &v1alpha1.SecretName{Name: "half"}}, v1alpha1.ReasonSecretInvalid, "saslMechanism")
	f(&v1alpha1.KafkaConnection{}, v1alpha1.ReasonInvalidSpec, "spec.kafka")
}

// TestBundleAddsBeforeItDrops: while a cluster changes its authority, brokers
// of both are trusted.
func TestBundleAddsBeforeItDrops(t *testing.T) {
	t.Parallel()
	parse := func(text string) []*x509.Certificate {
		t.Helper()
		all, err := certificates([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	older, _ := authority(t, "old", now.Add(time.Hour))
	newer, _ := authority(t, "new", now.Add(48*time.Hour))
	first := bundle(parse(older), nil, now)
	both := bundle(parse(newer), parse(first), now)
	if both != newer+older {
		t.Errorf("the old authority was dropped:\n%s", both)
	}
	if again := bundle(parse(newer), parse(both), now); again != both {
		t.Errorf("a bundle changes although nothing did:\n%s", again)
	}
	if late := bundle(parse(newer), parse(both), now.Add(2*time.Hour)); late != newer {
		t.Errorf("an expired authority is kept:\n%s", late)
	}
	many := ""
	for range maxAuthorities + 2 {
		crt, _ := authority(t, "one of many", now.Add(time.Hour))
		many += crt
	}
	if got := strings.Count(bundle(parse(newer), parse(many), now), "BEGIN"); got != maxAuthorities {
		t.Errorf("%d authorities", got)
	}
}
