package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// stopFile is how `client stop` tells the writer of the same pod.
const stopFile = "/tmp/stop"

// period is the time between two writes.
const period = 50 * time.Millisecond

// report is what the writer prints at its end, as one line of JSON.
type report struct {
	Writes        int    `json:"writes"`
	Retried       int    `json:"retried"`
	Given         int    `json:"given_up"`
	LongestMillis int64  `json:"longest_ms"`
	Lost          int    `json:"lost"`
	SameID        int    `json:"same_id"`
	FailedReads   int    `json:"failed_reads"`
	Reads         int    `json:"reads"`
	Last          string `json:"last_failure"`
}

// writer registers and remembers what it was told.
type writer struct {
	registry string

	mu  sync.Mutex
	ids map[int]string // texts by id
	r   report
}

// write starts a registration every 50 ms, each of a subject of its own and
// each tried again until it is acknowledged, and a read at the same pace. When
// told to stop it reads every schema back.
func write(ctx context.Context, registry string) error {
	w := &writer{registry: registry, ids: map[int]string{}}
	if _, err := register(ctx, registry, "e2e-roll-read", `"string"`); err != nil {
		return err
	}
	fmt.Println("writing")
	var all sync.WaitGroup
	tick := time.NewTicker(period)
	defer tick.Stop()
	for n := 0; ; n++ {
		if _, err := os.Stat(stopFile); err == nil || ctx.Err() != nil {
			break
		}
		all.Go(func() { w.one(ctx, n) })
		all.Go(func() { w.read(ctx) })
		<-tick.C
	}
	all.Wait()
	w.verify(ctx)
	line, err := json.Marshal(w.r)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	return nil
}

func textOf(n int) string { return fmt.Sprintf(`{"type":"record","name":"Roll%d","fields":[]}`, n) }

func (w *writer) one(ctx context.Context, n int) {
	start := time.Now()
	subject, text := fmt.Sprintf("e2e-roll-%d", n), textOf(n)
	failures := 0
	for time.Since(start) < 2*time.Minute && ctx.Err() == nil {
		id, err := register(ctx, w.registry, subject, text)
		w.mu.Lock()
		if err == nil {
			if w.ids[id] != "" {
				w.r.SameID++
			}
			w.ids[id] = text
			w.r.Writes++
			w.r.Retried += min(failures, 1)
			w.r.LongestMillis = max(w.r.LongestMillis, time.Since(start).Milliseconds())
			w.mu.Unlock()
			return
		}
		w.r.Last = err.Error()
		w.mu.Unlock()
		failures++
		time.Sleep(period)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.r.Given++
}

// read is tried once more, like a write: the node's proxy may still send a
// connection to a pod that has ended.
func (w *writer) read(ctx context.Context) {
	once := func() error {
		return call(ctx, http.MethodGet, w.registry+"/subjects/e2e-roll-read/versions/1", registryJSON, "", nil)
	}
	err := once()
	if err != nil {
		time.Sleep(period)
		err = once()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.r.Reads++
	if err != nil {
		w.r.FailedReads++
		w.r.Last = err.Error()
	}
}

// verify reads each acknowledged id back.
func (w *writer) verify(ctx context.Context) {
	for id, text := range w.ids {
		var out struct {
			Schema string `json:"schema"`
		}
		err := call(ctx, http.MethodGet, fmt.Sprintf("%s/schemas/ids/%d", w.registry, id), registryJSON, "", &out)
		if err != nil || !strings.Contains(out.Schema, nameIn(text)) {
			w.r.Lost++
			w.r.Last = fmt.Sprintf("id %d: %q %v", id, out.Schema, err)
		}
	}
}

// nameIn is the part of a text that every form of it has.
func nameIn(text string) string {
	_, rest, _ := strings.Cut(text, `"name":`)
	name, _, _ := strings.Cut(rest, ",")
	return name
}
