package migration

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"sync"
	"time"

	"github.com/plastron-dev/plastron/test/migration/peer"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// write is a registration that was acknowledged.
type write struct {
	subject, text string
	id            int
}

// load are clients that register new schemas through all hosts in turn, and
// the same one again until they are answered.
type load struct {
	f      *fleet
	end    context.CancelFunc
	group  sync.WaitGroup
	client *http.Client

	mu      sync.Mutex
	done    []write
	longest time.Duration // the longest that a client had to wait for an answer
}

func (f *fleet) startLoad(clients int) *load {
	ctx, end := context.WithCancel(f.ctx)
	l := &load{f: f, end: end, client: &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}}
	for i := range clients {
		l.group.Go(func() { l.run(ctx, i) })
	}
	f.t.Cleanup(l.stop)
	return l
}

// stop ends the clients after the write that they are at.
func (l *load) stop() {
	l.end()
	l.group.Wait()
	l.client.CloseIdleConnections()
}

func (l *load) run(ctx context.Context, client int) {
	pace := time.NewTicker(100 * time.Millisecond)
	defer pace.Stop()
	for i := 0; ctx.Err() == nil; i++ {
		w := write{subject: fmt.Sprintf("load-%d", client), text: l.f.text(fmt.Sprintf("f%d", i))}
		began := time.Now()
		for try := 0; w.id == 0; try++ {
			host := l.f.hosts[fmt.Sprintf("node-%d", (client+i+try)%3+1)]
			w.id = l.register(host, w)
			<-pace.C
			if time.Since(began) > 30*time.Second {
				l.f.t.Errorf("nobody took %+v for %s", w, time.Since(began))
				return
			}
		}
		l.mu.Lock()
		l.done, l.longest = append(l.done, w), max(l.longest, time.Since(began))
		l.mu.Unlock()
	}
}

// text is a schema that is compatible with all others of its kind, as the
// product stores it.
func (f *fleet) text(field string) string {
	if f.product == peer.Confluent {
		return `{"type":"record","name":"R","fields":[{"name":"` + field + `","type":["null","int"],"default":null}]}`
	}
	return `{"fields":[{"default":null,"name":"` + field + `","type":["null","int"]}],"name":"R","type":"record"}`
}

// register returns the id, or 0.
func (l *load) register(h *host, w write) int {
	body, err := json.Marshal(map[string]string{"schema": w.text})
	if err != nil {
		return 0
	}
	resp, err := l.client.Post(h.front.URL+"/subjects/"+w.subject+"/versions", "application/vnd.schemaregistry.v1+json", bytes.NewReader(body))
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	var answer struct {
		ID int `json:"id"`
	}
	if resp.StatusCode != http.StatusOK || json.NewDecoder(resp.Body).Decode(&answer) != nil {
		return 0
	}
	return answer.ID
}

// check compares what was acknowledged with what the topic holds: every write
// is there once, under its id, and no id stands for two schemas.
func (l *load) check() {
	l.stop()
	t := l.f.t
	t.Helper()
	type stored struct {
		Subject string `json:"subject"`
		Version int    `json:"version"`
		ID      int    `json:"id"`
		Schema  string `json:"schema"`
	}
	texts, found := map[int]string{}, map[[2]string][]stored{}
	for _, r := range l.f.records() {
		var v stored
		if json.Unmarshal(r.Value, &v) != nil || v.Schema == "" {
			continue
		}
		if old, known := texts[v.ID]; known && old != v.Schema {
			t.Errorf("id %d is %s and, at offset %d, %s", v.ID, old, r.Offset, v.Schema)
		}
		texts[v.ID] = v.Schema
		of := [2]string{v.Subject, v.Schema}
		found[of] = append(found[of], v)
	}
	for _, w := range l.done {
		if list := found[[2]string{w.subject, w.text}]; len(list) != 1 || list[0].ID != w.id {
			t.Errorf("acknowledged %+v; in the topic %+v", w, list)
		}
	}
	if len(l.done) < 20 {
		t.Errorf("only %d writes", len(l.done))
	}
	t.Logf("%d writes, the longest took %s", len(l.done), l.longest)
}
