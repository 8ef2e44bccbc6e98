// Package schemacli is what the command "plastron schema" does: it reads
// schemas from files and from manifests of kind Subject, checks one against
// earlier ones, formats and lints, with the packages that the registry uses
// and without a server. cmd/plastron parses the command line and calls it;
// repositories of schemas run it in their CI.
//
// Not obvious: a reference has no subject and version here. The flag
// --reference gives it a file, and the file's path takes the place of the
// subject; a manifest's subjectRef finds the Subject of that name among the
// files of the same call.
//
// Files: source.go (files and types), manifest.go (Subjects in YAML),
// check.go (verdicts), lint.go (problems), pretty.go (formatting), write.go
// (text and JSON for people and programs).
package schemacli
