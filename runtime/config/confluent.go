package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Translation is a properties file of Confluent's in our keys.
type Translation struct {
	// Keys are our keys with their values, as Load takes them from a file.
	Keys map[string]any
	// Left lists what could not be translated, in the order of names.
	Left []Untranslated
}

// Untranslated is one property that has no counterpart here.
type Untranslated struct {
	Property string `json:"property"`
	Reason   string `json:"reason"` // Reason says why, and what to do instead
}

// FromConfluent translates the text of a schema-registry.properties or
// kafka-rest.properties (registry contract D.4). Values are not checked beyond
// what the translation needs: "config check" does that with the result.
func FromConfluent(text []byte) (Translation, error) {
	if len(text) > maxFile {
		return Translation{}, fmt.Errorf("the file is larger than %d bytes", maxFile)
	}
	properties, err := parseProperties(string(text))
	if err != nil {
		return Translation{}, err
	}
	t := &translator{in: properties, out: map[string]any{}, left: map[string]string{}}
	t.isREST = slices.ContainsFunc(slices.Collect(maps.Keys(properties)), func(name string) bool {
		return name == "schema.registry.url" || name == "bootstrap.servers" || strings.HasPrefix(name, "client.")
	})
	t.run()
	result := Translation{Keys: t.out}
	for _, name := range slices.Sorted(maps.Keys(t.left)) {
		result.Left = append(result.Left, Untranslated{Property: name, Reason: t.left[name]})
	}
	return result, nil
}

// File is the translation as a configuration file.
func (t Translation) File() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(t.Keys)
	return out.Bytes(), err
}

type translator struct {
	in     map[string]string
	out    map[string]any
	left   map[string]string
	isREST bool
}

// run takes the properties in the order of their names, so that the result
// does not depend on chance.
func (t *translator) run() {
	table := confluentProperties()
	for _, name := range slices.Sorted(maps.Keys(t.in)) {
		text := strings.TrimSpace(t.in[name])
		plain, isKafka := t.kafkaName(name)
		switch rule, known := table[name]; {
		case text == "":
		case known && rule.reason != "":
			t.left[name] = rule.reason
		case known && rule.use != nil:
			rule.use(t, name, text)
		case known:
			t.set(name, rule.key, text)
		case isKafka && t.kafka(name, plain, text):
		default:
			t.left[name] = "there is no key with this meaning"
		}
	}
	if t.out["host"] == nil {
		t.out["host"] = "" // Confluent listens on all addresses unless told otherwise.
	}
	t.out[t.part()] = true
	t.out[t.otherPart()] = false
	if !t.isREST {
		t.out["api_flavor"] = "confluent"
	}
}

func (t *translator) part() string {
	if t.isREST {
		return "karapace_rest"
	}
	return "karapace_registry"
}

func (t *translator) otherPart() string {
	if t.isREST {
		return "karapace_registry"
	}
	return "karapace_rest"
}

// set stores a value in the form that the key has.
func (t *translator) set(property, key, text string) {
	k, _ := find(Keys(), key)
	v, err := fromText(k, text)
	if err != nil {
		t.left[property] = fmt.Sprintf("its value %s, so %s stays as it is", err, key)
		return
	}
	t.out[key] = v
}

// kafkaName takes the prefix of properties for Kafka away.
func (t *translator) kafkaName(name string) (plain string, isKafka bool) {
	prefix := "kafkastore."
	if t.isREST {
		prefix = "client."
	}
	if plain, isKafka = strings.CutPrefix(name, prefix); isKafka {
		return plain, true
	}
	return name, t.isREST && name == "bootstrap.servers"
}

// rule says what becomes of a property: another name, a function, or nothing.
type rule struct {
	key    string
	use    func(t *translator, property, text string)
	reason string
}

// confluentProperties is the table of D.4 with the properties that stand in
// ordinary files beside them.
func confluentProperties() map[string]rule {
	const (
		noHandover = "a hand-over among our nodes needs no delay; see waiting_time_before_acting_as_master_ms"
		noJKS      = "key stores of Java are not read: convert to PEM with keytool and openssl, and set server_tls_certfile and server_tls_keyfile"
		noEncoder  = "encrypted fields are not supported: records that need them keep their text"
		noTimeout  = "time-outs of the store are fixed: a request ends within 60 s, and a write whose outcome is unknown is resolved from the topic"
	)
	return map[string]rule{
		"kafkastore.topic":                        {key: "topic_name"},
		"kafkastore.topic.replication.factor":     {key: "replication_factor"},
		"kafkastore.timeout.ms":                   {reason: noTimeout},
		"kafkastore.init.timeout.ms":              {reason: noTimeout},
		"kafkastore.write.max.retries":            {reason: noTimeout},
		"kafkastore.group.id":                     {reason: "the topic is read without a consumer group"},
		"schema.registry.group.id":                {key: "group_id"},
		"leader.eligibility":                      {key: "master_eligibility"},
		"master.eligibility":                      {key: "master_eligibility"},
		"leader.election.delay":                   {reason: noHandover},
		"leader.election.sticky":                  {key: "master_election_sticky"},
		"host.name":                               {key: "advertised_hostname"},
		"advertised.host.name":                    {key: "advertised_hostname"},
		"listeners":                               {use: (*translator).listeners},
		"inter.instance.protocol":                 {key: "advertised_protocol"},
		"schema.registry.inter.instance.protocol": {key: "advertised_protocol"},
		"inter.instance.listener.name":            {reason: "there is one listener: set advertised_protocol and advertised_port"},
		"schema.compatibility.level":              {key: "compatibility"},
		"avro.compatibility.level":                {key: "compatibility"},
		"mode.mutability":                         {key: "mode_mutability"},
		"access.control.allow.origin":             {key: "access_control_allow_origin"},
		"access.control.allow.methods":            {key: "access_control_allow_methods"},
		"access.control.allow.headers":            {key: "access_control_allow_headers"},
		"metadata.encoder.secret":                 {reason: noEncoder},
		"metadata.encoder.old.secret":             {reason: noEncoder},
		"metadata.encoder.topic":                  {reason: noEncoder},
		"ssl.keystore.password":                   {reason: noJKS},
		"ssl.key.password":                        {reason: noJKS},
		"ssl.truststore.password":                 {reason: "key stores of Java are not read: convert to PEM and set server_tls_cafile"},
		"ssl.keystore.location": {use: func(t *translator, property, text string) {
			t.pem(property, "ssl.keystore.type", text, noJKS, "server_tls_certfile", "server_tls_keyfile")
		}},
		"ssl.truststore.location": {use: func(t *translator, property, text string) {
			t.pem(property, "ssl.truststore.type", text, "key stores of Java are not read: convert to PEM and set server_tls_cafile", "server_tls_cafile")
		}},
		"ssl.keystore.type":            {use: (*translator).storeType},
		"ssl.truststore.type":          {use: (*translator).storeType},
		"ssl.client.auth":              {use: (*translator).clientAuth},
		"ssl.client.authentication":    {use: (*translator).clientAuth},
		"authentication.method":        {reason: "users stand in registry_authfile, tokens in sasl_oauthbearer_*; plastron mkpasswd makes entries"},
		"authentication.realm":         {reason: "users stand in registry_authfile; plastron mkpasswd makes entries"},
		"authentication.roles":         {reason: "permissions stand in registry_authfile"},
		"debug":                        {use: (*translator).debug},
		"zookeeper.connect":            {reason: "Kafka is reached through its brokers: set bootstrap_uri"},
		"kafkastore.connection.url":    {reason: "ZooKeeper is not used: set bootstrap_uri"},
		"schema.registry.url":          {use: (*translator).registryURL},
		"id":                           {reason: "instances of the REST proxy need no id: consumers are found by rest_base_uri"},
		"producer.threads":             {reason: "one producer sends for all requests"},
		"consumer.request.timeout.ms":  {key: "consumer_request_timeout_ms"},
		"consumer.request.max.bytes":   {key: "consumer_request_max_bytes"},
		"consumer.threads":             {reason: "a consumer needs no thread of its own"},
		"consumer.instance.timeout.ms": {use: (*translator).idleTimeout},
	}
}

// listeners takes the address of the first one; a second one cannot be served.
func (t *translator) listeners(property, text string) {
	first, others, several := strings.Cut(text, ",")
	u, err := url.Parse(strings.TrimSpace(first))
	if err != nil || u.Port() == "" {
		t.left[property] = "its first entry is not scheme://host:port"
		return
	}
	host := u.Hostname()
	if host == "0.0.0.0" {
		host = ""
	}
	t.out["host"] = host
	t.set(property, "port", u.Port())
	if u.Scheme == "https" {
		t.out["advertised_protocol"] = "https"
	}
	if several {
		t.left[property] = "there is one listener, the first one was taken; left out: " + userInfo.ReplaceAllString(strings.TrimSpace(others), "${1}"+Mask+"@")
	}
}

func (t *translator) clientAuth(property, text string) {
	auth := map[string]string{"true": "required", "required": "required", "requested": "optional", "none": "none", "false": "none"}
	if v, known := auth[strings.ToLower(text)]; known {
		t.out["server_tls_client_auth"] = v
		return
	}
	t.left[property] = "its value is none of none, requested, required"
}

// storeType says nothing of PEM: the location has taken it into account.
func (t *translator) storeType(property, text string) {
	if !strings.EqualFold(text, "PEM") {
		t.left[property] = "only stores of type PEM are read"
	}
}

func (t *translator) debug(_, text string) {
	if strings.EqualFold(text, "true") {
		t.out["log_level"] = "DEBUG"
	}
}

func (t *translator) idleTimeout(property, text string) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.left[property] = "its value is not a number of milliseconds"
		return
	}
	t.out["consumer_idle_disconnect_timeout"] = (n + 999) / 1000
}

func (t *translator) registryURL(property, text string) {
	first, others, several := strings.Cut(text, ",")
	u, err := url.Parse(strings.TrimSpace(first))
	if err != nil || u.Hostname() == "" {
		t.left[property] = "its first entry is not a URL"
		return
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	t.set(property, "registry_scheme", u.Scheme)
	t.out["registry_host"] = u.Hostname()
	t.set(property, "registry_port", port)
	if password, given := u.User.Password(); given {
		t.out["registry_user"], t.out["registry_password"] = u.User.Username(), password
	}
	if several {
		t.left[property] = "one registry is asked, the first one was taken; left out: " + userInfo.ReplaceAllString(strings.TrimSpace(others), "${1}"+Mask+"@")
	}
}
