package telemetry

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
)

// Fault is a line of the log at error level: something that a person has to
// look at.
type Fault struct {
	Message string // Message is constant
	Where   string // Where is the name of the logger
	Err     string // Err is the text of the error, without user-info of URLs
	Cause   error  // Cause is the error itself, which stays in the process
	// Panic is set when the program itself is wrong; Stack is where.
	Panic bool
	Stack string
	// Pairs are the values of the line that may leave the process.
	Pairs map[string]string
}

// faultHandler passes lines on and tells of those at error level.
type faultHandler struct {
	slog.Handler
	tell func(Fault)
	// name is the logger's, as far as it is known from attributes.
	attrs []slog.Attr
}

// Handle implements slog.Handler.
func (h faultHandler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		h.tell(h.fault(r))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h faultHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return faultHandler{h.Handler.WithAttrs(attrs), h.tell, append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)}
}

// WithGroup implements slog.Handler.
func (h faultHandler) WithGroup(name string) slog.Handler {
	return faultHandler{h.Handler.WithGroup(name), h.tell, h.attrs}
}

func (h faultHandler) fault(r slog.Record) Fault {
	f := Fault{Message: r.Message, Pairs: map[string]string{}}
	take := func(a slog.Attr) bool {
		text := a.Value.String()
		switch a.Key {
		case "logger":
			f.Where = text
		case "err":
			f.Err, f.Panic = publicError(text)
			f.Cause, _ = a.Value.Any().(error)
		case "stack":
			f.Stack, f.Panic = text, true
		default:
			if mayLeave(a.Key) {
				f.Pairs[a.Key] = cut(hideUserInfo(text))
			}
		}
		return true
	}
	for _, a := range h.attrs {
		take(a)
	}
	r.Attrs(take)
	return f
}

// mayLeave reports whether the value of a log key may be sent to another
// company's machines: names and numbers may, texts that could hold what a
// client sent may not.
func mayLeave(key string) bool {
	switch key {
	case "api", "applied", "attempt", "broker", "brokers", "change", "end", "generation", "group", "instance", "member", "method",
		"offset", "partition", "partitions", "policy", "reason", "requestID", "route", "schemaID", "start", "status", "step", "topic",
		"version", "want":
		return true
	default:
		return false
	}
}

// publicError is the text of an error as it may leave the process. What a
// panic was given may be anything, a body included; only those of the Go
// runtime are known to hold none.
func publicError(text string) (public string, isPanic bool) {
	if rest, isPanic := strings.CutPrefix(text, "panic: "); isPanic {
		if strings.HasPrefix(rest, "runtime error: ") {
			return cut(text), true
		}
		return "panic", true
	}
	return cut(hideUserInfo(text)), false
}

// inURL matches what may hold a password in a URL.
var inURL = regexp.MustCompile(`(://)[^/\s]*@`)

func hideUserInfo(text string) string { return inURL.ReplaceAllString(text, "${1}****@") }

func cut(text string) string {
	const most = 500
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}
