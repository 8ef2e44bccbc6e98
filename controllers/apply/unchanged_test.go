package apply

import (
	"encoding/json"
	"testing"
)

func TestContains(t *testing.T) {
	t.Parallel()
	f := func(live, want string, ok bool) {
		t.Helper()
		var l, w any
		if err := json.Unmarshal([]byte(live), &l); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(want), &w); err != nil {
			t.Fatal(err)
		}
		if got := contains(l, w); got != ok {
			t.Errorf("contains(%s, %s) = %t", live, want, got)
		}
	}

	f(`{"a":1,"default":2}`, `{"a":1}`, true)
	f(`{"a":2}`, `{"a":1}`, false)
	f(`{}`, `{"a":1}`, false)
	f(`{"a":{"b":"x","c":"y"}}`, `{"a":{"b":"x"}}`, true)
	// Items that others add, and defaults inside of items.
	f(`{"l":[{"n":"other"},{"n":"a","protocol":"TCP"}]}`, `{"l":[{"n":"a"}]}`, true)
	f(`{"l":[{"n":"other"}]}`, `{"l":[{"n":"a"}]}`, false)
	// Lists of plain values are ours alone.
	f(`{"args":["rest"]}`, `{"args":["rest"]}`, true)
	f(`{"args":["rest","--more"]}`, `{"args":["rest"]}`, false)
	// Empty is absent.
	f(`{}`, `{"labels":{},"items":[]}`, true)
	f(`{"a":null}`, `{"a":{}}`, true)
	f(`{"a":"text"}`, `{"a":{"b":1}}`, false)
}
