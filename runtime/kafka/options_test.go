package kafka

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/twmb/franz-go/pkg/kgo"
)

func TestParseBootstrap(t *testing.T) {
	t.Parallel()
	f := func(list string, want ...string) {
		t.Helper()
		got, err := ParseBootstrap(list)
		if !slices.Equal(got, want) || (err != nil) != (want == nil) {
			t.Errorf("ParseBootstrap(%q) = %q, %v; want %q", list, got, err, want)
		}
	}
	f("kafka:9092", "kafka:9092")
	f(" a:1 ,, b:2,", "a:1", "b:2")
	f("PLAINTEXT://a:1,SASL_SSL://b:2", "a:1", "b:2")
	f("kafka", "kafka:9092")
	f("[::1]:9092,[::1]", "[::1]:9092", "[::1]:9092")
	f("")
	f(" , ")
	f(":9092")
	f("a:b")
	f("a:0")
	f("a:65536")
	f("::1")
	f("user@a:1")
	f("http://a:1/path")
}

func TestOptions(t *testing.T) {
	t.Parallel()
	client, err := NewClient(Options{
		Bootstrap: []string{"a:1"}, ClientID: "sr-1", MetadataMaxAge: 100 * time.Millisecond, Logger: funcr.New(func(string, string) {}, funcr.Options{}),
	}, kgo.ProducerLinger(0))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	f := func(opt any, want string) {
		t.Helper()
		if got := fmt.Sprint(client.OptValue(opt)); got != want {
			t.Errorf("option is %s; want %s", got, want)
		}
	}
	f(kgo.SeedBrokers, "[a:1]")
	f(kgo.RequestTimeoutOverhead, "5s")
	f(kgo.ProduceRequestTimeout, "3s")
	f(kgo.ConnIdleTimeout, "15s")
	f(kgo.DialTimeout, "3s")
	f(kgo.MetadataMaxAge, "100ms")
	f(kgo.MetadataMinAge, "100ms") // Not above the maximum, which kgo refuses.
	f(kgo.DisableClientMetrics, "true")
	f(kgo.ProducerLinger, "0s")
}

// Every wrong setting is named by its key.
func TestWrongSettings(t *testing.T) {
	t.Parallel()
	f := func(s Security, want string) {
		t.Helper()
		_, err := NewClient(Options{Bootstrap: []string{"a:1"}, Security: s})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v; want an error with %q", s, err, want)
		}
	}
	f(Security{Protocol: "TLS"}, `security_protocol "TLS"`)
	f(Security{Protocol: "SASL_PLAINTEXT"}, "sasl_plain_username")
	f(Security{Protocol: "SASL_PLAINTEXT", Mechanism: "SCRAM-SHA-256", Username: "u"}, "sasl_plain_password")
	f(Security{Protocol: "SASL_PLAINTEXT", Mechanism: "SCRAM-SHA-512"}, "sasl_plain_username")
	f(Security{Protocol: "SASL_PLAINTEXT", Mechanism: "GSSAPI"}, `sasl_mechanism "GSSAPI"`)
	f(Security{Protocol: "SASL_SSL", Mechanism: "OAUTHBEARER"}, "sasl_oauth_token")
	f(Security{Protocol: "SSL", CAFile: "testdata/absent"}, "ssl_cafile")
	f(Security{Protocol: "SSL", CAFile: "testdata/plain.key"}, "ssl_cafile")
	f(Security{Protocol: "SSL", CertFile: "testdata/client.crt"}, "ssl_keyfile")
	f(Security{Protocol: "SSL", CertFile: "testdata/absent", KeyFile: "testdata/plain.key"}, "ssl_certfile")
	f(Security{Protocol: "SSL", CRLFile: "testdata/absent"}, "ssl_crlfile")
	f(Security{Protocol: "SSL", CRLFile: "testdata/plain.key"}, "ssl_crlfile")
	f(Security{Protocol: "SSL", Ciphers: "RC4"}, "ssl_ciphers")
	if _, err := NewClient(Options{}); err == nil {
		t.Error("no bootstrap broker was accepted")
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	s := Security{Protocol: "SASL_SSL", Username: "alice", Password: "planted-1", Token: "planted-2", KeyPassword: "planted-3"}
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%+v", s), fmt.Sprintf("%#v", s), fmt.Sprintf("%v", Options{Security: s})} {
		if strings.Contains(text, "planted") {
			t.Errorf("a secret is printed: %s", text)
		}
	}
	if s.Principal() != "User:alice" || (Security{Username: "alice"}).Principal() != "" {
		t.Error("wrong principal")
	}
}

func TestCipherSuites(t *testing.T) {
	t.Parallel()
	f := func(list string, want int) {
		t.Helper()
		got, err := cipherSuites(list)
		if len(got) != want || (err != nil) != (want == 0) {
			t.Errorf("%q gives %d suites, %v; want %d", list, len(got), err, want)
		}
	}
	f("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384", 2)
	f("ECDHE-RSA-CHACHA20-POLY1305,ECDHE-RSA-AES128-SHA", 2)
	f("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 1)
	f("HIGH:!aNULL:ECDHE-RSA-AES256-GCM-SHA384", 1)
	f("HIGH", 0)
}

// kgo complains on every attempt while a broker is away; none of that reaches
// the default verbosity.
func TestClientLogIsQuiet(t *testing.T) {
	t.Parallel()
	f := func(verbosity int, level kgo.LogLevel) {
		t.Helper()
		l := clientLogger{funcr.New(func(string, string) {}, funcr.Options{Verbosity: verbosity})}
		if got := l.Level(); got != level {
			t.Errorf("verbosity %d: level %s; want %s", verbosity, got, level)
		}
	}
	f(0, kgo.LogLevelNone)
	f(1, kgo.LogLevelError)
	f(2, kgo.LogLevelWarn)
	f(4, kgo.LogLevelInfo)
	f(5, kgo.LogLevelDebug)
}
