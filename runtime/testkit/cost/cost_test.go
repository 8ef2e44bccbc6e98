package cost

import (
	"testing"
	"time"
)

// recorder keeps whether a test was failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

// kept keeps the compiler from leaving allocations out.
func kept(list []byte) int { return cap(list) }

func TestWithin(t *testing.T) {
	f := func(name string, work func(), fails bool) {
		t.Helper()
		r := &recorder{TB: t}
		if spent := Within(r, name, work); r.failed != fails {
			t.Errorf("%s: failed %t, took %+v", name, r.failed, spent)
		}
	}

	f("nothing", func() {}, false)
	f("too much memory in pieces that are freed", func() {
		for range 80 {
			if kept(make([]byte, 1<<20)) == 0 {
				t.Error("no memory")
			}
		}
	}, true)
}

func TestOf(t *testing.T) {
	const busy = 20 * time.Millisecond
	spent := Of(func() {
		for start := processor(); processor()-start < busy; {
		}
	})
	if spent.CPU < busy {
		t.Errorf("busy for %v, measured %v", busy, spent.CPU)
	}
	r := &recorder{TB: t}
	if Within(r, "too long", func() {
		for start := processor(); processor()-start <= CPU; {
		}
	}); !r.failed {
		t.Error("work that takes longer than the promise is within it")
	}
}
