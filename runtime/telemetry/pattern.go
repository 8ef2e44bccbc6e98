package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// pattern writes lines in a format of Python's logging with %-fields, which
// Karapace's log_format is.
type pattern struct {
	out    io.Writer
	lock   *sync.Mutex
	least  slog.Leveler
	pieces []piece
	attrs  []slog.Attr
}

// piece is a text, or a field when verb is not empty.
type piece struct{ text, verb string }

// field matches a field, or an escaped percent sign.
var field = regexp.MustCompile(`%(?:%|\((\w+)\)([-0 +#]*\d*(?:\.\d+)?)([sd]))`)

// newPattern reads a format. Fields that it does not know stay empty.
func newPattern(w io.Writer, format string, least slog.Leveler) *pattern {
	p := &pattern{out: w, lock: &sync.Mutex{}, least: least}
	end := 0
	for _, m := range field.FindAllStringSubmatchIndex(format, -1) {
		p.pieces = append(p.pieces, piece{text: format[end:m[0]]})
		if m[2] < 0 {
			p.pieces = append(p.pieces, piece{text: "%"})
		} else {
			p.pieces = append(p.pieces, piece{text: format[m[2]:m[3]], verb: "%" + format[m[4]:m[5]] + "s"})
		}
		end = m[1]
	}
	p.pieces = append(p.pieces, piece{text: format[end:]})
	return p
}

// Enabled implements slog.Handler.
func (p *pattern) Enabled(_ context.Context, l slog.Level) bool { return l >= p.least.Level() }

// WithAttrs implements slog.Handler.
func (p *pattern) WithAttrs(attrs []slog.Attr) slog.Handler {
	q := *p
	q.attrs = append(p.attrs[:len(p.attrs):len(p.attrs)], attrs...)
	return &q
}

// WithGroup implements slog.Handler. Nobody here makes groups.
func (p *pattern) WithGroup(string) slog.Handler { return p }

// Handle implements slog.Handler. It writes a line with one call.
func (p *pattern) Handle(_ context.Context, r slog.Record) error {
	name, message := "plastron", strings.Builder{}
	message.WriteString(r.Message)
	add := func(a slog.Attr) bool {
		if a.Key == "logger" {
			name = a.Value.String()
			return true
		}
		text := a.Value.String()
		if text == "" || strings.ContainsAny(text, " \t\r\n\"=") {
			text = strconv.Quote(text)
		}
		message.WriteString(" " + a.Key + "=" + text)
		return true
	}
	for _, a := range p.attrs {
		add(a)
	}
	r.Attrs(add)
	var line strings.Builder
	for _, one := range p.pieces {
		if one.verb == "" {
			line.WriteString(one.text)
			continue
		}
		fmt.Fprintf(&line, one.verb, fieldOf(one.text, name, message.String(), r))
	}
	line.WriteByte('\n')
	p.lock.Lock()
	defer p.lock.Unlock()
	_, err := io.WriteString(p.out, line.String())
	return err
}

func fieldOf(field, name, message string, r slog.Record) string {
	switch field {
	case "name":
		return name
	case "message":
		return message
	case "levelname":
		return pythonLevel(r.Level)
	case "asctime":
		return strings.Replace(r.Time.Format("2006-01-02 15:04:05.000"), ".", ",", 1)
	case "created":
		return strconv.FormatFloat(float64(r.Time.UnixNano())/float64(time.Second), 'f', 6, 64)
	case "process":
		return strconv.Itoa(os.Getpid())
	case "threadName", "processName":
		return "main"
	default:
		return ""
	}
}

func pythonLevel(l slog.Level) string {
	switch {
	case l >= slog.LevelError:
		return "ERROR"
	case l >= slog.LevelWarn:
		return "WARNING"
	case l >= slog.LevelInfo:
		return "INFO"
	default:
		return "DEBUG"
	}
}
