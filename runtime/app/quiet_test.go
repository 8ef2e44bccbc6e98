package app

import (
	"strings"

	"github.com/go-logr/logr"
)

// quiet drops what is logged.
var quiet = logr.Discard()

// sinkWriter drops what is written.
type sinkWriter struct{}

func (sinkWriter) Write(p []byte) (int, error) { return len(p), nil }

func newReader(s string) *strings.Reader { return strings.NewReader(s) }
