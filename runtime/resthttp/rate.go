package resthttp

import (
	"math"
	"net/http"
	"sync"
	"time"
)

// Rate bounds what clients produce, all of them together. Nil bounds nothing.
type Rate struct {
	clock func() time.Time

	mu             sync.Mutex
	records, bytes bucket
}

// bucket holds what may be used at once: one second's worth at most.
type bucket struct {
	perSecond, left float64 // perSecond is 0 for no bound
	at              time.Time
}

// NewRate bounds records and bytes of requests per second; 0 is no bound.
func NewRate(records, bytes int, clock func() time.Time) *Rate {
	if records <= 0 && bytes <= 0 {
		return nil
	}
	if clock == nil {
		clock = time.Now
	}
	now := clock()
	return &Rate{
		clock:   clock,
		records: bucket{perSecond: float64(records), left: float64(records), at: now},
		bytes:   bucket{perSecond: float64(bytes), left: float64(bytes), at: now},
	}
}

// take reports whether so much may be produced now, and notes it. What is
// larger than a second's worth may be when the second before was unused.
func (r *Rate) take(records, bytes int) bool {
	if r == nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock()
	r.records.refill(now)
	r.bytes.refill(now)
	if !r.records.has() || !r.bytes.has() {
		return false
	}
	r.records.left -= float64(records)
	r.bytes.left -= float64(bytes)
	return true
}

func (b *bucket) refill(now time.Time) {
	if b.perSecond > 0 {
		b.left = min(b.perSecond, b.left+b.perSecond*now.Sub(b.at).Seconds())
		b.at = now
	}
}

// has reports whether anything is left; what was taken beyond it has to be
// waited for.
func (b *bucket) has() bool { return b.perSecond <= 0 || b.left >= 1 }

// wait is how long until there is something again.
func (b *bucket) wait() float64 {
	if b.has() {
		return 0
	}
	return (1 - b.left) / b.perSecond
}

// seconds is when a client that was refused may come again, at least 1.
func (r *Rate) seconds() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int(math.Ceil(max(r.records.wait(), r.bytes.wait(), 1)))
}

// tooFast is the refusal of what goes beyond the rate.
func (a *api) tooFast() *wireError {
	e := wrong(http.StatusTooManyRequests, http.StatusTooManyRequests,
		"Request rate limit exceeded: The rate limit of requests per second has been exceeded.")
	e.retryAfter = a.Rate.seconds()
	return e
}
