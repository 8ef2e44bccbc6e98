// Package jsonx reads and prints JSON that somebody else wrote, within limits.
// It differs from encoding/json where a schema registry must not be generous:
// sizes, depth and the number of values are bounded, numbers keep the
// difference between integer and fraction, a lone surrogate is an error and
// not U+FFFD, and the canonical print is the one that Karapace stores.
//
// The schema parsers, the record codecs and the codec of the schemas topic use
// it. A Doc is a flat table of values over the caller's bytes: one pass fills
// it, walking it allocates nothing, and a subtree is skipped in one step. A
// Doc can be parsed into again and again, so the hot path keeps it in a pool.
//
// Files: parse.go (text to table), number.go (number tokens, printing of
// doubles), text.go (strings: checking, decoding, quoting), value.go (walking),
// canonical.go (sorted compact print), error.go (limits and errors).
package jsonx
