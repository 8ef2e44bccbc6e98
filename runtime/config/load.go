package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// maxFile bounds the configuration file; the largest sensible one is a few
// kilobytes.
const maxFile = 1 << 20

// Input names the sources of a configuration.
type Input struct {
	Role Role
	// Path is the file; empty means none.
	Path string
	// Environ is the environment as os.Environ returns it.
	Environ []string
}

// NoteLevel says who should see a note.
type NoteLevel string

// The levels of notes.
const (
	Warning NoteLevel = "warning"
	Info    NoteLevel = "info"
	Debug   NoteLevel = "debug"
)

// Note is something that the user should know and that did not stop the load.
// There is no logger yet while the configuration is read, so notes are logged
// afterwards.
type Note struct {
	Level   NoteLevel `json:"level"`
	Message string    `json:"message"` // Message is constant
	Key     string    `json:"key"`
	Source  Source    `json:"source"`
	Detail  string    `json:"detail"`
}

// Load reads the file and the environment over the defaults. The error names
// every wrong value, not only the first.
func Load(in Input) (*Config, []Note, error) {
	file := map[string]any{}
	if in.Path != "" {
		text, err := readFile(in.Path)
		if err != nil {
			return nil, nil, err
		}
		if file, err = parseFile(text); err != nil {
			return nil, nil, fmt.Errorf("configuration file %s %w", in.Path, err)
		}
	}
	l := loader{keys: Keys(), role: in.Role, config: &Config{sources: map[string]Source{}}}
	l.config.reload = func() (*Config, error) {
		fresh, _, err := Load(in)
		return fresh, err
	}
	l.defaults()
	l.file(file, Source(fileSource+in.Path))
	l.environ(readEnvironment(in.Environ))
	l.sentryDSN(in.Environ)
	l.unknownFile(file, Source(fileSource+in.Path))
	l.effects()
	l.logFormat()
	l.errs = append(l.errs, validate(l.config)...)
	if len(l.errs) > 0 {
		return nil, l.notes, errors.Join(l.errs...)
	}
	return l.config, l.notes, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading configuration: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading configuration file %s: %w", path, err)
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("configuration file %s is larger than %d bytes", path, maxFile)
	}
	return text, nil
}

// parseFile returns the keys of the file by their names in the table: objects
// whose fields are keys are flattened, null counts as absent.
func parseFile(text []byte) (map[string]any, error) {
	decoded, err := decode(text)
	if err != nil {
		return nil, err
	}
	object, ok := decoded.(map[string]any)
	if !ok {
		return nil, errors.New("is not one JSON object of keys and values")
	}
	flat := map[string]any{}
	for name, v := range object {
		if inner, nested := v.(map[string]any); nested && isNamespace(name) {
			for field, v := range inner {
				flat[name+"."+field] = v
			}
			continue
		}
		flat[name] = v
	}
	for name, v := range flat {
		if v == nil {
			delete(flat, name)
		}
	}
	return flat, nil
}

func isNamespace(name string) bool {
	return slices.ContainsFunc(Keys(), func(k Key) bool { return strings.HasPrefix(k.Name, name+".") })
}

// loader applies one source after the other; a later one wins.
type loader struct {
	keys   []Key
	role   Role
	config *Config
	notes  []Note
	errs   []error
	// set holds the values that are not defaults, by key.
	set map[string]value
}

func (l *loader) defaults() {
	for _, k := range l.keys {
		if k.Default == "" {
			continue
		}
		v, err := fromText(k, k.Default)
		if err != nil {
			l.errs = append(l.errs, problem(k, Default, k.Default, err))
			continue
		}
		assign(l.config, k, v)
	}
	l.set = map[string]value{}
}

func (l *loader) file(file map[string]any, source Source) {
	for _, k := range l.keys {
		for _, name := range append([]string{k.Name}, k.Aliases...) {
			raw, given := file[name]
			if !given {
				continue
			}
			v, err := fromJSON(k, raw)
			l.store(k, v, source, fmt.Sprint(raw), err)
			break
		}
	}
}

func (l *loader) environ(env environment) {
	known := map[string]bool{}
	for _, k := range l.keys {
		for _, name := range spellings(k, l.role) {
			known[name] = true
		}
	}
	for _, k := range l.keys {
		name, text, given := l.lookup(env, k)
		if !given {
			continue
		}
		v, err := fromText(k, text)
		l.store(k, v, Source("environment variable "+name), text, err)
	}
	for name := range env {
		if !known[name] {
			l.note(Debug, "Unknown environment variable", "", Source("environment variable "+name), "")
		}
	}
}

// sentryDSN takes the variable of Sentry's own clients when the key sentry
// names no receiver.
func (l *loader) sentryDSN(environ []string) {
	sentry := l.config.Telemetry.Sentry
	for _, pair := range environ {
		name, text, _ := strings.Cut(pair, "=")
		if name != "SENTRY_DSN" || text == "" || sentry["dsn"] != "" {
			continue
		}
		if sentry == nil {
			sentry = map[string]Secret{}
			l.config.sources["sentry"] = "environment variable SENTRY_DSN"
		}
		sentry["dsn"] = Secret(text)
		l.config.Telemetry.Sentry = sentry
	}
}

// lookup returns the best spelling of the key that carries a value. An empty
// value counts as absent, except for host, where it means all addresses.
func (l *loader) lookup(env environment, k Key) (name, text string, given bool) {
	for _, name := range spellings(k, l.role) {
		text, given := env[name]
		switch {
		case !given, text == "" && k.Name != "host":
			continue
		case isServiceLink(k, text):
			l.note(Warning, "Environment variable of a Kubernetes Service ignored", k.Name, Source("environment variable "+name), text)
			continue
		default:
			return name, text, true
		}
	}
	return "", "", false
}

func (l *loader) store(k Key, v value, source Source, raw string, err error) {
	if err != nil {
		l.errs = append(l.errs, problem(k, source, raw, err))
		return
	}
	assign(l.config, k, v)
	l.config.sources[k.Name] = source
	l.set[k.Name] = v
}

// unknownFile warns of keys that no table line knows, with the name that was
// probably meant.
func (l *loader) unknownFile(file map[string]any, source Source) {
	for name := range file {
		if _, known := find(l.keys, name); known {
			continue
		}
		detail := ""
		if near := nearest(l.keys, name); near != "" {
			detail = "did you mean " + near + "?"
		}
		l.note(Warning, "Unknown configuration key ignored", name, source, detail)
	}
	slices.SortFunc(l.notes, func(a, b Note) int {
		return strings.Compare(string(a.Source)+a.Key, string(b.Source)+b.Key)
	})
}

// effects tells of keys that were set and do nothing, and refuses those whose
// protection would be missing.
func (l *loader) effects() {
	for _, k := range l.keys {
		v, given := l.set[k.Name]
		if !given || k.Effect == Honoured || isDefault(k, v) {
			continue
		}
		source := l.config.Source(k.Name)
		if k.Effect == Refused {
			l.errs = append(l.errs, &Error{Key: k.Name, Source: source, Value: shown(k, fmt.Sprint(v)),
				Problem: "is not supported", Remedy: k.Why})
			continue
		}
		l.note(Info, "Configuration key without effect", k.Name, source, k.Why)
	}
}

// formatField matches a field of log_format.
var formatField = regexp.MustCompile(`%\((\w*)\)`)

// logFormat warns of fields that stay empty.
func (l *loader) logFormat() {
	known := []string{"name", "message", "levelname", "asctime", "created", "process", "threadName", "processName"}
	for _, m := range formatField.FindAllStringSubmatch(l.config.Log.Format, -1) {
		if !slices.Contains(known, m[1]) {
			l.note(Warning, "Field of log_format is not known and stays empty", "log_format", l.config.Source("log_format"),
				m[1]+" is none of "+strings.Join(known, ", "))
		}
	}
}

func isDefault(k Key, v value) bool {
	if v == "" {
		return true
	}
	def, err := fromText(k, k.Default)
	switch def := def.(type) {
	case string, int, bool:
		return err == nil && def == v
	default:
		return false
	}
}

func (l *loader) note(level NoteLevel, message, key string, source Source, detail string) {
	l.notes = append(l.notes, Note{Level: level, Message: message, Key: key, Source: source, Detail: detail})
}

// nearest returns the key within two edits of name, or none.
func nearest(keys []Key, name string) string {
	if len(name) > 64 {
		return ""
	}
	best, distance := "", 3
	for _, k := range keys {
		if d := edits(k.Name, name); d < distance {
			best, distance = k.Name, d
		}
	}
	return best
}

// edits is the Levenshtein distance of two names.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
