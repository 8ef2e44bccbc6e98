// Package conformance holds the contract of registry and REST proxy as
// scripts, and runs them: inside the test process, against the built binary,
// and with test/conformance/run against any URL. docs/conformance.md describes
// the language.
package conformance

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/plastron-dev/plastron/runtime/testkit"
)

//go:embed *.test
var files embed.FS

// Topics are what scripts find in Kafka; the proxy never creates a topic.
func Topics() []string { return []string{"conformance", "conformance-avro", "conformance-tour"} }

// Scripts returns all scripts, by name.
func Scripts() ([]*testkit.Script, error) {
	names, err := fs.Glob(files, "*.test")
	if err != nil {
		return nil, err
	}
	var scripts []*testkit.Script
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading script %s: %w", name, err)
		}
		script, err := testkit.Parse(name, string(text))
		if err != nil {
			return nil, err
		}
		scripts = append(scripts, script)
	}
	return scripts, nil
}
