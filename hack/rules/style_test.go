package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The bars: a file or function over them holds more than one concern. Tests
// and generated files are exempt; so is data (functions that only return one
// composite literal).
const (
	maxFileLines     = 600
	maxFunctionLines = 80
)

var (
	emptyNames = regexp.MustCompile(`(^|/)(util|utils|common|helper|helpers|misc|base)(/|\.go$)`)
	generated  = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)
)

func TestStyle(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(path), "../../")
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && path != "../.." || entry.Name() == "testdata" || name == "bin") {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		if emptyNames.MatchString(name) {
			t.Errorf("%s: the name says nothing about what is inside", name)
		}
		checkFile(t, path, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkFile(t *testing.T, path, name string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	isTest := strings.HasSuffix(name, "_test.go")
	if isTest || isGenerated(file) {
		return
	}
	if lines := files.File(file.Pos()).LineCount(); lines > maxFileLines {
		t.Errorf("%s: %d lines, at most %d; split it by concern", name, lines, maxFileLines)
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			checkFunction(t, files, name, d)
		case *ast.GenDecl:
			checkGlobals(t, name, d)
			checkDocs(t, name, d)
		}
	}
}

func checkFunction(t *testing.T, files *token.FileSet, name string, d *ast.FuncDecl) {
	t.Helper()
	if d.Recv == nil && d.Name.Name == "init" {
		if !strings.HasPrefix(name, "api/") {
			t.Errorf("%s: no init functions; wire things in a constructor", name)
		}
		return
	}
	lines := files.Position(d.End()).Line - files.Position(d.Pos()).Line + 1
	if lines > maxFunctionLines && !isData(d) {
		t.Errorf("%s: %s has %d lines, at most %d", name, d.Name.Name, lines, maxFunctionLines)
	}
	if ast.IsExported(d.Name.Name) && d.Doc == nil && exportedReceiver(d) {
		t.Errorf("%s: exported %s has no comment", name, d.Name.Name)
	}
}

// exportedReceiver reports whether a reader of go doc can see the function.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	receiver := d.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	if index, ok := receiver.(*ast.IndexExpr); ok {
		receiver = index.X
	}
	id, ok := receiver.(*ast.Ident)
	return ok && ast.IsExported(id.Name)
}

func checkDocs(t *testing.T, name string, d *ast.GenDecl) {
	t.Helper()
	if d.Tok != token.TYPE {
		return
	}
	for _, s := range d.Specs {
		spec, ok := s.(*ast.TypeSpec)
		if ok && ast.IsExported(spec.Name.Name) && d.Doc == nil && spec.Doc == nil {
			t.Errorf("%s: exported type %s has no comment", name, spec.Name.Name)
		}
	}
}

// checkGlobals finds package variables that a program could change. Errors,
// compiled patterns, tables and interface assertions stay: they are named by
// their use and never assigned again, which review has to see.
func checkGlobals(t *testing.T, name string, d *ast.GenDecl) {
	t.Helper()
	if d.Tok != token.VAR || isEmbedded(d) {
		return
	}
	for _, s := range d.Specs {
		spec, ok := s.(*ast.ValueSpec)
		if ok && len(spec.Values) == 0 && !strings.HasPrefix(name, "cmd/") {
			t.Errorf("%s: package variable %s without a value is state; pass it in", name, spec.Names[0].Name)
		}
	}
}

// isEmbedded reports whether the compiler gives the variable its value.
func isEmbedded(d *ast.GenDecl) bool {
	return d.Doc != nil && strings.HasPrefix(d.Doc.List[len(d.Doc.List)-1].Text, "//go:embed ")
}

func isGenerated(file *ast.File) bool {
	for _, c := range file.Comments {
		for _, line := range c.List {
			if generated.MatchString(line.Text) {
				return true
			}
		}
	}
	return false
}

// isData reports whether the body is a single return of a literal.
func isData(d *ast.FuncDecl) bool {
	if d.Body == nil || len(d.Body.List) != 1 {
		return false
	}
	ret, ok := d.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return false
	}
	_, ok = ret.Results[0].(*ast.CompositeLit)
	return ok
}
