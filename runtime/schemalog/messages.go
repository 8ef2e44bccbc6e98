package schemalog

import (
	"sync"
	"time"

	"github.com/go-logr/logr"

	"github.com/plastron-dev/plastron/runtime/record"
)

// problemLog writes about records that were not applied: about the first of
// each reason where everybody reads it, about all where debuggers do. A topic
// can hold thousands.
type problemLog struct {
	logger logr.Logger
	seen   map[record.Reason]bool
}

func (p *problemLog) report(problems []record.Problem) {
	for _, x := range problems {
		level := 1
		if !p.seen[x.Reason] {
			if p.seen == nil {
				p.seen = make(map[record.Reason]bool)
			}
			p.seen[x.Reason] = true
			level = 0
		}
		p.logger.V(level).Info("A record of the schemas topic is out of order, further ones like it are only counted",
			"offset", x.Offset, "reason", string(x.Reason), "applied", x.Applied, "detail", x.Err.Error())
	}
}

// retryEvery is how often a fault that stays the same is written about.
const retryEvery = time.Minute

// retryLog writes about faults that are retried: when they begin, once a
// minute while they last, and when they end.
type retryLog struct {
	logger logr.Logger
	now    func() time.Time

	mu    sync.Mutex
	text  string
	since time.Time
}

func (r *retryLog) failed(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if text := err.Error(); text != r.text || now.Sub(r.since) >= retryEvery {
		r.text, r.since = text, now
		r.logger.Error(err, "The schemas topic cannot be used, retrying")
	}
}

func (r *retryLog) worked() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.text != "" {
		r.text = ""
		r.logger.Info("The schemas topic can be used again")
	}
}
