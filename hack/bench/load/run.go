package main

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// now is the clock of the whole program, which only measures.
func now() time.Time { return time.Now() }

// result is one round of one target.
type result struct {
	Target   string  `json:"target"`
	Round    int     `json:"round"`
	Requests int     `json:"requests"`
	Failed   int     `json:"failed"`
	Seconds  float64 `json:"seconds"`
	// Latencies in milliseconds.
	P50 float64 `json:"p50_ms"`
	P90 float64 `json:"p90_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
}

func (r result) perSecond() float64 { return float64(r.Requests) / r.Seconds }

// measure runs the workload on all connections for the duration.
func measure(ctx context.Context, client *http.Client, load workload, s settings) result {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	start := now()
	end := start.Add(s.duration)
	var next, failed atomic.Int64
	latencies := make([][]time.Duration, s.connections)
	var workers sync.WaitGroup
	for w := range s.connections {
		workers.Go(func() {
			for ctx.Err() == nil {
				n := next.Add(1) - 1
				due := now()
				if s.rate > 0 {
					due = start.Add(time.Duration(float64(n) / s.rate * float64(time.Second)))
					pause(ctx, due)
				}
				if !due.Before(end) || ctx.Err() != nil {
					return
				}
				if !ask(ctx, client, load, n) {
					failed.Add(1)
				}
				latencies[w] = append(latencies[w], now().Sub(due))
			}
		})
	}
	workers.Wait()
	return summarize(latencies, int(failed.Load()), now().Sub(start))
}

// pause waits until due.
func pause(ctx context.Context, due time.Time) {
	d := due.Sub(now())
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

// ask sends one request and reads its answer whole, so that the connection can
// be used again. It reports success.
func ask(ctx context.Context, client *http.Client, load workload, n int64) bool {
	req, err := load(ctx, n)
	if err != nil {
		return false
	}
	res, err := client.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err == nil && res.StatusCode == http.StatusOK
}
