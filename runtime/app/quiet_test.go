package app

import "github.com/go-logr/logr"

// quiet drops what is logged.
var quiet = logr.Discard()
