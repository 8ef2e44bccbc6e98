package config

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Error is one wrong setting, told so that the reader knows where it stands
// and what to write instead.
type Error struct {
	Key     string
	Source  Source
	Value   string // Value is masked when the key is secret
	Problem string
	Remedy  string
}

// Error says key, value, problem, source and remedy in one line.
func (e *Error) Error() string {
	text := e.Key
	if e.Value != "" {
		text += " = " + strconv.Quote(e.Value)
	}
	text += " " + e.Problem + " (from " + string(e.Source) + ")"
	if e.Remedy != "" {
		text += "; " + e.Remedy
	}
	return text
}

func problem(k Key, source Source, raw string, err error) *Error {
	return &Error{Key: k.Name, Source: source, Value: shown(k, raw), Problem: err.Error(), Remedy: k.Doc}
}

// validate checks rules that concern more than the form of one value.
func validate(c *Config) []error {
	v := validator{config: c}
	v.brokers()
	v.names()
	v.security()
	v.files()
	v.parts()
	return v.errs
}

type validator struct {
	config *Config
	errs   []error
}

func (v *validator) fail(key, text, problem, remedy string) {
	k, _ := find(Keys(), key)
	v.errs = append(v.errs, &Error{Key: key, Source: v.config.Source(key), Value: shown(k, text), Problem: problem, Remedy: remedy})
}

func (v *validator) brokers() {
	brokers := v.config.Kafka.Brokers()
	if len(brokers) == 0 {
		v.fail("bootstrap_uri", v.config.Kafka.Bootstrap, "names no broker", "write host:port, several separated by commas")
	}
	for _, b := range brokers {
		if strings.Contains(b, "://") {
			v.fail("bootstrap_uri", b, "has a scheme", "write host:port only, and the scheme in security_protocol")
			continue
		}
		_, port, err := net.SplitHostPort(b)
		if n, convErr := strconv.Atoi(port); err != nil || convErr != nil || n < 1 || n > maxPort {
			v.fail("bootstrap_uri", b, "is not host:port", "write for example kafka:9092; IPv6 addresses need brackets")
		}
	}
}

func (v *validator) names() {
	host := v.config.Advertised.Host
	if slices.Contains([]string{"0.0.0.0", "::", "[::]", "*"}, host) {
		v.fail("advertised_hostname", host, "is an address that nobody can connect to", "write the name by which other nodes reach this one")
	}
	if strings.ContainsAny(host, "/ ") {
		v.fail("advertised_hostname", host, "is not a host name", "write the name without scheme, port and path")
	}
	if uri := v.config.REST.BaseURI; uri != "" {
		u, err := url.Parse(uri)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			v.fail("rest_base_uri", uri, "is not an absolute URL", "write for example https://rest.example.com/kafka")
		}
	}
	if topic := v.config.Registry.Topic; topic == "" || len(topic) > 249 || strings.Trim(topic, topicCharacters) != "" || topic == "." || topic == ".." {
		v.fail("topic_name", topic, "is not a topic name", "use up to 249 letters, digits, dots, hyphens and underscores")
	}
	if v.config.Registry.GroupID == "" {
		v.fail("group_id", "", "is empty", "name the election group; the usual one is schema-registry")
	}
}

const topicCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

func (v *validator) security() {
	k := v.config.Kafka
	sasl := strings.HasPrefix(k.Protocol, "SASL_")
	mechanism := k.SASLMechanism
	switch {
	case !sasl:
	case mechanism == "OAUTHBEARER":
		if k.SASLToken == "" {
			v.fail("sasl_oauth_token", "", "is missing", "OAUTHBEARER needs a token")
		}
	case k.SASLUser == "" || k.SASLPassword == "":
		v.fail("sasl_plain_username", k.SASLUser, "or sasl_plain_password is missing",
			"security_protocol "+k.Protocol+" needs both, or sasl_mechanism OAUTHBEARER with sasl_oauth_token")
	}
	v.pair("ssl_certfile", k.CertFile, "ssl_keyfile", k.KeyFile)
	v.pair("server_tls_certfile", v.config.Listener.TLSCert, "server_tls_keyfile", v.config.Listener.TLSKey)
	if v.config.Listener.TLSClientAuth == "required" && v.config.Listener.TLSClientCA == "" {
		v.fail("server_tls_client_auth", "required", "needs server_tls_cafile", "name the authorities that sign the clients' certificates")
	}
	if (v.config.REST.RegistryUser == "") != (v.config.REST.RegistryPassword == "") {
		v.fail("registry_user", v.config.REST.RegistryUser, "and registry_password belong together", "set both or none")
	}
}

func (v *validator) pair(certKey, cert, keyKey, key string) {
	if cert != "" && key == "" {
		v.fail(certKey, cert, "is set and "+keyKey+" is not", "set both or none")
	}
	if cert == "" && key != "" {
		v.fail(keyKey, key, "is set and "+certKey+" is not", "set both or none")
	}
}

// files checks that files exist and can be read, so that a wrong path is told
// at the start and not at the first connection.
func (v *validator) files() {
	for _, k := range Keys() {
		if k.Kind != File || k.bind == nil {
			continue
		}
		place, isText := k.bind(v.config).(*string)
		if !isText || *place == "" {
			continue
		}
		f, err := os.Open(*place)
		if err != nil {
			v.fail(k.Name, *place, "cannot be read: "+cause(err), "name a PEM file that this process may read")
			continue
		}
		f.Close()
	}
}

func (v *validator) parts() {
	for _, part := range []string{"karapace_registry", "karapace_rest"} {
		if v.config.Source(part) == Default {
			return
		}
	}
	if !v.config.Registry.Enabled && !v.config.REST.Enabled {
		v.fail("karapace_registry", "false", "and karapace_rest are both off, so there is nothing to run", "turn one of them on")
	}
}

// cause is the last part of a file error: the path is told anyway.
func cause(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 {
		return text[i+2:]
	}
	return fmt.Sprint(text)
}
