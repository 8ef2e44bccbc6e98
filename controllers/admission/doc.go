// Package admission is the one validation of our kinds beyond what the CRDs
// can say, and the verdict on a schema before it is sent anywhere. The
// reconcilers call it first thing; package webhook calls the same functions, so
// that a missing webhook changes the moment of an answer and not the answer.
//
// It parses with the data plane's own packages. It reads nothing: texts of
// other schemas come in from the caller.
//
// Files: static.go (fields of each kind), risks.go (what is allowed and may be
// regretted, and changes that no rule of a CRD sees), live.go (a schema text and the
// versions that it has to follow).
package admission
