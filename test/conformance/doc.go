// Package conformance holds the contract of registry and REST proxy as scripts
// (*.test), and runs them: inside the test process, against the built binary,
// and with test/conformance/run against any URL. docs/conformance.md describes
// the language.
package conformance
