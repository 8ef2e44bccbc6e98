package config

import (
	"fmt"
	"strings"
)

const opening = `# Configuration

<!-- Written by hack/configdocs from runtime/config; do not edit. -->

` + "`plastron all`, `plastron registry` and `plastron rest`" + ` read the same keys as Karapace, so that a
Karapace configuration works unchanged. Every key can stand in a JSON file (` + "`--config FILE`" + `) and
in the environment; the environment alone is enough.

## Where a value comes from

1. The environment: ` + "`KARAPACE_` and the key in upper case" + `, in any case. A dot in a key becomes two underscores.
2. The file: one JSON object. ` + "`null`" + ` is the same as absent. Keys that do not exist are ignored with a warning.
3. The default in the tables below.

Karapace's older spellings work too: ` + "`KARAPACE_REGISTRY` and `KARAPACE_REST`" + ` for the two keys that begin
with ` + "`karapace_`" + `, and the variables of Karapace's container image, such as ` + "`KARAPACE_REGISTRY_PORT`" + ` for the
port of a registry and ` + "`KARAPACE_REST_PORT`" + ` for the port of a REST proxy. When several are set, the spelling
of the tables wins. An empty variable counts as absent, except ` + "`KARAPACE_HOST=`" + `, which means all addresses.

Objects and lists are written as JSON in the environment. Booleans are true, 1, yes, on, t, y or false, 0, no, off, f, n.

A wrong value stops the start with a message that names the key, where it was set and what is allowed.
Secrets are never logged or printed.

The last column says what setting the key does. Keys that are accepted without effect give one line in the log,
with the reason. Keys that would protect something, and cannot, stop the start.

## Looking at it

` + "```bash" + `
plastron config check --config karapace.config.json   # every mistake at once; exit code 1 if there is one
plastron config print --config karapace.config.json   # what holds, and from where; secrets are masked
plastron config docs                                  # this document
plastron config from-confluent schema-registry.properties --out plastron.json
` + "```" + `

## Secrets that change

Passwords, tokens and certificates for Kafka that stand in files are taken over without a restart; see
[security.md](security.md#kafka).
`

// Document is docs/configuration.md, which is also what "plastron config docs"
// prints.
func Document() string {
	var b strings.Builder
	b.WriteString(opening)
	for _, group := range Groups() {
		fmt.Fprintf(&b, "\n## %s\n\n| key | environment | type | default | used by | meaning | effect |\n|---|---|---|---|---|---|---|\n", group.Title)
		for _, k := range group.Keys {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s | %s | %s |\n",
				k.Name, k.Env(), kindText(k), code(k.Default), k.Use, meaning(k), effect(k))
		}
	}
	return b.String()
}

func kindText(k Key) string {
	if k.Secret {
		return string(k.Kind) + ", secret"
	}
	return string(k.Kind)
}

func code(text string) string {
	if text == "" {
		return "unset"
	}
	return "`" + text + "`"
}

func meaning(k Key) string {
	text := k.Doc
	if len(k.Values) > 0 {
		text += " One of `" + strings.Join(k.Values, "`, `") + "`."
	}
	if len(k.Aliases) > 0 {
		text += " Files may also say `" + strings.Join(k.Aliases, "`, `") + "`."
	}
	return text
}

func effect(k Key) string {
	if k.Why == "" {
		return string(k.Effect)
	}
	return string(k.Effect) + ": " + k.Why
}
