package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-logr/logr"
)

// part is a piece of a process that starts after the parts before it and stops
// before them. Every function may be nil.
type part struct {
	name string
	// open makes the part usable for the parts after it, quickly.
	open func(ctx context.Context) error
	// run works until its context ends. Its end before that ends the process.
	run func(ctx context.Context) error
	// ready returns when the parts after this one may start.
	ready func(ctx context.Context) error
	// close frees what open took, after run has ended.
	close func(ctx context.Context) error
	// within bounds the end: of run after its context ended, and of close.
	within time.Duration
}

// running is a part between its start and its end.
type running struct {
	part
	cancel context.CancelFunc
	ended  chan struct{} // closed when run has returned
	err    error         // of run, once ended is closed
}

// lifecycle starts parts in order, waits, and stops them in reverse.
type lifecycle struct {
	log   logr.Logger
	clock func() time.Time
	// stopping is called before the first part is stopped; nil for nobody.
	stopping func()
}

// run starts the parts and returns when ctx has ended or a part has failed,
// after all started parts were stopped. The end of ctx is no error.
//
// Parts get contexts that do not end with ctx: they end one after the other,
// in reverse order, each having been waited for.
func (l lifecycle) run(ctx context.Context, parts []part) error {
	var started []*running
	failed := make(chan *running, len(parts))
	var err error
	for _, p := range parts {
		var r *running
		if r, err = l.start(ctx, p, failed); r != nil {
			started = append(started, r)
		}
		if err != nil {
			break
		}
	}
	if err == nil {
		select {
		case <-ctx.Done():
		case r := <-failed:
			err = r.failure()
		}
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil // The end was asked for while something was still starting.
	}
	if l.stopping != nil {
		l.stopping()
	}
	for i := len(started) - 1; i >= 0; i-- {
		err = errors.Join(err, l.stop(context.WithoutCancel(ctx), started[i]))
	}
	return err
}

// start opens the part, runs it, and waits until it is ready, the process is
// to end or any part has failed. The result is nil when there is nothing to
// stop.
func (l lifecycle) start(ctx context.Context, p part, failed chan *running) (*running, error) {
	begin := l.clock()
	if p.open != nil {
		if err := p.open(ctx); err != nil {
			return nil, fmt.Errorf("starting %s: %w", p.name, err)
		}
	}
	runCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &running{part: p, cancel: cancel, ended: make(chan struct{})}
	if p.run == nil {
		close(r.ended)
	} else {
		go func() {
			defer close(r.ended)
			r.err = p.run(runCtx)
			if runCtx.Err() == nil {
				failed <- r
			}
		}()
	}
	if p.ready != nil {
		if err := l.await(ctx, p, failed); err != nil {
			return r, err
		}
	}
	l.log.V(1).Info("Started", "step", p.name, "duration", l.clock().Sub(begin).String())
	return r, nil
}

// await waits for readiness, and gives up when any part fails.
func (l lifecycle) await(ctx context.Context, p part, failed chan *running) error {
	waitCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- p.ready(waitCtx) }()
	select {
	case err := <-result:
		if err != nil {
			return fmt.Errorf("waiting for %s: %w", p.name, err)
		}
		return nil
	case r := <-failed:
		cancel()
		<-result
		return r.failure()
	}
}

// failure is why a part ended by itself.
func (r *running) failure() error {
	<-r.ended
	if r.err == nil {
		return fmt.Errorf("%s ended without being asked to", r.name)
	}
	return fmt.Errorf("%s failed: %w", r.name, r.err)
}

// stop ends one part within its time. A part that does not end in time is left
// behind, with an error, so that one hanging part does not keep the others
// from ending well.
func (l lifecycle) stop(ctx context.Context, r *running) error {
	begin := l.clock()
	within := r.within
	if within == 0 {
		within = 5 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	alreadyFailed := r.hasEnded()
	r.cancel()
	select {
	case <-r.ended:
	case <-ctx.Done():
		return fmt.Errorf("stopping %s: still running after %v", r.name, within)
	}
	var err error
	if r.err != nil && !alreadyFailed && !errors.Is(r.err, context.Canceled) {
		err = fmt.Errorf("stopping %s: %w", r.name, r.err)
	}
	if r.close != nil {
		if closeErr := r.close(ctx); closeErr != nil {
			err = errors.Join(err, fmt.Errorf("closing %s: %w", r.name, closeErr))
		}
	}
	l.log.V(1).Info("Stopped", "step", r.name, "duration", l.clock().Sub(begin).String())
	return err
}

func (r *running) hasEnded() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}
