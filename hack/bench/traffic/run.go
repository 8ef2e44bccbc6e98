package traffic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Source appends the n-th request of a run to dst; n counts over all
// connections. It is called by many goroutines.
type Source func(dst []byte, n int64) []byte

// Load is how a target is put under load.
type Load struct {
	// Connections is how many requests are under way at most.
	Connections int
	// Duration is how long new requests are sent.
	Duration time.Duration
	// Rate is how many requests are due in a second, at fixed times whether or
	// not others were answered (open loop). At 0 a connection sends when its
	// last request was answered (closed loop).
	Rate float64
	// First is the number of the first request, and Count how many there are at
	// most, 0 for no bound.
	First, Count int64
}

// patience bounds a request, so that a server that hangs does not hang us.
const patience = 30 * time.Second

// Now is the clock of the benchmarks, which only measure.
func Now() time.Time { return time.Now() }

// Run sends requests on all connections. A request that is not answered 200
// counts as failed; latencies count from the time at which a request was due.
func Run(ctx context.Context, target *Target, source Source, load Load) Result {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	start := Now()
	r := &run{target: target, source: source, load: load, start: start, end: start.Add(load.Duration)}
	workers := make([]worker, load.Connections)
	var running sync.WaitGroup
	for i := range workers {
		running.Go(func() { workers[i].work(ctx, r) })
	}
	running.Wait()
	return summarize(workers, Now().Sub(start))
}

type run struct {
	target     *Target
	source     Source
	load       Load
	start, end time.Time
	next       atomic.Int64
}

// due waits for the next request's time; ok is false when there is none left.
func (r *run) due(ctx context.Context) (n int64, at time.Time, ok bool) {
	n = r.next.Add(1) - 1
	if r.load.Count > 0 && n >= r.load.Count {
		return 0, at, false
	}
	at = Now()
	if r.load.Rate > 0 {
		at = r.start.Add(time.Duration(float64(n) / r.load.Rate * float64(time.Second)))
	}
	if !at.Before(r.end) {
		return 0, at, false
	}
	pause(ctx, at)
	return n + r.load.First, at, ctx.Err() == nil
}

// pause waits until due.
func pause(ctx context.Context, due time.Time) {
	d := due.Sub(Now())
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// worker is one connection and what it saw.
type worker struct {
	conn      *Conn
	request   []byte
	latencies []time.Duration
	failed    int
	reason    error
}

func (w *worker) work(ctx context.Context, r *run) {
	defer w.hangUp()
	for {
		n, due, ok := r.due(ctx)
		if !ok {
			return
		}
		w.request = r.source(w.request[:0], n)
		if err := w.ask(ctx, r); err != nil {
			w.failed++
			w.reason = err
			w.hangUp()
		}
		w.latencies = append(w.latencies, Now().Sub(due))
	}
}

// ask sends the request, over a new connection if there is none.
func (w *worker) ask(ctx context.Context, r *run) error {
	if w.conn == nil {
		var err error
		if w.conn, err = r.target.Dial(ctx, r.end.Add(patience)); err != nil {
			return err
		}
	}
	status, err := w.conn.Do(w.request, nil)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d", status)
	}
	return err
}

func (w *worker) hangUp() {
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

// Ask sends one request over a connection of its own and returns the body of
// its answer. An answer that is not 200 is an error.
func Ask(ctx context.Context, target *Target, request []byte) ([]byte, error) {
	conn, err := target.Dial(ctx, Now().Add(patience))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	var body bytes.Buffer
	status, err := conn.Do(request, &body)
	if err == nil && status != http.StatusOK {
		err = errors.New(body.String())
	}
	if err != nil {
		return nil, fmt.Errorf("asking %s: status %d: %w", target.address, status, err)
	}
	return body.Bytes(), nil
}
