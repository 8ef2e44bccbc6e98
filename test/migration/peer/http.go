package peer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// errNotPrimary is what makes a peer pass a write on.
var errNotPrimary = errors.New("not the primary")

// Handler serves the API.
func (p *Peer) Handler() http.Handler {
	mux := http.NewServeMux()
	answer := func(pattern string, do func(r *http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			raw, err := io.ReadAll(r.Body)
			if err != nil {
				return // The client is gone.
			}
			r.Body = io.NopCloser(bytes.NewReader(raw))
			out, err := do(r)
			switch {
			case errors.Is(err, errNotPrimary):
				p.forward(w, r, raw)
			case err != nil:
				reply(w, http.StatusInternalServerError, map[string]any{"error_code": 50003, "message": err.Error()})
			case out == nil:
				reply(w, http.StatusNotFound, map[string]any{"error_code": 40403, "message": "not found"})
			default:
				reply(w, http.StatusOK, out)
			}
		})
	}
	answer("GET /_health", func(*http.Request) (any, error) {
		me, url := p.Primary()
		status := map[string]any{"schema_registry_is_primary": me, "schema_registry_primary_url": url}
		return map[string]any{"healthy": true, "status": status}, nil
	})
	answer("GET /{$}", func(*http.Request) (any, error) { return map[string]any{}, nil })
	answer("GET /schemas", func(*http.Request) (any, error) { return p.list(), nil })
	answer("GET /schemas/ids/{id}", func(r *http.Request) (any, error) {
		for _, v := range p.list() {
			if strconv.Itoa(v.ID) == r.PathValue("id") {
				return map[string]any{"schema": v.Schema}, nil
			}
		}
		return nil, nil
	})
	answer("POST /subjects/{s}/versions", p.register)
	answer("DELETE /subjects/{s}/versions/{v}", p.delete)
	for _, path := range []string{"", "/{s}"} {
		answer("GET /config"+path, func(r *http.Request) (any, error) {
			return p.setting(p.state.levels, r, "compatibilityLevel", "BACKWARD")
		})
		answer("GET /mode"+path, func(r *http.Request) (any, error) { return p.setting(p.state.modes, r, "mode", "READWRITE") })
		answer("PUT /config"+path, func(r *http.Request) (any, error) { return p.set(r, "CONFIG", "compatibility", "compatibilityLevel") })
		answer("PUT /mode"+path, func(r *http.Request) (any, error) { return p.set(r, "MODE", "mode", "mode") })
	}
	return mux
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text(body)) // A client that is gone misses it.
}

// list are all versions, deleted ones included.
func (p *Peer) list() []version {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []version
	for _, subject := range slices.Sorted(maps.Keys(p.state.subjects)) {
		for _, n := range slices.Sorted(maps.Keys(p.state.subjects[subject])) {
			out = append(out, p.state.subjects[subject][n])
		}
	}
	return out
}

func (p *Peer) setting(of map[string]string, r *http.Request, name, fallback string) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	value, ok := of[r.PathValue("s")]
	if !ok && r.PathValue("s") != "" {
		return nil, nil
	}
	return map[string]string{name: cmp.Or(value, fallback)}, nil
}

// subjectOf is the subject of a request; nil is the global one.
func subjectOf(r *http.Request) *string {
	if s := r.PathValue("s"); s != "" {
		return &s
	}
	return nil
}

// leading begins a write: it fails on a node that is not primary.
func (p *Peer) leading() (end func(), err error) {
	p.writing.Lock()
	if me, _ := p.Primary(); !me {
		p.writing.Unlock()
		return nil, errNotPrimary
	}
	return p.writing.Unlock, nil
}

func (p *Peer) set(r *http.Request, keytype, from, to string) (any, error) {
	var body map[string]string
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, err
	}
	end, err := p.leading()
	if err != nil {
		return nil, err
	}
	defer end()
	subject := subjectOf(r)
	value := fmt.Sprintf(`{%q:%q}`, to, body[from])
	if subject != nil && p.product == Confluent {
		value = fmt.Sprintf(`{"subject":%s,%q:%q}`, text(*subject), to, body[from])
	}
	return body, p.append(r.Context(), key{Type: keytype, Subject: subject}, []byte(value))
}

func (p *Peer) register(r *http.Request) (any, error) {
	var v version
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
		return nil, err
	}
	v.Subject = r.PathValue("s")
	if id := p.registered(v); id > 0 {
		return map[string]int{"id": id}, nil
	}
	end, err := p.leading()
	if err != nil {
		return nil, err
	}
	defer end()
	if id := p.registered(v); id > 0 {
		return map[string]int{"id": id}, nil
	}
	p.mu.Lock()
	v.ID, v.Version = p.state.maxID+1, 1
	for id, content := range p.state.ids {
		if content == v.content() {
			v.ID = id
		}
	}
	for n := range p.state.subjects[v.Subject] {
		v.Version = max(v.Version, n+1)
	}
	p.mu.Unlock()
	err = p.append(r.Context(), key{Type: "SCHEMA", Subject: &v.Subject, Version: v.Version}, schemaValue(p.product, v))
	return map[string]int{"id": v.ID}, err
}

// registered is the id of a schema that is a live version of its subject.
func (p *Peer) registered(v version) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, x := range p.state.subjects[v.Subject] {
		if !x.Deleted && x.content() == v.content() {
			return x.ID
		}
	}
	return 0
}

// delete deletes a version, softly unless permanent is asked for.
func (p *Peer) delete(r *http.Request) (any, error) {
	end, err := p.leading()
	if err != nil {
		return nil, err
	}
	defer end()
	n, _ := strconv.Atoi(r.PathValue("v"))
	p.mu.Lock()
	v, ok := p.state.subjects[r.PathValue("s")][n]
	p.mu.Unlock()
	if !ok {
		return nil, nil
	}
	v.Deleted = true
	value := schemaValue(p.product, v)
	if r.FormValue("permanent") == "true" {
		value = p.gone()
	}
	return n, p.append(r.Context(), key{Type: "SCHEMA", Subject: &v.Subject, Version: n}, value)
}

// forward passes a request on to the primary, as it is.
func (p *Peer) forward(w http.ResponseWriter, r *http.Request, body []byte) {
	_, url := p.Primary()
	if url == "" || url == p.identity().url() {
		reply(w, http.StatusInternalServerError, map[string]any{"error_code": 50003, "message": "no primary"})
		return
	}
	out, err := http.NewRequestWithContext(r.Context(), r.Method, url+r.URL.RequestURI(), bytes.NewReader(body))
	if err == nil {
		out.Header.Set("Content-Type", r.Header.Get("Content-Type"))
		if p.product == Confluent {
			out.Header.Set("X-Forward", "true")
		}
		var resp *http.Response
		if resp, err = p.http.Do(out); err == nil {
			defer resp.Body.Close()
			w.WriteHeader(resp.StatusCode)
			_, _ = io.Copy(w, resp.Body)
			return
		}
	}
	reply(w, http.StatusInternalServerError, map[string]any{"error_code": 50003, "message": err.Error()})
}
