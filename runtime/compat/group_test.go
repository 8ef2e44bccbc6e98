package compat

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestInGroup(t *testing.T) {
	t.Parallel()
	previous := []Previous{
		{Version: 1, Properties: map[string]string{"major": "1"}},
		{Version: 2},
		{Version: 3, Properties: map[string]string{"major": "2"}},
		{Version: 4, Properties: map[string]string{"major": "1", "other": "x"}},
		{Version: 5, Properties: map[string]string{"major": ""}},
	}
	f := func(group string, next map[string]string, want ...schema.Version) {
		t.Helper()
		var got []schema.Version
		for _, p := range InGroup(group, next, previous) {
			got = append(got, p.Version)
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
