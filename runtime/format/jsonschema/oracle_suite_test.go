//go:build oracle

package jsonschema

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// suiteDrafts are the folders of JSON-Schema-Test-Suite.
var suiteDrafts = map[string]string{
	"draft4":       "http://json-schema.org/draft-04/schema#",
	"draft6":       "http://json-schema.org/draft-06/schema#",
	"draft7":       "http://json-schema.org/draft-07/schema#",
	"draft2019-09": "https://json-schema.org/draft/2019-09/schema",
	"draft2020-12": "https://json-schema.org/draft/2020-12/schema",
}

// suiteFailures are the tests of the suite that are not met, with the reason.
var suiteFailures = map[string]string{
	"draft2019-09 vocabulary: schema that uses custom metaschema with with no validation vocabulary, no validation: invalid number, but it still validates": vocabularies,
	"draft2020-12 vocabulary: schema that uses custom metaschema with with no validation vocabulary, no validation: invalid number, but it still validates": vocabularies,
}

const vocabularies = "a metaschema of the author's own would have to be fetched; its schemas are read as draft 7 or as their own draft"

// suiteRemotes reads the schemas that the suite expects a server to have.
func suiteRemotes(t *testing.T, root, draft string) []Reference {
	t.Helper()
	var list []Reference
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		first, _, nested := strings.Cut(filepath.ToSlash(name), "/")
		if _, other := suiteDrafts[first]; nested && other && first != draft {
			return nil
		}
		if entry.IsDir() || filepath.Ext(name) != ".json" {
			return nil
		}
		text, err := os.ReadFile(path)
		list = append(list, Reference{Name: "http://localhost:1234/" + filepath.ToSlash(name), Text: string(text)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

type suiteGroup struct {
	Description string
	Schema      json.RawMessage
	Tests       []struct {
		Description string
		Data        json.RawMessage
		Valid       bool
	}
}

// The required tests of the JSON Schema project: every value that its suite
// calls valid is, and no other.
func TestOracleSuite(t *testing.T) {
	t.Parallel()
	root := os.Getenv("PLASTRON_ORACLE_SUITE")
	if root == "" {
		t.Fatal("PLASTRON_ORACLE_SUITE is not set: run hack/oracle.sh")
	}
	met := map[string]bool{}
	for draft, uri := range suiteDrafts {
		remotes := suiteRemotes(t, filepath.Join(root, "remotes"), draft)
		files, err := filepath.Glob(filepath.Join(root, "tests", draft, "*.json"))
		if err != nil || len(files) < 20 {
			t.Fatalf("%s: %d files, %v", draft, len(files), err)
		}
		passed := 0
		for _, file := range files {
			for _, g := range suiteGroups(t, file) {
				for name, err := range g.run(t, uri, remotes) {
					name = draft + " " + strings.TrimSuffix(filepath.Base(file), ".json") + ": " + name
					if err == nil {
						passed++
						continue
					}
					met[name] = true
					if suiteFailures[name] == "" {
						t.Errorf("%s: %v", name, err)
					}
				}
			}
		}
		t.Logf("%s: %d passed", draft, passed)
	}
	for name := range suiteFailures {
		if !met[name] {
			t.Errorf("%s: passes, but is listed as a failure", name)
		}
	}
}

func suiteGroups(t *testing.T, file string) []suiteGroup {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var groups []suiteGroup
	if err := json.Unmarshal(text, &groups); err != nil {
		t.Fatal(err)
	}
	return groups
}

// run returns an error for each test that is not met, nil for the others.
func (g suiteGroup) run(t *testing.T, uri string, remotes []Reference) map[string]error {
	t.Helper()
	results := map[string]error{}
	text := string(g.Schema)
	if strings.HasPrefix(text, "{") && !strings.Contains(text, `"$schema"`) {
		text = `{"$schema":"` + uri + `",` + text[1:]
		text = strings.Replace(text, ",}", "}", 1)
	}
	s, err := Parse(text, remotes, DefaultLimits())
	var v *Validator
	if err == nil {
		v, err = NewValidator(s, schema.Confluent, DefaultLimits())
	}
	for _, test := range g.Tests {
		name := g.Description + ", " + test.Description
		if err != nil {
			results[name] = err
			continue
		}
		got := v.Validate(test.Data)
		violation, isViolation := errors.AsType[*Violation](got)
		switch {
		case got != nil && !isViolation:
			results[name] = got
		case test.Valid && got != nil:
			results[name] = violation
		case !test.Valid && got == nil:
			results[name] = errors.New("accepted")
		default:
			results[name] = nil
		}
	}
	return results
}
