package app

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// diary notes what parts do, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) text() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.lines, " ")
}

func (d *diary) part(name string) part {
	return part{
		name: name,
		open: func(context.Context) error { d.note("open " + name); return nil },
		run: func(ctx context.Context) error {
			<-ctx.Done()
			d.note("end " + name)
			return ctx.Err()
		},
		close: func(context.Context) error { d.note("close " + name); return nil },
	}
}

func runParts(ctx context.Context, parts ...part) error {
	return lifecycle{log: logr.Discard(), clock: time.Now}.run(ctx, parts)
}

func TestPartsStopInReverse(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var d diary
	last := d.part("b")
	last.ready = func(context.Context) error { cancel(); return nil }
	if err := runParts(ctx, d.part("a"), last); err != nil {
		t.Fatal(err)
	}
	if want := "open a open b end b close b end a close a"; d.text() != want {
		t.Fatalf("%s; want %s", d.text(), want)
	}
}

func TestAFailureEndsTheProcess(t *testing.T) {
	t.Parallel()
	f := func(change func(*part), want string, diaryWant string) {
		t.Helper()
		var d diary
		second := d.part("b")
		change(&second)
		err := runParts(t.Context(), d.part("a"), second)
		if err == nil || err.Error() != want {
			t.Fatalf("%v; want %s", err, want)
		}
		if d.text() != diaryWant {
			t.Fatalf("%s; want %s", d.text(), diaryWant)
		}
	}
	broken := func(context.Context) error { return errors.New("broken") }

	f(func(p *part) { p.open = broken }, "starting b: broken", "open a end a close a")
	f(func(p *part) { p.run = broken }, "b failed: broken", "open a open b close b end a close a")
	f(func(p *part) { p.run = func(context.Context) error { return nil } },
		"b ended without being asked to", "open a open b close b end a close a")
	f(func(p *part) { p.ready = broken }, "waiting for b: broken", "open a open b end b close b end a close a")

	// A part that fails while another waits for readiness.
	f(func(p *part) {
		p.run = broken
		p.ready = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	}, "b failed: broken", "open a open b close b end a close a")
}

func TestTheEndMayComeWhileStarting(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var d diary
	first := d.part("a")
	first.ready = func(ctx context.Context) error { cancel(); <-ctx.Done(); return ctx.Err() }
	if err := runParts(ctx, first, d.part("b")); err != nil {
		t.Fatal(err)
	}
	if want := "open a end a close a"; d.text() != want {
		t.Fatalf("%s; want %s", d.text(), want)
	}
}

func TestAHangingPartDoesNotKeepTheOthers(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	defer close(release)
	var d diary
	hanging := part{
		name: "b", within: 10 * time.Millisecond,
		run:   func(context.Context) error { <-release; return nil },
		ready: func(context.Context) error { cancel(); return nil },
	}
	err := runParts(ctx, d.part("a"), hanging)
	if err == nil || err.Error() != "stopping b: still running after 10ms" {
		t.Fatal(err)
	}
	if want := "open a end a close a"; d.text() != want {
		t.Fatalf("%s; want %s", d.text(), want)
	}
}
