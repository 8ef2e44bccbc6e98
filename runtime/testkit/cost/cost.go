package cost

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// The promise.
const (
	CPU   = 200 * time.Millisecond
	Bytes = 64 << 20
)

// Spent is what some work took.
type Spent struct {
	CPU   time.Duration
	Bytes uint64
}

// Of runs work once and returns what it took.
func Of(work func()) Spent {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := processor()
	work()
	took := processor() - start
	runtime.ReadMemStats(&after)
	return Spent{CPU: took, Bytes: after.TotalAlloc - before.TotalAlloc}
}

// attempts is how often work is run before its time counts as too long: what
// else the machine does can only add to it.
const attempts = 4

// Within fails the test when work takes more than the promise, each time that
// it is tried. It returns what the cheapest run took.
func Within(t testing.TB, name string, work func()) Spent {
	t.Helper()
	fits := func(s Spent) bool { return s.CPU <= CPU && s.Bytes <= Bytes }
	least := Of(work)
	for i := 1; i < attempts && !fits(least); i++ {
		runtime.GC() // of what came before
		again := Of(work)
		least.CPU, least.Bytes = min(least.CPU, again.CPU), min(least.Bytes, again.Bytes)
	}
	if !fits(least) {
		t.Errorf("%s: takes %v and %d MiB, allowed are %v and %d MiB", name, least.CPU, least.Bytes>>20, CPU, Bytes>>20)
	}
	return least
}

// processor is the time that the process has used so far.
func processor() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0 // does not happen for the own process
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
