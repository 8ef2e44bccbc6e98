package envtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

type recorder struct{ *httptest.ResponseRecorder }

func newRecorder() *recorder { return &recorder{httptest.NewRecorder()} }

func (r *recorder) result(request *http.Request) *http.Response {
	response := r.Result()
	response.Request = request
	return response
}

type fakeVersion struct {
	id, version int
	body        registerBody
	deleted     bool
	hidden      int // Reads of the subject that do not show it yet.
}

type registerBody struct {
	Schema     string             `json:"schema"`
	Type       string             `json:"schemaType,omitempty"`
	References []schema.Reference `json:"references,omitempty"`
}

// key is the content: texts that differ in white space are one.
func (b registerBody) key() string {
	var compact bytes.Buffer
	if json.Compact(&compact, []byte(b.Schema)) != nil {
		compact.WriteString(b.Schema)
	}
	refs, _ := json.Marshal(b.References)
	return b.Type + compact.String() + string(refs)
}

// fakeRegistry is a registry in memory. It accepts what it is given and judges
// nothing: what the operator sends is what the tests look at.
type fakeRegistry struct {
	mu       sync.Mutex
	subjects map[string][]*fakeVersion
	levels   map[string]string
	modes    map[string]string // "" is the global one.
	version  string            // That it tells, as Karapace does.
	noModes  bool              // The routes of modes can only be read, as Karapace's.
	ids      map[string]int
	next     int
	down     bool
	asked    map[string]string // The normalize of registrations and lookups, by subject.
	lag      int               // Reads for which a new version or level stays hidden.
	fresh    map[string]int
	primary  string
	writes   []string // Method and path of each request that may change something.
	reads    int
	seen     chan struct{} // Closed and made anew at each read.
}

func newFakeRegistry() *fakeRegistry {
	return &fakeRegistry{
		subjects: map[string][]*fakeVersion{}, levels: map[string]string{}, modes: map[string]string{"": "READWRITE"}, asked: map[string]string{}, ids: map[string]int{}, fresh: map[string]int{},
		primary: "http://fake:8081", seen: make(chan struct{}),
	}
}

// do runs f while nobody else looks.
func (f *fakeRegistry) do(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fakeRegistry) writeLog() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.writes)
}

// awaitReads waits for n more reads.
func (f *fakeRegistry) awaitReads(t *testing.T, n int) {
	t.Helper()
	f.mu.Lock()
	until := f.reads + n
	f.mu.Unlock()
	for {
		f.mu.Lock()
		done, seen := f.reads >= until, f.seen
		f.mu.Unlock()
		if done {
			return
		}
		select {
		case <-seen:
		case <-t.Context().Done():
			t.Fatal("the registry is not asked anymore")
		}
	}
}

// versions returns the live texts of a subject, oldest first.
func (f *fakeRegistry) versions(subject string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var texts []string
	for _, v := range f.live(subject) {
		texts = append(texts, v.body.Schema)
	}
	return texts
}

// register is what another client of the registry does.
func (f *fakeRegistry) register(subject, text string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.add(subject, registerBody{Schema: text, Type: "AVRO"}).id
}

func (f *fakeRegistry) live(subject string) []*fakeVersion {
	var live []*fakeVersion
	for _, v := range f.subjects[subject] {
		if !v.deleted && v.hidden == 0 {
			live = append(live, v)
		}
	}
	return live
}

func (f *fakeRegistry) find(subject string, body registerBody) *fakeVersion {
	for _, v := range f.live(subject) {
		if v.body.key() == body.key() {
			return v
		}
	}
	return nil
}

// catchUp brings a lagging node one read nearer to what was written.
func (f *fakeRegistry) catchUp(subject string) {
	for _, v := range f.subjects[subject] {
		v.hidden = max(0, v.hidden-1)
	}
	f.fresh[subject] = max(0, f.fresh[subject]-1)
}

func (f *fakeRegistry) add(subject string, body registerBody) *fakeVersion {
	for _, v := range f.subjects[subject] {
		if !v.deleted && v.body.key() == body.key() {
			return v
		}
	}
	id, ok := f.ids[body.key()]
	if !ok {
		f.next++
		id = f.next
		f.ids[body.key()] = id
	}
	v := &fakeVersion{id: id, version: len(f.subjects[subject]) + 1, body: body, hidden: f.lag}
	f.subjects[subject] = append(f.subjects[subject], v)
	return v
}

func (f *fakeRegistry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		reply(w, http.StatusServiceUnavailable, map[string]any{"error_code": 503, "message": "down"})
		return
	}
	var parts []string
	for p := range strings.SplitSeq(strings.Trim(r.URL.EscapedPath(), "/"), "/") {
		p, _ = url.PathUnescape(p)
		parts = append(parts, p)
	}
	lookup := r.Method == http.MethodPost && len(parts) == 2
	if r.Method == http.MethodGet || lookup {
		f.reads++
		if len(parts) > 1 {
			f.catchUp(parts[1])
		}
		close(f.seen)
		f.seen = make(chan struct{})
	} else {
		f.writes = append(f.writes, r.Method+" "+r.URL.Path)
	}
	switch parts[0] {
	case "_health":
		reply(w, 200, map[string]any{"healthy": true, "karapace_version": f.version, "status": map[string]any{
			"schema_registry_ready": true, "schema_registry_primary_url": f.primary,
		}})
	case "config":
		f.config(w, r, parts[1:])
	case "mode":
		f.mode(w, r, parts[1:])
	case "subjects":
		if len(parts) == 1 {
			f.list(w)
			return
		}
		f.subject(w, r, parts[1:])
	default:
		reply(w, 404, map[string]any{"error_code": 404, "message": "no route"})
	}
}

func (f *fakeRegistry) config(w http.ResponseWriter, r *http.Request, parts []string) {
	if len(parts) == 0 {
		reply(w, 200, map[string]any{"compatibilityLevel": "BACKWARD"})
		return
	}
	level, ok := f.levels[parts[0]]
	switch {
	case r.Method == http.MethodPut:
		var body struct{ Compatibility string }
		read(r.Body, &body)
		f.levels[parts[0]], f.fresh[parts[0]] = body.Compatibility, f.lag
		reply(w, 200, map[string]any{"compatibility": body.Compatibility})
	case !ok || f.fresh[parts[0]] > 0:
		reply(w, 404, map[string]any{"error_code": 40408, "message": "no level"})
	case r.Method == http.MethodDelete:
		delete(f.levels, parts[0])
		reply(w, 200, map[string]any{"compatibility": level})
	default:
		reply(w, 200, map[string]any{"compatibilityLevel": level})
	}
}

func (f *fakeRegistry) mode(w http.ResponseWriter, r *http.Request, parts []string) {
	name := strings.Join(parts, "")
	mode, ok := f.modes[name]
	switch {
	case r.Method != http.MethodGet && f.noModes:
		reply(w, 405, map[string]any{"error_code": 405, "message": "Method Not Allowed"})
	case r.Method == http.MethodPut:
		var body struct{ Mode string }
		read(r.Body, &body)
		f.modes[name] = body.Mode
		reply(w, 200, body)
	case !ok && r.URL.Query().Get("defaultToGlobal") == "true":
		reply(w, 200, map[string]any{"mode": f.modes[""]})
	case !ok:
		reply(w, 404, map[string]any{"error_code": 40409, "message": "no mode"})
	case r.Method == http.MethodDelete:
		delete(f.modes, name)
		reply(w, 200, map[string]any{"mode": mode})
	default:
		reply(w, 200, map[string]any{"mode": mode})
	}
}

func (f *fakeRegistry) list(w http.ResponseWriter) {
	names := []string{}
	for name := range f.subjects {
		if len(f.live(name)) > 0 {
			names = append(names, name)
		}
	}
	reply(w, 200, names)
}

func (f *fakeRegistry) subject(w http.ResponseWriter, r *http.Request, parts []string) {
	if len(parts) == 0 {
		reply(w, 200, f.names())
		return
	}
	name := parts[0]
	live := f.live(name)
	if r.Method == http.MethodPost {
		f.asked[name] = r.URL.Query().Get("normalize")
	}
	switch {
	case r.Method == http.MethodDelete && r.URL.Query().Get("permanent") == "true":
		delete(f.subjects, name)
		reply(w, 200, []int{1})
	case r.Method == http.MethodPost && len(parts) == 2:
		var body registerBody
		read(r.Body, &body)
		reply(w, 200, map[string]any{"id": f.add(name, typed(body)).id})
	case len(parts) == 2 && r.Method == http.MethodGet && r.URL.Query().Get("deleted") == "true":
		numbers := []int{}
		for _, v := range f.subjects[name] {
			numbers = append(numbers, v.version)
		}
		reply(w, 200, numbers)
	case len(live) == 0:
		reply(w, 404, map[string]any{"error_code": 40401, "message": "no subject"})
	case r.Method == http.MethodDelete:
		var gone []int
		for _, v := range live {
			v.deleted = true
			gone = append(gone, v.version)
		}
		reply(w, 200, gone)
	case r.Method == http.MethodPost:
		var body registerBody
		read(r.Body, &body)
		if v := f.find(name, typed(body)); v != nil {
			describe(w, name, v)
			return
		}
		reply(w, 404, map[string]any{"error_code": 40403, "message": "no schema"})
	case len(parts) == 2:
		var numbers []int
		for _, v := range live {
			numbers = append(numbers, v.version)
		}
		reply(w, 200, numbers)
	default:
		number, _ := strconv.Atoi(parts[2])
		for _, v := range live {
			if v.version == number || (parts[2] == "latest" && v == live[len(live)-1]) {
				describe(w, name, v)
				return
			}
		}
		reply(w, 404, map[string]any{"error_code": 40402, "message": "no version"})
	}
}

// names lists the subjects with a live version.
func (f *fakeRegistry) names() []string {
	names := []string{}
	for name := range f.subjects {
		if len(f.live(name)) > 0 {
			names = append(names, name)
		}
	}
	return names
}

func typed(b registerBody) registerBody {
	if b.Type == "" {
		b.Type = "AVRO"
	}
	return b
}

func describe(w http.ResponseWriter, subject string, v *fakeVersion) {
	reply(w, 200, map[string]any{
		"subject": subject, "id": v.id, "version": v.version, "schema": v.body.Schema, "schemaType": v.body.Type, "references": v.body.References,
	})
}

func read(body io.Reader, out any) {
	raw, _ := io.ReadAll(body)
	_ = json.Unmarshal(raw, out)
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
