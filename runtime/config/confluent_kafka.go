package config

import (
	"regexp"
	"strings"
)

// kafka translates a property of Kafka's clients. The name is without its
// prefix. False means that there is no such property here.
func (t *translator) kafka(property, name, text string) bool {
	const (
		noJKS   = "key stores of Java are not read: convert to PEM with keytool and openssl, and set "
		tooMany = "Kafka clients of this program choose it themselves"
	)
	switch name {
	case "bootstrap.servers":
		t.brokers(property, text)
	case "security.protocol":
		t.set(property, "security_protocol", text)
	case "sasl.mechanism":
		t.set(property, "sasl_mechanism", text)
	case "sasl.jaas.config":
		t.jaas(property, text)
	case "sasl.oauthbearer.token.endpoint.url":
		t.out["sasl_oauth_token_endpoint_url"] = text
	case "sasl.login.callback.handler.class", "sasl.client.callback.handler.class":
		t.left[property] = "a class of Java: sasl_oauth_token_endpoint_url and sasl_oauth_token_file do what the usual ones do"
	case "sasl.kerberos.service.name":
		t.left[property] = "Kerberos is not supported: use SCRAM, OAUTHBEARER or client certificates"
	case "ssl.endpoint.identification.algorithm":
		t.out["ssl_check_hostname"] = text != ""
	case "ssl.truststore.location":
		t.pem(property, "ssl.truststore.type", text, noJKS+"ssl_cafile", "ssl_cafile")
	case "ssl.keystore.location":
		t.pem(property, "ssl.keystore.type", text, noJKS+"ssl_certfile and ssl_keyfile", "ssl_certfile", "ssl_keyfile")
	case "ssl.key.password":
		t.out["ssl_password"] = text
	case "ssl.truststore.type", "ssl.keystore.type":
		t.storeType(property, text)
	case "ssl.truststore.password", "ssl.keystore.password":
		t.left[property] = "PEM files need no password, a key in one has ssl_password"
	case "ssl.cipher.suites":
		t.out["ssl_ciphers"] = text
	case "metadata.max.age.ms":
		t.set(property, "metadata_max_age_ms", text)
	case "session.timeout.ms":
		t.set(property, "session_timeout_ms", text)
	case "connections.max.idle.ms":
		t.set(property, "connections_max_idle_ms", text)
	case "client.id":
		t.out["client_id"] = text
	case "request.timeout.ms", "retries", "retry.backoff.ms", "reconnect.backoff.ms", "send.buffer.bytes", "receive.buffer.bytes":
		t.left[property] = tooMany
	default:
		return false
	}
	return true
}

// brokers takes the listener prefix of each entry away; the first one names
// the protocol, unless the file does.
func (t *translator) brokers(property, text string) {
	var brokers []string
	for entry := range strings.SplitSeq(text, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		protocol, address, prefixed := strings.Cut(entry, "://")
		if !prefixed {
			address = entry
		}
		named := t.in["kafkastore.security.protocol"] != "" || t.in["client.security.protocol"] != ""
		if prefixed && !named && t.out["security_protocol"] == nil {
			t.set(property, "security_protocol", protocol)
		}
		brokers = append(brokers, address)
	}
	t.out["bootstrap_uri"] = strings.Join(brokers, ",")
}

// pem takes a store over when it is a PEM file.
func (t *translator) pem(property, typeName, path, reason string, keys ...string) {
	prefix := strings.TrimSuffix(property, strings.TrimSuffix(typeName, "type")+"location")
	if !strings.EqualFold(strings.TrimSpace(t.in[prefix+typeName]), "PEM") {
		t.left[property] = reason
		return
	}
	for _, key := range keys {
		t.out[key] = path
	}
}

// jaasOption matches an option of a login module: name=value or name="value".
var jaasOption = regexp.MustCompile(`([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))`)

// jaas reads user and password, or client and secret, from the line that
// configures Java's login.
func (t *translator) jaas(property, text string) {
	options := map[string]string{}
	for _, m := range jaasOption.FindAllStringSubmatch(text, -1) {
		quoted := strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(m[2])
		options[m[1]] = quoted + m[3]
	}
	keys := map[string]string{"username": "sasl_plain_username", "password": "sasl_plain_password"}
	switch {
	case strings.Contains(text, "OAuthBearerLoginModule"):
		keys = map[string]string{"clientId": "sasl_oauth_client_id", "clientSecret": "sasl_oauth_client_secret", "scope": "sasl_oauth_scope"}
	case !strings.Contains(text, "PlainLoginModule") && !strings.Contains(text, "ScramLoginModule"):
		t.left[property] = "a login module that is not one of PlainLoginModule, ScramLoginModule and OAuthBearerLoginModule"
		return
	}
	found := false
	for option, key := range keys {
		if options[option] != "" {
			t.out[key], found = options[option], true
		}
	}
	if !found {
		t.left[property] = "it names no credentials"
	}
}
