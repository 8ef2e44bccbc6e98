package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, role Role, file string, environ ...string) *Config {
	t.Helper()
	in := Input{Role: role, Environ: environ}
	if file != "" {
		in.Path = write(t, "config.json", file)
	}
	c, _, err := Load(in)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// setting returns the shown value of one key.
func setting(t *testing.T, c *Config, name string) string {
	t.Helper()
	for _, s := range c.Settings() {
		if s.Key == name {
			return s.Value
		}
	}
	t.Fatalf("no key %s", name)
	return ""
}

func TestNothingSetGivesTheDefaults(t *testing.T) {
	t.Parallel()
	c := load(t, RoleAll, "")
	for _, k := range Keys() {
		if k.bind == nil || k.Kind == Object || k.Kind == List {
			continue
		}
		if got := setting(t, c, k.Name); got != k.Default {
			t.Errorf("%s = %q; want %q", k.Name, got, k.Default)
		}
	}
	if diff := cmp.Diff(map[string]string{"app": "Karapace"}, c.Tags); diff != "" {
		t.Error(diff)
	}
	if c.AdvertisedURL("box") != "http://box:8081" || c.RegistryURL() != "http://127.0.0.1:8081" {
		t.Error(c.AdvertisedURL("box"), c.RegistryURL())
	}
}

// sample returns a legal text for the key that is not its default.
func sample(k Key) string {
	for _, v := range k.Values {
		if v != k.Default {
			return v
		}
	}
	switch k.Kind {
	case Integer:
		return "7"
	case Boolean:
		return map[string]string{"true": "false", "false": "true"}[k.Default]
	default:
		return "127.0.0.1:7"
	}
}

// usable reports whether the key can be set alone: it is bound, not refused,
// and neither part of a pair nor a file that would have to exist.
func usable(k Key) bool {
	switch k.Name {
	case "rest_base_uri", "topic_name", "registry_user", "registry_password", "security_protocol", "server_tls_client_auth",
		"telemetry.otel_endpoint_url", "telemetry.otel_traces_exporter", "telemetry.otel_metrics_exporter", "telemetry.metrics_export_interval_milliseconds",
		"sasl_oauthbearer_enforce_azp":
		return false
	}
	return k.bind != nil && k.Effect != Refused && k.Kind != File && k.Kind != Object && k.Kind != List
}

func TestEveryKeyWorksFromFileAndEnvironment(t *testing.T) {
	t.Parallel()
	for _, k := range Keys() {
		if !usable(k) {
			continue
		}
		want := sample(k)
		if k.Secret {
			want = Mask
		}
		fromFile := load(t, RoleAll, `{"`+k.Name+`": "`+sample(k)+`"}`)
		if got := setting(t, fromFile, k.Name); got != want || fromFile.Source(k.Name) == Default {
			t.Errorf("%s from file = %q; want %q", k.Name, got, want)
		}
		for _, name := range spellings(k, RoleAll) {
			fromEnv := load(t, RoleAll, `{"`+k.Name+`": `+map[bool]string{true: `"` + k.Default + `"`, false: "null"}[k.Default != ""]+`}`, name+"="+sample(k))
			if got := setting(t, fromEnv, k.Name); got != want {
				t.Errorf("%s from %s = %q; want %q", k.Name, name, got, want)
			}
			if want := Source("environment variable " + name); fromEnv.Source(k.Name) != want {
				t.Errorf("%s: source %q; want %q", k.Name, fromEnv.Source(k.Name), want)
			}
		}
	}
}

func TestSpellingsOfVariables(t *testing.T) {
	t.Parallel()
	f := func(role Role, key, want string, environ ...string) {
		t.Helper()
		if got := setting(t, load(t, role, "", environ...), key); got != want {
			t.Fatalf("%s with %v = %q; want %q", key, environ, got, want)
		}
	}

	// Karapace 5 repeats the prefix, Karapace 4 does not; the newer one wins.
	f(RoleAll, "karapace_rest", "false", "KARAPACE_REST=0")
	f(RoleAll, "karapace_rest", "true", "KARAPACE_REST=0", "KARAPACE_KARAPACE_REST=True")
	f(RoleAll, "port", "9", "karapace_port=9")
	f(RoleAll, "port", "8", "karapace_port=9", "KARAPACE_PORT=8")

	// The container image of Karapace 4 names the part.
	f(RoleRegistry, "port", "9", "KARAPACE_REGISTRY_PORT=9")
	f(RoleRegistry, "port", "8", "KARAPACE_REGISTRY_PORT=9", "KARAPACE_PORT=8")
	f(RoleRegistry, "host", "::1", "KARAPACE_REGISTRY_HOST=::1")
	f(RoleRegistry, "master_eligibility", "false", "KARAPACE_REGISTRY_MASTER_ELIGIBITY=false")
	f(RoleREST, "registry_port", "9", "KARAPACE_REGISTRY_PORT=9")
	f(RoleREST, "port", "8081", "KARAPACE_REGISTRY_PORT=9")
	f(RoleREST, "registry_host", "sr", "KARAPACE_REST_REGISTRY_HOST=sr")
	f(RoleREST, "port", "9", "KARAPACE_REST_PORT=9")

	// Numbers, booleans and passwords as people and Python write them.
	f(RoleAll, "session_timeout_ms", "1000", "KARAPACE_SESSION_TIMEOUT_MS= 1_000")
	f(RoleAll, "master_eligibility", "false", "KARAPACE_MASTER_ELIGIBILITY=False")
	f(RoleAll, "master_election_strategy", "highest", "KARAPACE_MASTER_ELECTION_STRATEGY=HIGHEST")
	if c := load(t, RoleAll, "", "KARAPACE_SASL_PLAIN_PASSWORD=0123"); c.Kafka.SASLPassword != "0123" {
		t.Fatal("a numeric password is a text")
	}

	// Empty is unset, except for the host.
	f(RoleAll, "port", "8081", "KARAPACE_PORT=")
	f(RoleAll, "host", "", "KARAPACE_HOST=")

	// What Kubernetes writes for a Service named karapace is not our port.
	f(RoleAll, "port", "8081", "KARAPACE_PORT=tcp://10.0.0.1:8081")
}

func TestFileOfTheOldReadme(t *testing.T) {
	t.Parallel()
	c := load(t, RoleAll, `{
		"advertised_hostname": "localhost", "bootstrap_uri": "127.0.0.1:9092", "client_id": "sr-1",
		"compatibility": "FULL", "group_id": "schema-registry", "host": "127.0.0.1", "log_level": "DEBUG",
		"port": 8081, "master_eligibility": true, "replication_factor": 1, "security_protocol": "PLAINTEXT",
		"ssl_cafile": null, "ssl_certfile": null, "ssl_keyfile": null, "ssl_password": null,
		"consumer_enable_autocommit": false, "fetch_min_bytes": -1, "producer_acks": 1,
		"telemetry": {"otel_traces_exporter": "NOOP"}, "karapace_rest": false}`)
	if c.Registry.Compatibility != "FULL" || c.Registry.Replication != 1 || c.REST.Consumer.AutoCommit || c.REST.Enabled {
		t.Fatalf("%+v", c)
	}
	if c.AdvertisedURL("ignored") != "http://localhost:8081" {
		t.Fatal(c.AdvertisedURL(""))
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	path := write(t, "c.json", `{"boostrap_uri": "x:1", "kafka_bootstrap_servers": "y:1", "log_format": "%(asctime)s %(lineno)d %(message)s", "producer_count": 7, "sentry": {"dsn": "https://s3cret@sentry.example/1"}}`)
	_, notes, err := Load(Input{Role: RoleAll, Path: path, Environ: []string{"KARAPACE_PORT=tcp://1.2.3.4:1", "KARAPACE_NEWER_KEY=1"}})
	if err != nil {
		t.Fatal(err)
	}
	file := Source("file " + path)
	want := []Note{
		{Debug, "Unknown environment variable", "", "environment variable KARAPACE_NEWER_KEY", ""},
		{Warning, "Environment variable of a Kubernetes Service ignored", "port", "environment variable KARAPACE_PORT", "tcp://1.2.3.4:1"},
		{Warning, "Unknown configuration key ignored", "boostrap_uri", file, "did you mean bootstrap_uri?"},
		{Warning, "Unknown configuration key ignored", "kafka_bootstrap_servers", file, ""},
		{Info, "Configuration key without effect", "producer_count", file, "one producer sends for all requests; Karapace does not read the key either"},
		{Warning, "Field of log_format is not known and stays empty", "log_format", file,
			"lineno is none of name, message, levelname, asctime, created, process, threadName, processName"},
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Fatal(diff)
	}
}

func TestWrongValues(t *testing.T) {
	t.Parallel()
	f := func(file string, environ []string, want ...string) {
		t.Helper()
		_, _, err := Load(Input{Role: RoleAll, Path: write(t, "c.json", file), Environ: environ})
		if err == nil {
			t.Fatalf("%s %v: no error", file, environ)
		}
		for _, text := range want {
			if !strings.Contains(err.Error(), text) {
				t.Fatalf("%s %v: %q lacks %q", file, environ, err, text)
			}
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Fatalf("secret in %q", err)
		}
	}

	f(`[]`, nil, "is not one JSON object")
	f(`{`, nil, "is not JSON")
	f(`{} {}`, nil, "after the end")
	f(`{"port": "x"}`, nil, `port = "x" is not an integer (from file `)
	f(`{"port": 70000}`, nil, "is outside 0 to 65535")
	f(`{"port": true}`, nil, "port", "is not an integer")
	f(`{}`, []string{"KARAPACE_PORT=x"}, `(from environment variable KARAPACE_PORT)`)
	f(`{"compatibility": "BACKWARDS"}`, nil, "is not one of BACKWARD, BACKWARD_TRANSITIVE")
	f(`{"name_strategy": "subject"}`, nil, "valid values are ['topic_name', 'record_name', 'topic_record_name']")
	f(`{"master_election_strategy": "middle"}`, nil, "Invalid master election strategy: middle, valid values are ['highest', 'lowest']")
	f(`{"tags": "x"}`, nil, "tags", "is not an object")
	f(`{"karapace_rest": "maybe"}`, nil, "neither true nor false")
	f(`{"karapace_rest": false, "karapace_registry": false}`, nil, "nothing to run", "Both rest and registry options are disabled, exiting")

	// All wrong values are told at once.
	f(`{"port": "x", "compatibility": "y"}`, nil, "port", "compatibility")

	// Rules across keys.
	f(`{"bootstrap_uri": "PLAINTEXT://kafka:9092"}`, nil, "has a scheme")
	f(`{"bootstrap_uri": "kafka"}`, nil, "is not host:port")
	f(`{"bootstrap_uri": " , "}`, nil, "names no broker")
	f(`{"advertised_hostname": "0.0.0.0"}`, nil, "nobody can connect to")
	f(`{"rest_base_uri": "rest"}`, nil, "is not an absolute URL")
	f(`{"topic_name": "a b"}`, nil, "is not a topic name")
	f(`{"security_protocol": "SASL_SSL", "sasl_plain_username": "u"}`, nil, "sasl_plain_password is missing")
	f(`{"security_protocol": "SASL_SSL", "sasl_mechanism": "OAUTHBEARER"}`, nil, "sasl_oauth_token is missing")
	f(`{"ssl_cafile": "/does/not/exist"}`, nil, "cannot be read: no such file or directory")

	f(`{"server_tls_keyfile": "config.go"}`, nil, "`server_tls_keyfile` defined but `server_tls_certfile` not defined")
	f(`{"server_tls_certfile": "config.go"}`, nil, "`server_tls_certfile` defined but `server_tls_keyfile` not defined")
	f(`{"server_tls_certfile": "/does/not/exist", "server_tls_keyfile": "config.go"}`, nil, "`server_tls_certfile` file does not exist")
	f(`{"server_tls_certfile": []}`, nil, "`server_tls_certfile` is not a string")
	f(`{"server_tls_client_auth": "required"}`, nil, "`server_tls_client_auth` set to required but `server_tls_cafile` not provided")
	f(`{"sasl_oauthbearer_enforce_azp": true}`, nil,
		"OIDC config error: sasl_oauthbearer_client_id is required when sasl_oauthbearer_enforce_azp is enabled.")
	f(`{"sasl_mechanism": "PLAIN", "security_protocol": "SASL_SSL", "sasl_plain_username": "u", "sasl_plain_password": "s3cret", "sasl_plain_password_file": "config.go"}`, nil,
		"are both set")
	f(`{"sasl_mechanism": "OAUTHBEARER", "security_protocol": "SASL_SSL", "sasl_oauth_token": "s3cret", "sasl_oauth_token_file": "config.go"}`, nil, "are both set")
	f(`{"sasl_mechanism": "OAUTHBEARER", "security_protocol": "SASL_SSL", "sasl_oauth_token_endpoint_url": "issuer"}`, nil,
		"sasl_oauth_token_endpoint_url = \"issuer\" is not an absolute URL", "secret is missing")
	f(`{"registry_user": "u"}`, nil, "belong together")
	f(`{"registry_password_file": "config.go"}`, nil, "belong together")
	f(`{"registry_user": "u", "registry_password": "s3cret", "registry_password_file": "config.go"}`, nil, "are both set")
	f(`{"registry_user": "u", "registry_password_file": "config.go", "registry_token_file": "config.go"}`, nil, "are both set")
	f(`{"registry_certfile": "config.go"}`, nil, "`registry_certfile` defined but `registry_keyfile` not defined")
	f(`{"telemetry": {"otel_traces_exporter": "otlp"}}`, nil, "needs telemetry.otel_endpoint_url")
	f(`{"telemetry": {"otel_endpoint_url": "collector:4317"}}`, nil, "is not an absolute URL")
	f(`{"management_address": "9180"}`, nil, "is not host:port")
	f(`{"sentry": {"dsn": "s3cret"}}`, nil, "has a dsn that is none")
	f(`{}`, []string{"SENTRY_DSN=s3cret"}, "has a dsn that is none", "SENTRY_DSN")

	// What would leave the registry open does not start.
	f(`{"registry_authfile": "/does/not/exist"}`, nil, "registry_authfile", "cannot be read: no such file or directory")
	f(`{"sasl_oauth_token_provider_class": "a.b"}`, nil, "not supported")
	f(`{"registry_password": {"s3cret": 1}}`, nil, `registry_password = "****"`)
	f(`{"rest_base_uri": "http://u:s3cret@"}`, nil, `http://****@`)
}

func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	c := load(t, RoleAll, "", "KARAPACE_SASL_PLAIN_PASSWORD=s3cret", "KARAPACE_SASL_OAUTH_TOKEN=s3cret",
		"KARAPACE_REST_BASE_URI=https://u:s3cret@h/x", "KARAPACE_REGISTRY_USER=u", "KARAPACE_REGISTRY_PASSWORD=s3cret",
		"KARAPACE_SASL_OAUTH_CLIENT_SECRET=s3cret", "KARAPACE_SSL_PASSWORD=s3cret", `KARAPACE_SENTRY={"dsn":"https://s3cret@sentry.example/1"}`)
	if strings.Contains(c.String(), "s3cret") || !strings.Contains(c.String(), Mask) {
		t.Fatal(c.String())
	}
	inJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		fmt.Sprintf("%v %+v %#v", c.Kafka, c.Kafka, c.Kafka), fmt.Sprintf("%+v %#v", *c, *c), fmt.Sprintf("%#v", c.REST), string(inJSON),
		fmt.Sprintf("%v %#v", c.Telemetry, c.Telemetry),
	} {
		if strings.Contains(strings.ReplaceAll(text, c.REST.BaseURI, ""), "s3cret") {
			t.Errorf("a secret is in %s", text)
		}
	}
	if setting(t, c, "rest_base_uri") != "https://****@h/x" {
		t.Fatal(setting(t, c, "rest_base_uri"))
	}
}

func isSecret(k Key) bool {
	if k.bind == nil {
		return false
	}
	switch k.bind(&Config{}).(type) {
	case *Secret, *map[string]Secret:
		return true
	default:
		return false
	}
}

func TestTableIsConsistent(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range Keys() {
		for _, name := range append([]string{k.Name}, k.Aliases...) {
			if seen[name] {
				t.Errorf("%s is there twice", name)
			}
			seen[name] = true
		}
		if k.Doc == "" || !strings.HasSuffix(k.Doc, ".") || k.Kind == "" || k.Use == "" || k.Effect == "" {
			t.Errorf("%s: incomplete line", k.Name)
		}
		if (k.Effect == Honoured) != (k.bind != nil) {
			t.Errorf("%s is honoured and nowhere stored, or stored and not honoured", k.Name)
		}
		if (k.Effect == Honoured) != (k.Why == "") {
			t.Errorf("%s has no effect and says not why, or the other way round", k.Name)
		}
		if k.Secret != isSecret(k) {
			t.Errorf("%s is secret in the table and not in the type, or the other way round", k.Name)
		}
		kind := Kind("")
		if k.bind == nil {
			continue
		}
		switch k.bind(&Config{}).(type) {
		case *string, *Secret:
			kind = Text
		case *int:
			kind = Integer
		case *bool:
			kind = Boolean
		case *map[string]string, *map[string]Secret:
			kind = Object
		case *[]string:
			kind = List
		}
		if kind != k.Kind && (kind != Text || k.Kind != File) {
			t.Errorf("%s: kind %s, bound to %s", k.Name, k.Kind, kind)
		}
	}
}
