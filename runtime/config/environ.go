package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// Role is the part of the product that a process is; some variables of
// Karapace's container image mean different keys in different parts.
type Role string

// The roles of a process.
const (
	RoleAll      Role = "all"
	RoleRegistry Role = "registry"
	RoleREST     Role = "rest"
)

// Environ returns the environment of the process. It is here because no other
// package of the data plane reads it.
func Environ() []string { return os.Environ() }

// OTLP is what the environment says to every program that sends OpenTelemetry
// data: pairs for the header, and the file of a receiver's authorities.
func OTLP(environ []string) (headers, caFile string) {
	for _, pair := range environ {
		switch name, value, _ := strings.Cut(pair, "="); name {
		case "OTEL_EXPORTER_OTLP_HEADERS":
			headers = value
		case "OTEL_EXPORTER_OTLP_CERTIFICATE":
			caFile = value
		}
	}
	return headers, caFile
}

// NotifySocket is where the service manager that started the process wants to
// hear of its state (sd_notify(3)), empty without one.
func NotifySocket(environ []string) string {
	for _, pair := range environ {
		if socket, ok := strings.CutPrefix(pair, "NOTIFY_SOCKET="); ok {
			return socket
		}
	}
	return ""
}

// environment is the part of an environment that may concern us.
type environment map[string]string

// readEnvironment keeps the variables with our prefix, in upper case: Karapace
// 5 reads names in any case. An exact upper-case name wins over another case.
func readEnvironment(environ []string) environment {
	env := environment{}
	for _, pair := range environ {
		name, text, ok := strings.Cut(pair, "=")
		upper := strings.ToUpper(name)
		if !ok || !strings.HasPrefix(upper, Prefix) {
			continue
		}
		if _, seen := env[upper]; seen && name != upper {
			continue
		}
		env[upper] = text
	}
	return env
}

// spellings returns the variables that may carry the key, best first.
//
//   - KARAPACE_ and the key is the rule of Karapace 5.
//   - Karapace 4 gave keys that begin with karapace no second prefix:
//     KARAPACE_REST is karapace_rest.
//   - Karapace 4's container image takes the name of the part in between:
//     KARAPACE_REGISTRY_PORT is port in a registry, and in a registry only,
//     since the same variable is registry_port to the REST proxy.
func spellings(k Key, role Role) []string {
	names := []string{k.Env()}
	if rest, ok := strings.CutPrefix(k.Name, "karapace_"); ok {
		names = append(names, Prefix+strings.ToUpper(rest))
	}
	upper := strings.ToUpper(k.Name)
	switch role {
	case RoleRegistry:
		names = append(names, imageSpellings("REGISTRY_", upper,
			"ADVERTISED_HOSTNAME", "BOOTSTRAP_URI", "HOST", "PORT", "CLIENT_ID", "GROUP_ID",
			"TOPIC_NAME", "COMPATIBILITY", "LOG_LEVEL", "MASTER_ELIGIBILITY")...)
		if k.Name == "master_eligibility" {
			names = append(names, Prefix+"REGISTRY_MASTER_ELIGIBITY") // So spelt in older images.
		}
	case RoleREST:
		names = append(names, imageSpellings("REST_", upper,
			"ADVERTISED_HOSTNAME", "BOOTSTRAP_URI", "REGISTRY_HOST", "REGISTRY_PORT", "HOST", "PORT",
			"ADMIN_METADATA_MAX_AGE", "LOG_LEVEL")...)
	}
	return names
}

func imageSpellings(part, key string, keys ...string) []string {
	for _, k := range keys {
		if k == key {
			return []string{Prefix + part + key}
		}
	}
	return nil
}

// isServiceLink reports whether text is what Kubernetes puts into the
// environment of every pod for a Service: a Service named karapace makes
// KARAPACE_PORT=tcp://10.0.0.1:8081, which is not our port.
func isServiceLink(k Key, text string) bool {
	return k.Kind == Integer && (strings.HasPrefix(text, "tcp://") || strings.HasPrefix(text, "udp://"))
}

// DataDir is where a user's programs keep their data: XDG_DATA_HOME, or
// .local/share in the home directory (XDG Base Directory Specification).
func DataDir(environ []string) (string, error) {
	home := ""
	for _, pair := range environ {
		name, text, _ := strings.Cut(pair, "=")
		switch {
		case name == "XDG_DATA_HOME" && filepath.IsAbs(text):
			return text, nil
		case name == "HOME":
			home = text
		}
	}
	if home == "" {
		return "", errors.New("neither XDG_DATA_HOME nor HOME is set")
	}
	return filepath.Join(home, ".local", "share"), nil
}
