package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/go-logr/logr"
)

// Format is the form of a log line.
type Format string

// The formats of log lines.
const (
	FormatText Format = "text" // FormatText is key=value pairs, for people
	FormatJSON Format = "json" // FormatJSON is one object per line, for collectors
)

// Log says how lines are written.
type Log struct {
	Format Format
	// Level is Karapace's spelling: DEBUG shows everything, INFO what changes
	// the state of the process, WARNING, ERROR and CRITICAL errors only.
	Level string
	// Journal starts each line with its severity in the form that systemd's
	// journal reads (sd-daemon(3)).
	Journal bool
	// Tell hears of lines at error level; may be nil.
	Tell func(Fault)
}

// NewLogger returns a logger that writes to w.
func NewLogger(w io.Writer, l Log) (logr.Logger, error) {
	least, err := slogLevel(l.Level)
	if err != nil {
		return logr.Logger{}, err
	}
	if l.Journal {
		w = journal{w}
	}
	options := &slog.HandlerOptions{Level: least, ReplaceAttr: shorten}
	var handler slog.Handler
	switch l.Format {
	case FormatText:
		handler = slog.NewTextHandler(w, options)
	case FormatJSON:
		handler = slog.NewJSONHandler(w, options)
	default:
		return logr.Logger{}, fmt.Errorf("log format %q is not one of text, json", l.Format)
	}
	if l.Tell != nil {
		handler = faultHandler{Handler: handler, tell: l.Tell}
	}
	return logr.FromSlogHandler(handler), nil
}

// journal is a writer that puts the severity before each line. slog writes a
// line with one call, and the level near its start.
type journal struct{ io.Writer }

// Write implements io.Writer.
func (j journal) Write(line []byte) (int, error) {
	severity := "<6>"
	start := string(line[:min(len(line), 80)])
	for level, s := range map[string]string{"ERROR": "<3>", "WARN": "<4>", "DEBUG": "<7>"} {
		if strings.Contains(start, "level="+level+" ") || strings.Contains(start, `"level":"`+level+`"`) {
			severity = s
		}
	}
	if _, err := j.Writer.Write(append([]byte(severity), line...)); err != nil {
		return 0, err
	}
	return len(line), nil
}

// slogLevel maps Karapace's names. logr's V(n) is slog's -n, so everything
// down to V(4) is DEBUG.
func slogLevel(name string) (slog.Level, error) {
	switch strings.ToUpper(name) {
	case "DEBUG":
		return slog.LevelDebug, nil
	case "INFO", "":
		return slog.LevelInfo, nil
	case "WARNING", "ERROR", "CRITICAL":
		return slog.LevelWarn, nil
	default:
		return 0, fmt.Errorf("log level %q is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL", name)
	}
}

// shorten writes V(1) to V(4) as DEBUG instead of slog's arithmetic on level
// names.
func shorten(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.LevelKey {
		if l, ok := a.Value.Any().(slog.Level); ok && l < slog.LevelInfo {
			return slog.String(slog.LevelKey, "DEBUG")
		}
	}
	return a
}

// LogKeys lists the keys of values in log lines. A package takes its keys from
// here, so that one search finds every line about a subject or a request.
func LogKeys() []string {
	return []string{
		"address", "api", "applied", "assignor", "attempt", "broker", "brokers", "cause", "change", "chosen", "decidedAt",
		"detail", "drainTimeout", "duration", "end", "epoch", "error", "format", "generation", "group", "instance", "key", "level",
		"member", "method", "name", "offset", "parent", "partition", "partitions", "path", "peer", "policy", "primary",
		"reason", "records", "registry", "remedy", "replicationFactor", "requestID", "rest", "restored", "route",
		"schemaID", "setting", "source", "span", "stack", "start", "status", "step", "subject", "tls", "topic", "trace",
		"url", "value", "version", "wait", "want",
	}
}
