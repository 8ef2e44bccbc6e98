package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// names returns the faults that a text names, sorted and once each.
func names(text string) []string {
	found := regexp.MustCompile(`TestF\d\d\w+`).FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// TestDocumentNamesTheTests compares the document with the tests that there
// are: the list of faults, and the table of a run.
func TestDocumentNamesTheTests(t *testing.T) {
	t.Parallel()
	doc := read(t, document)
	_, generated, _ := strings.Cut(doc, "<!-- faults: generated -->")
	generated, _, _ = strings.Cut(generated, "<!-- faults: end -->")
	tests := names(read(t, "test/faults/f01_test.go") + read(t, "test/faults/f10_test.go"))
	if len(tests) != 17 {
		t.Errorf("%d faults", len(tests))
	}
	for name, text := range map[string]string{"the list of faults": doc, "the table of a run": generated} {
		for _, test := range tests {
			if !strings.Contains(text, "`"+test+"`") {
				t.Errorf("%s in %s lacks %s", name, document, test)
			}
		}
	}
	if extra := names(generated); !slices.Equal(extra, tests) {
		t.Errorf("the table of a run names %v", extra)
	}
}

// TestMutantsFit makes sure that every guard is where the table looks for it,
// and that its result is in the document.
func TestMutantsFit(t *testing.T) {
	t.Parallel()
	doc := read(t, document)
	protected := map[string]bool{}
	for _, m := range mutants() {
		if n := strings.Count(read(t, m.file), m.old); n != 1 {
			t.Errorf("%s: %q is %d times in %s", m.name, m.old, n, m.file)
		}
		if !strings.Contains(doc, "| "+m.name+" |") {
			t.Errorf("%s lacks %q: run hack/mutants.sh", document, m.name)
		}
		protected[m.invariant] = true
	}
	for _, name := range onKfake().invariants[:10] {
		if !protected[name] {
			t.Errorf("no guard of %s is removed", name)
		}
	}
}

func TestTableOf(t *testing.T) {
	t.Parallel()
	got, err := tableOf("=== RUN\n    check_test.go:28: row: {\"test\":\"TestF02X\",\"held\":{\"I1\":\"3 ids\"}}\n"+
		"    check_test.go:28: row: {\"test\":\"TestF01Y\",\"held\":{\"I10\":\"a|b\"}}\nPASS\n", onKfake().invariants)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(got, "\n")
	if len(lines) != 5 || !strings.HasPrefix(lines[2], "| `TestF01Y` |") || !strings.Contains(lines[2], "| a/b |") || !strings.HasPrefix(lines[3], "| `TestF02X` | 3 ids |") {
		t.Errorf("%s", got)
	}
	if _, err := tableOf("ok", onKfake().invariants); err == nil {
		t.Error("a run without rows is no table")
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	got, err := failures([]byte(`{"Action":"fail","Test":"TestA"}
{"Action":"fail","Test":"TestA/sub"}
{"Action":"pass","Test":"TestB"}
{"Action":"fail"}
`), nil)
	if err != nil || !slices.Equal(got, []string{"`TestA`"}) {
		t.Error(got, err)
	}
	if _, err := failures([]byte(`{"Action":"build-fail"}`), nil); err == nil {
		t.Error("a mutant that does not build shows nothing")
	}
}
