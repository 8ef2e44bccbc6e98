package fuzzing

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// entry is a version of a subject.
type entry struct {
	Subject    string          `json:"subject"`
	ID         int             `json:"id"`
	Version    int             `json:"version"`
	Type       string          `json:"schemaType,omitempty"`
	Schema     string          `json:"schema"`
	References json.RawMessage `json:"references,omitempty"`
	deleted    bool
}

// memory is a registry in memory. It judges nothing; how it answers is what the
// fuzzer chose.
type memory struct {
	entries []*entry
	levels  map[string]string
	writes  []string // What had an effect; a refused call has none.
	mood    mood
	modes   map[string]string
	// knowsModes says that modes can be read and changed.
	knowsModes bool
	refusals   string // What a registration is refused with, a status and a code.
}

// mood is how a registry answers.
type mood int

const (
	fine mood = iota
	away
	locked   // Credentials are refused.
	babbling // Answers are not JSON.
	readonly
	moodCount
)

func newMemory(c *choice) *memory {
	m := &memory{levels: map[string]string{}, modes: map[string]string{}, knowsModes: c.of(4) != 1}
	if c.of(3) == 1 {
		m.mood = mood(c.of(int(moodCount)))
	}
	m.refusals = pick(c, "", "", "", "409 409", "422 42201", "422 42205", "500 50003", "413 42209")
	for range c.of(3) {
		text := pick(c, texts()...)
		m.add(pick(c, names()...), entry{Schema: text.text, Type: string(text.of)}).deleted = c.of(4) == 1
	}
	if l := pick(c, "", "NONE", "FULL", "BACKWARD_TRANSITIVE", "SIDEWAYS"); l != "" {
		m.levels[pick(c, names()...)] = l
	}
	return m
}

func (m *memory) live(subject string) []*entry {
	return slices.DeleteFunc(slices.Clone(m.entries), func(e *entry) bool { return e.Subject != subject || e.deleted })
}

func (m *memory) find(subject string, e entry) *entry {
	for _, have := range m.live(subject) {
		if have.Schema == e.Schema && have.Type == e.Type {
			return have
		}
	}
	return nil
}

func (m *memory) add(subject string, e entry) *entry {
	if have := m.find(subject, e); have != nil {
		return have
	}
	m.writes = append(m.writes, "register "+subject)
	e.Subject, e.ID, e.Version = subject, len(m.entries)+1, 1
	for _, have := range m.entries {
		if have.Subject == subject {
			e.Version = have.Version + 1
		}
		if have.Schema == e.Schema && have.Type == e.Type {
			e.ID = have.ID
		}
	}
	m.entries = append(m.entries, &e)
	return &e
}

// ServeHTTP answers like a registry in its mood.
func (m *memory) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var parts []string
	for p := range strings.SplitSeq(strings.Trim(r.URL.EscapedPath(), "/"), "/") {
		p, _ = url.PathUnescape(p)
		parts = append(parts, p)
	}
	writes := r.Method != http.MethodGet && (r.Method != http.MethodPost || len(parts) != 2)
	switch {
	case m.mood == away:
		answer(w, 503, problem(503))
	case m.mood == locked:
		answer(w, 401, problem(401))
	case m.mood == babbling:
		_, _ = w.Write([]byte("<html>"))
	case m.mood == readonly && writes:
		answer(w, 422, problem(42205))
	case parts[0] == "_health":
		answer(w, 200, map[string]any{"healthy": true, "status": map[string]any{"schema_registry_ready": true, "schema_registry_primary_url": "http://r:8081"}})
	case parts[0] == "config":
		m.config(w, r, parts[1:])
	case parts[0] == "mode" && m.knowsModes:
		m.mode(w, r, parts[1:])
	case parts[0] == "subjects" && len(parts) > 1:
		m.subject(w, r, parts[1], parts[2:])
	default:
		answer(w, 404, problem(404))
	}
}

func (m *memory) config(w http.ResponseWriter, r *http.Request, parts []string) {
	if len(parts) == 0 {
		answer(w, 200, map[string]any{"compatibilityLevel": "BACKWARD"})
		return
	}
	switch level := m.levels[parts[0]]; {
	case r.Method == http.MethodPut:
		var body struct{ Compatibility string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		m.levels[parts[0]] = body.Compatibility
		m.writes = append(m.writes, "set the level of "+parts[0])
		answer(w, 200, body)
	case level == "":
		answer(w, 404, problem(40408))
	case r.Method == http.MethodDelete:
		delete(m.levels, parts[0])
		m.writes = append(m.writes, "remove the level of "+parts[0])
		fallthrough
	default:
		answer(w, 200, map[string]any{"compatibilityLevel": level})
	}
}

func (m *memory) mode(w http.ResponseWriter, r *http.Request, parts []string) {
	name := strings.Join(parts, "")
	switch mode := m.modes[name]; {
	case r.Method == http.MethodPut:
		var body struct {
			Mode string `json:"mode"`
		}
		_ = json.NewDecoder(r.Body).Decode(&body)
		m.modes[name] = body.Mode
		m.writes = append(m.writes, "set the mode of "+name)
		answer(w, 200, body)
	case mode == "" && name != "":
		answer(w, 404, problem(40409))
	case r.Method == http.MethodDelete:
		delete(m.modes, name)
		m.writes = append(m.writes, "remove the mode of "+name)
		answer(w, 200, map[string]any{"mode": mode})
	case mode == "":
		answer(w, 200, map[string]any{"mode": "READWRITE"})
	default:
		answer(w, 200, map[string]any{"mode": mode})
	}
}

func (m *memory) subject(w http.ResponseWriter, r *http.Request, name string, rest []string) {
	live := m.live(name)
	var body entry
	if r.Method == http.MethodPost {
		_ = json.NewDecoder(r.Body).Decode(&body)
	}
	switch {
	case r.Method == http.MethodDelete:
		m.remove(w, name, r.URL.Query().Get("permanent") == "true")
	case r.Method == http.MethodPost && len(rest) == 1:
		if status, code, ok := strings.Cut(m.refusals, " "); ok {
			number, _ := strconv.Atoi(code)
			s, _ := strconv.Atoi(status)
			answer(w, s, problem(number))
			return
		}
		answer(w, 200, map[string]any{"id": m.add(name, body).ID})
	case len(live) == 0:
		answer(w, 404, problem(40401))
	case r.Method == http.MethodPost:
		if have := m.find(name, body); have != nil {
			answer(w, 200, have)
			return
		}
		answer(w, 404, problem(40403))
	case len(rest) == 1:
		numbers := []int{}
		for _, e := range live {
			numbers = append(numbers, e.Version)
		}
		answer(w, 200, numbers)
	default:
		for _, e := range slices.Backward(live) {
			if rest[1] == "latest" || rest[1] == strconv.Itoa(e.Version) {
				answer(w, 200, e)
				return
			}
		}
		answer(w, 404, problem(40402))
	}
}

func (m *memory) remove(w http.ResponseWriter, name string, forGood bool) {
	gone := []int{}
	for _, e := range m.entries {
		if e.Subject == name {
			e.deleted = true
			gone = append(gone, e.Version)
		}
	}
	if forGood {
		m.entries = slices.DeleteFunc(m.entries, func(e *entry) bool { return e.Subject == name })
	}
	if len(gone) == 0 {
		answer(w, 404, problem(40401))
		return
	}
	m.writes = append(m.writes, "delete "+name)
	answer(w, 200, gone)
}

func problem(code int) map[string]any { return map[string]any{"error_code": code, "message": "no"} }

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
