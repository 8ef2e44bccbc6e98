// Package compat applies the seven compatibility levels: which earlier
// versions a new schema is compared with, in which direction and order, and
// how the verdict reads in the words of Karapace or of Confluent's registry.
// The registry service calls it on registration and on a compatibility check,
// the operator's admission before it lets a Subject through. It knows no
// schema format; package format compares.
//
// Not obvious: Karapace reports the oldest failing version and Confluent the
// newest, both stop there; and Karapace cuts the list in a 409 at 300
// characters.
//
// Files: check.go (levels and directions), message.go (texts).
package compat
