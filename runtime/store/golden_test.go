package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// TestTopicsOfOtherProducts replays topics as the products of the field write
// them. A file has one record per line, key and value with a tab between, and
// behind "--- state" what they mean.
func TestTopicsOfOtherProducts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.topic")
	if err != nil || len(files) < 6 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			records, want := readTopic(t, name)
			s := New()
			problems := s.Apply(records)
			if diff := cmp.Diff(want, state(s.View())); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for _, p := range problems {
				if p.Reason != record.LostRace {
					t.Errorf("offset %d: %s: %v", p.Offset, p.Reason, p.Err)
				}
			}
			// What compaction leaves says the same, unless sequence numbers count
			// the offsets.
			if strings.Contains(name, "redpanda") {
				return
			}
			last := map[string]int{}
			for i, rec := range records {
				last[string(rec.RawKey)] = i
			}
			compacted := New()
			for i, rec := range records {
				if last[string(rec.RawKey)] == i {
					compacted.Apply([]record.Record{rec})
				}
			}
			if diff := cmp.Diff(want[:len(want)-1], state(compacted.View())[:len(want)-1]); diff != "" {
				t.Errorf("compacted (-want +got)\n%s", diff)
			}
		})
	}
}

func readTopic(t *testing.T, name string) (records []record.Record, want []string) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	log, meaning, ok := strings.Cut(string(raw), "--- state\n")
	if !ok {
		t.Fatal("no state")
	}
	for line := range strings.Lines(log) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		key, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		value := []byte(text)
		switch text {
		case "(null)":
			value = nil
		case "(empty)":
			value = []byte{}
		}
		records = append(records, record.Record{RawKey: []byte(key), Value: value, Offset: int64(len(records)), Timestamp: 1})
	}
	return records, strings.Split(strings.TrimSuffix(meaning, "\n"), "\n")
}

// state is a view as text.
func state(v *View) (out []string) {
	for _, s := range v.Subjects() {
		for _, e := range v.Entries(s) {
			text := fmt.Sprintf("%s/%d id=%d ", s, e.Version, e.ID)
			if e.Deleted {
				text += "deleted "
			}
			quoted := strconv.Quote(e.Schema.Text)
			text += string(e.Schema.Type) + " " + strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
			for _, ref := range e.Schema.References {
				text += fmt.Sprintf(" references %s=%s/%d", ref.Name, ref.Subject, ref.Version)
			}
			out = append(out, text)
		}
	}
	if c, ok := v.GlobalConfig(); ok {
		out = append(out, "config (global) "+string(c.Level))
	}
	subjects := []schema.Subject{"a", "a-value", "gone", "i", "s", "t", "team/ord"}
	for _, s := range subjects {
		if c, ok := v.Config(s); ok {
			out = append(out, fmt.Sprintf("config %s %s", s, c.Level))
		}
	}
	if m, ok := v.GlobalMode(); ok {
		out = append(out, "mode (global) "+string(m.Mode))
	}
	for _, s := range subjects {
		if m, ok := v.Mode(s); ok {
			out = append(out, fmt.Sprintf("mode %s %s", s, m.Mode))
		}
	}
	return append(out, fmt.Sprintf("highest %d", v.MaxID(schema.DefaultContext)))
}
