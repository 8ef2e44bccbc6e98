// Package testkit holds tools for tests: the conformance language with its
// runner, golden files and the check for leaked goroutines. Only tests and the
// programs below test/ import it.
//
// The conformance language is for people who know HTTP and not Go: a script is
// a list of requests with the answers that the contract demands. The same
// script runs against an application inside the test process, against the
// built binary and against any registry by URL; what a target cannot do is
// skipped and counted. docs/conformance.md describes the language.
//
// Files: script.go (a parsed script), parse.go (text to script), pattern.go
// (text to pattern), match.go (pattern against JSON), substitute.go ($name in
// requests and patterns), target.go (what a script runs against), run.go (the
// runner), golden.go, leak.go.
package testkit
