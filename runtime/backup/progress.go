package backup

import (
	"time"

	"github.com/go-logr/logr"
)

// progressEvery is how often long work says how far it is.
const progressEvery = 5 * time.Second

// progress tells how far long work is, and nothing about short work.
type progress struct {
	logger  logr.Logger
	now     func() time.Time
	message string // constant
	total   int64  // in the unit of the done that step is called with
	began   time.Time
	said    time.Time
	records int64
}

func (s Settings) progress(message string, total int64) *progress {
	clock := s.now()
	now := clock()
	return &progress{logger: s.Logger, now: clock, message: message, total: total, began: now, said: now}
}

// step counts a record. done is how much of the total lies behind it.
func (p *progress) step(done int64) {
	p.records++
	// Asking for the time costs more than the rest.
	if p.records%1024 != 0 {
		return
	}
	now := p.now()
	if now.Sub(p.said) < progressEvery {
		return
	}
	p.said = now
	values := []any{"records", p.records, "done", done, "total", p.total}
	if done > 0 && p.total > done {
		left := time.Duration(float64(now.Sub(p.began)) * float64(p.total-done) / float64(done))
		values = append(values, "left", left.Round(time.Second).String())
	}
	p.logger.Info(p.message, values...)
}

func (p *progress) duration() string { return p.now().Sub(p.began).Round(time.Millisecond).String() }
