package rules

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// budget is how hack/test.sh knows the tests to run without the race detector.
var budget = regexp.MustCompile(`^Test(Hostile|.*Allocat)`)

// TestBudgets: what the race detector leaves out is what hack/test.sh runs once
// more without it, and every measurement is among that.
func TestBudgets(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("../../runtime", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		plain := withoutRace(file)
		for _, i := range file.Imports {
			if strings.HasSuffix(i.Path.Value, `/testkit/cost"`) && !plain {
				t.Errorf("%s: measures, and has no line //go:build !race", path)
			}
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if plain && ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") && !budget.MatchString(f.Name.Name) {
				t.Errorf("%s: hack/test.sh does not run %s, which is not named as %s", path, f.Name.Name, budget)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// withoutRace says whether a file is left out by the race detector.
func withoutRace(file *ast.File) bool {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if c.Pos() < file.Package && constraint.IsGoBuild(c.Text) {
				return c.Text == "//go:build !race"
			}
		}
	}
	return false
}
