package httpserver

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// take is room.take of a claim that does not have to wait.
func take(t *testing.T, r *room, n, want int64) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // Whoever has to wait is refused.
	got, err := r.take(ctx, n)
	if got != want || (err == nil) != (want > 0) {
		t.Fatalf("%d of %d bytes: %d, %v; want %d", n, r.size, got, err, want)
	}
}

func TestRoomIsGivenUpToItsSize(t *testing.T) {
	t.Parallel()
	r := newRoom(100)
	take(t, r, 60, 60)
	take(t, r, 41, 0)
	take(t, r, 40, 40)
	take(t, r, 1, 0)
	r.give(100)
	// More than there is can be had alone.
	take(t, r, 1000, 100)
	take(t, r, 1, 0)
	r.give(100)
	take(t, r, 100, 100)
}

// enter lets a claim wait in the queue; the channel tells when it has its room.
func enter(t *testing.T, r *room, n int64) (granted <-chan struct{}, leave func()) {
	t.Helper()
	r.mu.Lock()
	before := len(r.waiting)
	r.mu.Unlock()
	ctx, cancel := context.WithCancel(t.Context())
	in, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		if _, err := r.take(ctx, n); err == nil {
			close(in)
		}
	}()
	for {
		r.mu.Lock()
		now := len(r.waiting)
		r.mu.Unlock()
		if now > before {
			break
		}
		runtime.Gosched()
	}
	return in, func() {
		cancel()
		<-ended
	}
}

func TestLargeClaimIsNotPassed(t *testing.T) {
	t.Parallel()
	r := newRoom(100)
	take(t, r, 50, 50)
	large, leave := enter(t, r, 80)
	defer leave()
	small, leaveSmall := enter(t, r, 10)
	defer leaveSmall()
	take(t, r, 10, 0) // There is room for it, but others came before.
	r.give(50)
	<-large
	<-small
}

func TestClaimThatIsGivenUpLetsOthersPass(t *testing.T) {
	t.Parallel()
	r := newRoom(100)
	take(t, r, 50, 50)
	_, leave := enter(t, r, 80)
	small, leaveSmall := enter(t, r, 10)
	defer leaveSmall()
	leave()
	<-small
	r.give(60)
	take(t, r, 100, 100)
}

// Claims come, wait, give up and are granted all at once: no byte is lost or
// given twice.
func TestRoomUnderLoad(t *testing.T) {
	t.Parallel()
	r := newRoom(1000)
	var used, most atomic.Int64
	var wg sync.WaitGroup
	for i := range int64(64) {
		wg.Go(func() {
			for turn := range int64(50) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(turn%7)*100*time.Microsecond)
				n, err := r.take(ctx, 1+(i*37+turn*11)%400)
				cancel()
				if err != nil {
					continue
				}
				now := used.Add(n)
				for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
				}
				runtime.Gosched()
				used.Add(-n)
				r.give(n)
			}
		})
	}
	wg.Wait()
	if most.Load() > r.size || r.free != r.size || len(r.waiting) != 0 {
		t.Errorf("at most %d of %d bytes in use, %d free at the end, %d waiting", most.Load(), r.size, r.free, len(r.waiting))
	}
}

// liveHeap is what a collection has just found in use. Unlike HeapAlloc it does
// not count what others have thrown away since.
func liveHeap() uint64 {
	runtime.GC()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return live[0].Value.Uint64()
}

// TestMemoryOfBodiesIsBounded sends many bodies of 4 MiB at once, with and
// without a length. It looks at the heap, so nothing may run beside it.
func TestMemoryOfBodiesIsBounded(t *testing.T) {
	const size, allowed, clients = 4 << 20, 4, 48
	var inside, most atomic.Int32
	var mu sync.Mutex // one look at the heap at a time
	var heap uint64
	full := make(chan struct{}) // closed when so many as are allowed are inside
	var once sync.Once
	handler := Chain{Memory: allowed * size}.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := ReadBody(r, size)
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		if now := inside.Add(1); now >= allowed {
			once.Do(func() { close(full) })
		}
		<-full
		mu.Lock()
		most.Store(max(most.Load(), inside.Load()))
		heap = max(heap, liveHeap())
		mu.Unlock()
		inside.Add(-1)
		if len(body) != size {
			http.Error(w, "short", http.StatusBadRequest)
		}
		runtime.KeepAlive(body)
	}))
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	t.Cleanup(server.Client().CloseIdleConnections)
	before := liveHeap()
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, io.LimitReader(zeros{}, size))
			if err != nil {
				t.Error(err)
				return
			}
			if i%2 == 0 {
				r.ContentLength = size
			}
			answer, err := server.Client().Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = answer.Body.Close() }()
			if answer.StatusCode != http.StatusOK {
				text, _ := io.ReadAll(answer.Body)
				t.Errorf("%d %s", answer.StatusCode, text)
			}
		})
	}
	wg.Wait()
	if most.Load() > allowed {
		t.Errorf("%d bodies of %d at once", most.Load(), allowed)
	}
	grown := int64(heap) - int64(before)
	t.Logf("%d bodies of 4 MiB: at most %d at once, %d MiB of heap", clients, most.Load(), grown>>20)
	// A body whose length nobody announced grows by doubling, and while it is
	// copied there are two of it. Without a bound it is 317 MiB.
	if limit := int64(5 * allowed * size); grown > limit {
		t.Errorf("the heap grew by %d MiB; want at most %d", grown>>20, limit>>20)
	}
}

// A request waits for room within its deadline; then its client is told to come
// back. Small bodies do not wait, and the room comes back in the end.
func TestNoRoomInTime(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 10<<10)
	entered, release := make(chan struct{}), make(chan struct{})
	handler := Chain{
		Memory: 16 << 10,
		Timeout: func(r *http.Request) time.Duration {
			if r.URL.Path == "/hurry" {
				return 20 * time.Millisecond
			}
			return 0
		},
	}.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := ReadBody(r, 64<<10)
		switch {
		case errors.Is(err, ErrBodyNoRoom):
			w.WriteHeader(http.StatusServiceUnavailable)
		case err != nil:
			w.WriteHeader(http.StatusTeapot)
		case r.URL.Path == "/hold":
			close(entered)
			<-release
		}
	}))
	ask := func(ctx context.Context, path, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(body)))
		return w
	}
	held := make(chan struct{})
	go func() {
		defer close(held)
		ask(t.Context(), "/hold", large)
	}()
	<-entered
	if w := ask(t.Context(), "/hurry", large); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" {
		t.Errorf("without room: %d %v", w.Code, w.Header())
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if w := ask(gone, "/", large); w.Code != http.StatusTeapot || w.Header().Get("Retry-After") != "" {
		t.Errorf("a client that has left: %d %v", w.Code, w.Header())
	}
	if w := ask(t.Context(), "/hurry", "small"); w.Code != http.StatusOK {
		t.Errorf("a small body: %d", w.Code)
	}
	close(release)
	<-held
	if w := ask(t.Context(), "/", large); w.Code != http.StatusOK {
		t.Errorf("with room again: %d", w.Code)
	}
}

// A panic gives the room back as well.
func TestPanicLeavesNoRoomTaken(t *testing.T) {
	t.Parallel()
	c := Chain{Memory: 16 << 10}.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := ReadBody(r, 64<<10); err != nil {
			t.Error(err)
		}
		panic("broken")
	})).(*chained)
	for range 5 {
		c.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", 10<<10))))
	}
	if c.room.free != c.room.size {
		t.Errorf("%d of %d bytes are free", c.room.free, c.room.size)
	}
}
