package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

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
	// Pattern, unless it is empty, is a format of Python's logging for lines of
	// FormatText.
	Pattern string
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
	var prefix *severity
	if l.Journal {
		prefix = &severity{out: w}
		w = prefix
	}
	options := &slog.HandlerOptions{Level: least, ReplaceAttr: shorten}
	var handler slog.Handler
	switch {
	case l.Format == FormatText && l.Pattern != "":
		handler = newPattern(w, l.Pattern, least)
	case l.Format == FormatText:
		handler = slog.NewTextHandler(w, options)
	case l.Format == FormatJSON:
		handler = slog.NewJSONHandler(w, options)
	default:
		return logr.Logger{}, fmt.Errorf("log format %q is not one of text, json", l.Format)
	}
	if prefix != nil {
		handler = journal{handler, prefix}
	}
	if l.Tell != nil {
		handler = faultHandler{Handler: handler, tell: l.Tell}
	}
	return logr.FromSlogHandler(handler), nil
}

// journal puts the severity before each line.
type journal struct {
	slog.Handler
	prefix *severity
}

// Handle implements slog.Handler. The lock is held until the line was written
// behind its severity.
func (j journal) Handle(ctx context.Context, r slog.Record) error {
	j.prefix.lock.Lock()
	defer j.prefix.lock.Unlock()
	j.prefix.level = r.Level
	return j.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (j journal) WithAttrs(attrs []slog.Attr) slog.Handler {
	return journal{j.Handler.WithAttrs(attrs), j.prefix}
}

// WithGroup implements slog.Handler.
func (j journal) WithGroup(name string) slog.Handler {
	return journal{j.Handler.WithGroup(name), j.prefix}
}

// severity is the writer below: handlers write a line with one call.
type severity struct {
	out   io.Writer
	lock  sync.Mutex
	level slog.Level
}

// Write implements io.Writer.
func (s *severity) Write(line []byte) (int, error) {
	prefix := map[string]string{"ERROR": "<3>", "WARNING": "<4>", "INFO": "<6>", "DEBUG": "<7>"}[pythonLevel(s.level)]
	if _, err := s.out.Write(append([]byte(prefix), line...)); err != nil {
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
		"detail", "drainTimeout", "duration", "end", "epoch", "error", "expired", "format", "generation", "group", "instance", "key", "level",
		"member", "method", "name", "offset", "parent", "partition", "partitions", "path", "peer", "policy", "primary",
		"principal",
		"reason", "records", "registry", "remedy", "replicationFactor", "requestID", "rest", "restored", "route",
		"schemaID", "setting", "source", "span", "stack", "start", "status", "step", "subject", "tls", "topic", "trace",
		"url", "value", "version", "wait", "want",
	}
}
