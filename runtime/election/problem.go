package election

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/plastron-dev/plastron/runtime/kafka"
)

// repeatAfter is how often the same trouble is logged.
const repeatAfter = time.Minute

// patience is how many attempts an error may take that passes by itself,
// before people are told.
const patience = 5

// problems logs what goes wrong once a minute per kind, however fast the loop
// turns: an operator must see a missing ACL, and must not drown in it.
type problems struct {
	log   logr.Logger
	clock func() time.Time

	mu   sync.Mutex
	last map[string]time.Time
}

func newProblems(log logr.Logger, clock func() time.Time) *problems {
	return &problems{log: log, clock: clock, last: map[string]time.Time{}}
}

// report logs err under a constant message unless that happened less than a
// minute ago.
func (p *problems) report(err error, message string, pairs ...any) {
	now := p.clock()
	p.mu.Lock()
	last, seen := p.last[message]
	due := !seen || now.Sub(last) >= repeatAfter
	if due {
		p.last[message] = now
	}
	p.mu.Unlock()
	if due {
		p.log.Error(err, message, pairs...)
	}
}

// cleared makes the next trouble be logged at once.
func (p *problems) cleared() {
	p.mu.Lock()
	clear(p.last)
	p.mu.Unlock()
}

// membershipLost logs why a generation could not be joined or ended, and
// returns the sentence for State.Problem. Ordinary ends, such as a rebalance,
// are no problem, and neither is a coordinator that is not there yet.
func (e *Election) membershipLost(err error, attempt int) string {
	if isRoutine(err) || kafka.Classify(err) == kafka.Retriable && attempt < patience {
		e.log.V(1).Info("Rejoining the election group", "group", e.cfg.GroupID, "reason", err.Error())
		return ""
	}
	detail := kafka.Explain(err)
	pairs := []any{"group", e.cfg.GroupID, "detail", detail}
	if kafka.Classify(err) == kafka.Authorization {
		if e.cfg.Principal != "" {
			pairs = append(pairs, "principal", e.cfg.Principal)
		}
		e.problems.report(err, "No access to the election group, grant Describe and Read on it", pairs...)
		return detail
	}
	e.problems.report(err, "Not a member of the election group", pairs...)
	return detail
}

// isRoutine reports whether err is an ordinary end of a generation.
func isRoutine(err error) bool {
	return errors.Is(err, kerr.RebalanceInProgress) || errors.Is(err, kerr.UnknownMemberID) ||
		errors.Is(err, kerr.IllegalGeneration) || errors.Is(err, kerr.NotCoordinator) ||
		errors.Is(err, kerr.CoordinatorLoadInProgress) || errors.Is(err, context.Canceled)
}

// pause is how long to wait before the next attempt: nothing after an
// ordinary end, else growing from 100 ms to 1 s, and 1 s at once if somebody
// has to repair a right or a setting first.
func pause(err error, attempt int) time.Duration {
	switch {
	case errors.Is(err, kerr.RebalanceInProgress), errors.Is(err, kerr.UnknownMemberID), errors.Is(err, kerr.IllegalGeneration):
		if attempt <= 1 {
			return 0
		}
	case err != nil && !kafka.Classify(err).Temporary():
		return time.Second
	}
	return min(time.Second, 100*time.Millisecond<<min(max(attempt-1, 0), 4))
}
