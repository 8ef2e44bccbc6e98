package telemetry

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var camelCase = regexp.MustCompile(`^[a-z][a-zA-Z]*$`)

// TestLogKeysAreOnTheList looks at every call of Info, Error and WithValues of
// the data plane.
func TestLogKeysAreOnTheList(t *testing.T) {
	t.Parallel()
	known := LogKeys()
	for key, where := range usedKeys(t, "..") {
		if !slices.Contains(known, key) {
			t.Errorf("%s: log key %q is not in LogKeys: use one of these or add it", where, key)
		}
	}
	for i, key := range known {
		if !camelCase.MatchString(key) || i > 0 && known[i-1] >= key {
			t.Errorf("key %q is not in camelCase or not in its place", key)
		}
	}
}

func usedKeys(t *testing.T, root string) map[string]string {
	t.Helper()
	used := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, key := range keysOf(n) {
				used[key] = path
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return used
}

// keysOf returns the keys of a logging call.
func keysOf(n ast.Node) []string {
	call, isCall := n.(*ast.CallExpr)
	if !isCall {
		return nil
	}
	method, isMethod := call.Fun.(*ast.SelectorExpr)
	if !isMethod {
		return nil
	}
	first, isLogging := map[string]int{"Info": 1, "Error": 2, "WithValues": 0}[method.Sel.Name]
	if !isLogging || call.Ellipsis.IsValid() {
		return nil
	}
	var keys []string
	for i := first; i+1 < len(call.Args); i += 2 {
		literal, isLiteral := call.Args[i].(*ast.BasicLit)
		if !isLiteral || literal.Kind != token.STRING {
			return keys
		}
		if key, err := strconv.Unquote(literal.Value); err == nil {
			keys = append(keys, key)
		}
	}
	return keys
}
