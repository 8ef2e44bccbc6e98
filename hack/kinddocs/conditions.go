package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// constant is a condition type or a reason with its comment.
type constant struct {
	name, value, doc, block string
}

// constants are those of api/v1alpha1/conditions.go, in their order.
type constants []constant

// readConditions reads the constants with the comments of their blocks.
func readConditions(path string) (constants, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("reading conditions: %w", err)
	}
	var all constants
	for _, d := range file.Decls {
		block, ok := d.(*ast.GenDecl)
		if !ok || block.Tok != token.CONST {
			continue
		}
		for _, s := range block.Specs {
			spec, ok := s.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				continue
			}
			literal, ok := spec.Values[0].(*ast.BasicLit)
			if !ok {
				continue
			}
			value, err := strconv.Unquote(literal.Value)
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", spec.Names[0].Name, err)
			}
			all = append(all, constant{spec.Names[0].Name, value, meaning(spec), paragraph(block.Doc.Text())})
		}
	}
	return all, nil
}

// meaning is the comment of a constant without its name.
func meaning(spec *ast.ValueSpec) string {
	text := paragraph(spec.Doc.Text())
	text = strings.TrimPrefix(text, spec.Names[0].Name)
	text = strings.TrimLeft(text, ":, ")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// of returns the condition types of a kind: those of all kinds, and those of
// workloads or of a Subject.
func (c constants) of(p page) []constant {
	var found []constant
	for _, one := range c {
		if !strings.HasPrefix(one.name, "Condition") || slices.Contains(p.without, one.value) {
			continue
		}
		if strings.Contains(one.block, "of all kinds") || strings.Contains(strings.ToLower(one.block), p.scope) {
			found = append(found, one)
		}
	}
	return found
}
