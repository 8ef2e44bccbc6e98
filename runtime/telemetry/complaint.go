package telemetry

import (
	"sync"

	"github.com/go-logr/logr"
)

// complaint says that something does not work when that begins, and that it
// works again when that ends. Telemetry must not fill the log of a process
// whose receiver is away.
type complaint struct {
	log  logr.Logger
	text string // text is constant

	mu  sync.Mutex
	bad bool
}

func newComplaint(log logr.Logger, text string) *complaint { return &complaint{log: log, text: text} }

// result notes how an attempt ended.
func (c *complaint) result(err error) {
	c.mu.Lock()
	was := c.bad
	c.bad = err != nil
	c.mu.Unlock()
	switch {
	case err != nil && !was:
		c.log.Info(c.text, "cause", hideUserInfo(err.Error()))
	case err == nil && was:
		c.log.Info("Telemetry is sent again", "detail", c.text)
	}
}
