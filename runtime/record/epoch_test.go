package record

import (
	"strings"
	"testing"
)

func TestParseEpoch(t *testing.T) {
	t.Parallel()
	f := func(text string, want Epoch) {
		t.Helper()
		got := ParseEpoch([]byte(text))
		if got != want {
			t.Errorf("%q: %+v; want %+v", text, got, want)
		}
		if !got.IsZero() && got.String() != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	}

	f("7.abc", Epoch{7, "abc"})
	f("1.a.b", Epoch{1, "a.b"})
	f("9007199254740992.a", Epoch{1 << 53, "a"})
	// Everything else counts like a record without the header.
	f("", Epoch{})
	f("7", Epoch{})
	f("7.", Epoch{})
	f(".abc", Epoch{})
	f("0.abc", Epoch{})
	f("-1.abc", Epoch{})
	f("x.abc", Epoch{})
	f("9007199254740993.a", Epoch{}) // Nobody could claim the log behind it.
	f("99999999999999999999.a", Epoch{})
	f("1."+strings.Repeat("a", 65), Epoch{})
}

func TestEpochsAreOrdered(t *testing.T) {
	t.Parallel()
	order := []Epoch{{}, {1, "z"}, {2, "a"}, {2, "b"}, {10, "a"}}
	for i, a := range order {
		for k, b := range order {
			if got := a.Compare(b); got < 0 != (i < k) || got > 0 != (i > k) {
				t.Errorf("%v against %v: %d", a, b, got)
			}
		}
	}
}

func TestNextEpochIsHigher(t *testing.T) {
	t.Parallel()
	f := func(highest Epoch, generation int32, want Epoch) {
		t.Helper()
		if got := highest.Next(generation, "me"); got != want || got.Compare(highest) <= 0 {
			t.Errorf("%v, generation %d: %v; want %v", highest, generation, got, want)
		}
	}

	f(Epoch{}, 0, Epoch{1, "me"})
	f(Epoch{}, 7, Epoch{7, "me"})
	f(Epoch{3, "z"}, 7, Epoch{7, "me"})
	// The brokers have lost the group, and count from 1 again.
	f(Epoch{7, "z"}, 1, Epoch{8, "me"})
	f(Epoch{7, "me"}, 7, Epoch{8, "me"})
}
