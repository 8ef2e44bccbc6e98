package config

import (
	"slices"
	"strings"
)

// Kind is the type of a key's value.
type Kind string

// The kinds of values.
const (
	Text    Kind = "text"
	File    Kind = "path"
	Integer Kind = "integer"
	Boolean Kind = "boolean"
	Object  Kind = "object" // Object is a JSON object, in the environment too
	List    Kind = "list"   // List is a JSON array, in the environment too
)

// Use says which part of the product reads a key.
type Use string

// The users of keys.
const (
	ByBoth     Use = "both"
	ByRegistry Use = "registry"
	ByREST     Use = "rest"
	ByNobody   Use = "-"
)

// Effect says what happens when a key is set.
type Effect string

// The effects. A key that is Refused protects something in Karapace; starting
// without the protection would be worse than not starting.
const (
	Honoured Effect = "honoured"
	Accepted Effect = "accepted without effect"
	Refused  Effect = "not supported yet, stops the start"
)

// Key is one line of the table.
type Key struct {
	// Name is the key in the file. A dot separates an object from its field.
	Name string
	Kind Kind
	// Default is the value as text; empty means unset.
	Default string
	// Values lists the allowed texts; empty means any.
	Values []string
	Doc    string
	Secret bool
	Use    Use
	Effect Effect
	// Why says why a key that is not Honoured has no effect, and what to do
	// instead.
	Why string
	// Refusal is the message for a value that is not one of Values, with %s
	// for the value, where Karapace's own is known by people and programs that
	// read logs (registry contract D.3). Empty means an ordinary one.
	Refusal string
	// Aliases are other names that files carry for the same key.
	Aliases []string
	// Min and Max bound an integer when Max is not 0.
	Min, Max int

	// bind returns the place of the value, nil for keys without effect.
	bind func(*Config) any
}

// Prefix starts the name of every environment variable.
const Prefix = "KARAPACE_"

// Env is the environment variable of the key: KARAPACE_ and the name in upper
// case, with two underscores for the dot of a nested key.
func (k Key) Env() string {
	return Prefix + strings.ToUpper(strings.ReplaceAll(k.Name, ".", "__"))
}

// Keys returns the table, grouped as the documentation shows it.
func Keys() []Key {
	return slices.Concat(serverKeys(), kafkaKeys(), registryKeys(), limitKeys(), restKeys(), logKeys(), oidcKeys())
}

// Groups returns the table with a heading for each group.
func Groups() []Group {
	return []Group{
		{"Listener and identity", serverKeys()},
		{"Kafka", kafkaKeys()},
		{"Registry", registryKeys()},
		{"Limits of schemas", limitKeys()},
		{"REST proxy", restKeys()},
		{"Logs, metrics and others", logKeys()},
		{"OpenID Connect", oidcKeys()},
	}
}

// Group is a heading with its keys.
type Group struct {
	Title string
	Keys  []Key
}

// find returns the key that a file calls name.
func find(keys []Key, name string) (Key, bool) {
	for _, k := range keys {
		if k.Name == name || slices.Contains(k.Aliases, name) {
			return k, true
		}
	}
	return Key{}, false
}

const (
	maxInt32 = 1<<31 - 1
	maxPort  = 65535
)
