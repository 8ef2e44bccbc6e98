package compat

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestSameGroup(t *testing.T) {
	t.Parallel()
	previous := []map[string]string{{"major": "1"}, nil, {"major": "2"}, {"major": "1", "other": "x"}, {"major": ""}}
	f := func(group string, next map[string]string, want ...schema.Version) {
		t.Helper()
		var got []schema.Version
		for i, properties := range previous {
			if SameGroup(group, next, properties) {
				got = append(got, schema.Version(i+1))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}

	f("", map[string]string{"major": "1"}, 1, 2, 3, 4, 5)
	f("major", map[string]string{"major": "1"}, 1, 4)
	f("major", map[string]string{"major": "3"})
	f("major", nil, 2)
	f("major", map[string]string{"major": ""}, 5)
}
