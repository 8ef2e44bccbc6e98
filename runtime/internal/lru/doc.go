// Package lru is a cache that is bounded in entries and in weight, drops what
// was used least recently, may let entries expire, and loads each missing key
// once however many callers miss it at the same time.
//
// The registry client keeps schemas in it, the REST proxy codecs and what it
// registered. It starts no goroutine: loading happens on the goroutine of one
// of the callers.
//
// Files: lru.go.
package lru
