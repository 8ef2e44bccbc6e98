// Package rules holds the repository's rules about itself as tests: which
// package may import which (imports_test.go), and how large files and
// functions may grow (style_test.go). It has no code that ships.
package rules
