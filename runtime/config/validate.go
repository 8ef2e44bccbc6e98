package config

import (
	"errors"
	"fmt"
	"io/fs"
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
	v.telemetry()
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
	if uri := v.config.REST.BaseURI; uri != "" && !isURL(uri) {
		v.fail("rest_base_uri", uri, notURL, "write for example https://rest.example.com/kafka")
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
	v.sasl()
	v.pair("ssl_certfile", v.config.Kafka.CertFile, "ssl_keyfile", v.config.Kafka.KeyFile)
	l := v.config.Listener
	v.pair("server_tls_certfile", l.TLSCert, "server_tls_keyfile", l.TLSKey)
	if l.TLSClientAuth == "required" && l.TLSClientCA == "" {
		v.fail("server_tls_client_auth", "required", "is wrong: `server_tls_client_auth` set to required but `server_tls_cafile` not provided",
			"name the authorities that sign the clients' certificates")
	}
	v.registryAccess()
	if o := v.config.Registry.OIDC; o.EnforceAZP && o.ClientID == "" {
		v.fail("sasl_oauthbearer_enforce_azp", "true",
			"is wrong: OIDC config error: sasl_oauthbearer_client_id is required when sasl_oauthbearer_enforce_azp is enabled.", "name the client, or turn it off")
	}
}

// registryAccess checks that the proxy shows its registry one thing.
func (v *validator) registryAccess() {
	r := v.config.REST
	v.pair("registry_certfile", r.RegistryCert, "registry_keyfile", r.RegistryKey)
	switch {
	case r.RegistryPassword != "" && r.RegistryPasswordFile != "":
		v.fail("registry_password_file", r.RegistryPasswordFile, "and registry_password are both set", "set one of them")
	case r.RegistryTokenFile != "" && r.RegistryUser != "":
		v.fail("registry_token_file", r.RegistryTokenFile, "and registry_user are both set", "set one of them")
	case (r.RegistryUser == "") != (r.RegistryPassword == "" && r.RegistryPasswordFile == ""):
		v.fail("registry_user", r.RegistryUser, "and registry_password belong together", "set both or none; registry_password_file stands for registry_password")
	}
}

// sasl checks that the mechanism has what it needs, from one source.
func (v *validator) sasl() {
	k := v.config.Kafka
	if !strings.HasPrefix(k.Protocol, "SASL_") {
		return
	}
	if k.SASLMechanism == "OAUTHBEARER" {
		v.bearer()
		return
	}
	switch {
	case k.SASLPassword != "" && k.SASLPasswordFile != "":
		v.fail("sasl_plain_password_file", k.SASLPasswordFile, "and sasl_plain_password are both set", "set one of them")
	case k.SASLUser == "" || k.SASLPassword == "" && k.SASLPasswordFile == "":
		v.fail("sasl_plain_username", k.SASLUser, "or sasl_plain_password is missing",
			"security_protocol "+k.Protocol+" needs a user, and sasl_plain_password or sasl_plain_password_file; or sasl_mechanism OAUTHBEARER with a token")
	}
}

func (v *validator) bearer() {
	k := v.config.Kafka
	var given []string
	for _, source := range []struct {
		key string
		set bool
	}{
		{"sasl_oauth_token", k.SASLToken != ""}, {"sasl_oauth_token_file", k.SASLTokenFile != ""},
		{"sasl_oauth_token_endpoint_url", k.OAuth.Endpoint != ""},
	} {
		if source.set {
			given = append(given, source.key)
		}
	}
	const remedy = "OAUTHBEARER needs one of sasl_oauth_token, sasl_oauth_token_file and sasl_oauth_token_endpoint_url"
	switch {
	case len(given) == 0:
		v.fail("sasl_oauth_token", "", "is missing", remedy)
	case len(given) > 1:
		v.fail(given[1], "", "and "+given[0]+" are both set", remedy)
	}
	if k.OAuth.Endpoint == "" {
		return
	}
	if !isURL(k.OAuth.Endpoint) {
		v.fail("sasl_oauth_token_endpoint_url", k.OAuth.Endpoint, notURL, "write for example https://issuer.example.com/token")
	}
	if k.OAuth.ClientID == "" || (k.OAuth.ClientSecret == "") == (k.OAuth.SecretFile == "") {
		v.fail("sasl_oauth_client_id", k.OAuth.ClientID, "or its secret is missing, or there are two secrets",
			"set sasl_oauth_client_id, and sasl_oauth_client_secret or sasl_oauth_client_secret_file")
	}
}

func (v *validator) pair(certKey, cert, keyKey, key string) {
	if cert != "" && key == "" {
		v.fail(certKey, cert, "is alone: `"+certKey+"` defined but `"+keyKey+"` not defined", "set both or none")
	}
	if cert == "" && key != "" {
		v.fail(keyKey, key, "is alone: `"+keyKey+"` defined but `"+certKey+"` not defined", "set both or none")
	}
}

// telemetry checks where telemetry goes, so that a typo is told at the start
// and not by data that never arrive.
func (v *validator) telemetry() {
	t := v.config.Telemetry
	for _, exporter := range []struct{ key, value string }{
		{"telemetry.otel_traces_exporter", t.Traces}, {"telemetry.otel_metrics_exporter", t.Metrics},
	} {
		if exporter.value == "OTLP" && t.Endpoint == "" {
			v.fail(exporter.key, exporter.value, "needs telemetry.otel_endpoint_url", "name the receiver, for example http://collector:4318")
		}
	}
	if t.Endpoint != "" && !isURL(t.Endpoint) {
		v.fail("telemetry.otel_endpoint_url", t.Endpoint, notURL, "write for example http://collector:4318")
	}
	if t.Management != "" {
		_, port, err := net.SplitHostPort(t.Management)
		if n, convErr := strconv.Atoi(port); err != nil || convErr != nil || n < 0 || n > maxPort {
			v.fail("management_address", t.Management, "is not host:port", "write for example 127.0.0.1:9180")
		}
	}
	if dsn := t.Sentry["dsn"]; dsn != "" {
		if u, err := url.Parse(string(dsn)); err != nil || u.Host == "" || u.User.Username() == "" {
			v.fail("sentry", Mask, "has a dsn that is none", "write https://KEY@HOST/PROJECT as Sentry shows it")
		}
	}
}

const notURL = "is not an absolute URL"

func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
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
			text := "cannot be read: " + cause(err)
			if errors.Is(err, fs.ErrNotExist) {
				text += " (`" + k.Name + "` file does not exist)"
			}
			v.fail(k.Name, *place, text, "name a file that this process may read")
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
		v.fail("karapace_registry", "false", "and karapace_rest are both off, so there is nothing to run (Both rest and registry options are disabled, exiting)", "turn one of them on")
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
