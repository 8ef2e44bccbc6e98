package session

import (
	"math/rand/v2"
	"time"
)

// Jitter returns d, up to a fifth longer or shorter, so that what was asked for
// at one moment does not come back at one moment.
func Jitter(d time.Duration) time.Duration { return d - d/5 + rand.N(2*d/5+1) }
