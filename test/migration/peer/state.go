package peer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// version is a version of a subject, with the members that both products know.
type version struct {
	Subject    string          `json:"subject"`
	Version    int             `json:"version"`
	ID         int             `json:"id"`
	MD5        string          `json:"md5,omitempty"`
	Type       string          `json:"schemaType,omitempty"`
	References json.RawMessage `json:"references,omitempty"`
	Metadata   json.RawMessage `json:"metadata,omitempty"`
	RuleSet    json.RawMessage `json:"ruleSet,omitempty"`
	Schema     string          `json:"schema"`
	Deleted    bool            `json:"deleted"`
}

// content is what one id stands for.
func (v version) content() string {
	kind := v.Type
	if kind == "" {
		kind = "AVRO"
	}
	return kind + "\x00" + v.Schema + "\x00" + string(v.References)
}

// state is what a product knows of a topic.
type state struct {
	product    Product
	next       int64 // the offset it reads next
	subjects   map[string]map[int]version
	levels     map[string]string // by subject; "" is the global one
	modes      map[string]string
	ids        map[int]string // contents
	maxID      int
	deprecated bool // Karapace only: the order of the keys it writes
	faults     []string
	conflicts  []key
}

func newState(product Product) state {
	return state{product: product, subjects: map[string]map[int]version{}, levels: map[string]string{}, modes: map[string]string{}, ids: map[int]string{}}
}

func (s *state) fault(r *kgo.Record, format string, args ...any) {
	s.faults = append(s.faults, fmt.Sprintf("offset %d, key %s: ", r.Offset, r.Key)+fmt.Sprintf(format, args...))
}

func (s *state) takeConflicts() []key {
	out := s.conflicts
	s.conflicts = nil
	return out
}

// apply reads a record by the rules of the product.
func (s *state) apply(r *kgo.Record) {
	s.next = r.Offset + 1
	var k key
	if err := json.Unmarshal(r.Key, &k); err != nil {
		s.fault(r, "the key cannot be read: %v", err)
		return
	}
	if s.product == Karapace && !slices.Contains([]string{"keytype,subject,version,magic", "keytype,subject,magic", "keytype,magic"}, order(r.Key)) {
		s.deprecated = true
	}
	subject := ""
	if k.Subject != nil {
		subject = *k.Subject
	}
	deleted := r.Value == nil
	if s.product == Karapace {
		deleted = slices.Contains([]string{"", "null", `""`}, string(r.Value))
	} else if r.Value != nil && len(r.Value) == 0 {
		s.fault(r, "an empty value: Confluent skips the deletion")
		return
	}
	switch k.Type {
	case "SCHEMA":
		s.schema(r, k, subject, deleted)
	case "CONFIG":
		var v struct {
			Level string `json:"compatibilityLevel"`
		}
		s.setting(r, s.levels, subject, deleted, &v, func() string { return v.Level })
	case "MODE":
		if s.product == Karapace {
			return // It does not know the type, and skips it.
		}
		var v struct {
			Mode string `json:"mode"`
		}
		s.setting(r, s.modes, subject, deleted, &v, func() string { return v.Mode })
	case "DELETE_SUBJECT":
		var v struct {
			Version int `json:"version"`
		}
		if deleted || json.Unmarshal(r.Value, &v) != nil {
			return
		}
		for n, x := range s.subjects[subject] {
			x.Deleted = x.Deleted || n <= v.Version
			s.subjects[subject][n] = x
		}
	case "NOOP":
		var object map[string]any
		if s.product == Karapace && !deleted && json.Unmarshal(r.Value, &object) != nil {
			s.fault(r, "the value is no object")
		}
	case "CONTEXT", "ASSOC", "CLEAR_SUBJECT":
		// Confluent's; nothing here depends on them.
	default:
		s.fault(r, "an unknown keytype is an exception in Confluent's reader")
	}
}

func (s *state) setting(r *kgo.Record, of map[string]string, subject string, deleted bool, into any, read func() string) {
	if deleted {
		delete(of, subject)
		return
	}
	if err := json.Unmarshal(r.Value, into); err != nil {
		s.fault(r, "the value cannot be read: %v", err)
		return
	}
	of[subject] = read()
}

func (s *state) schema(r *kgo.Record, k key, subject string, deleted bool) {
	if deleted {
		delete(s.subjects[subject], k.Version)
		if len(s.subjects[subject]) == 0 {
			delete(s.subjects, subject)
		}
		return
	}
	var v version
	in := json.NewDecoder(bytes.NewReader(r.Value))
	in.DisallowUnknownFields()
	if err := in.Decode(&v); err != nil {
		s.fault(r, "the value cannot be read: %v", err)
		return
	}
	if v.Subject != subject || v.Version != k.Version {
		s.fault(r, "the value is version %d of %s: Karapace goes by the value, Confluent by the key", v.Version, v.Subject)
	}
	if known, ok := s.ids[v.ID]; ok && known != v.content() {
		s.fault(r, "id %d stands for another schema", v.ID)
		s.conflicts = append(s.conflicts, k)
		if s.product == Confluent {
			return
		}
	}
	s.ids[v.ID] = v.content()
	s.maxID = max(s.maxID, v.ID)
	if s.subjects[subject] == nil {
		s.subjects[subject] = map[int]version{}
	}
	s.subjects[subject][v.Version] = v
}

// order are the names of an object's members, as they come.
func order(raw []byte) string {
	in := json.NewDecoder(bytes.NewReader(raw))
	var names []string
	for i := 0; ; i++ {
		token, err := in.Token()
		if err != nil {
			return strings.Join(names, ",")
		}
		if name, ok := token.(string); ok && i%2 == 1 {
			names = append(names, name)
		}
	}
}
