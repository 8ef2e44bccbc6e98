package httpserver

import (
	"log"
	"strings"

	"github.com/go-logr/logr"
)

// connectionLog turns what net/http prints about single connections (a TLS
// handshake with a port scanner, for example) into log lines at V(1).
func connectionLog(logger logr.Logger) *log.Logger {
	return log.New(connectionWriter{logger}, "", 0)
}

type connectionWriter struct{ logger logr.Logger }

func (w connectionWriter) Write(line []byte) (int, error) {
	w.logger.V(1).Info("Connection trouble", "detail", strings.TrimSpace(string(line)))
	return len(line), nil
}
