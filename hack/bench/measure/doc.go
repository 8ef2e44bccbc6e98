// Package measure has figures with their bars, and processes whose memory and
// processor time are read.
//
// Files: figure.go, process.go.
package measure
