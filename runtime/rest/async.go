package rest

import (
	"sync"
	"time"
)

// abandon is wait for those who do not want to: what fails is logged.
func (d *delivery) abandon(s *Service, topic string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settled = func(outcomes []Outcome) { s.failures.note(s, topic, outcomes) }
	if d.left == 0 {
		d.settled(d.outcomes)
	}
}

// failures are records that were not written and that nobody waited for.
type failures struct {
	mu      sync.Mutex
	records int
	logged  time.Time
}

// failuresEvery is how often they are logged at most.
const failuresEvery = 10 * time.Second

// note counts the failures among outcomes, and says so now or with the next
// ones.
func (f *failures) note(s *Service, topic string, outcomes []Outcome) {
	n, text := 0, ""
	for i := range outcomes {
		if failure := outcomes[i].Failure; failure != nil {
			n, text = n+1, failure.Text
		}
	}
	if n == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.records += n
	if now := s.clock(); f.logged.IsZero() || now.Sub(f.logged) >= failuresEvery {
		s.logger.Info("Records that nobody waits for were not written", "records", f.records, "topic", topic, "reason", text)
		f.records, f.logged = 0, now
	}
}
