package app

import (
	"context"
	"runtime"
	"runtime/debug"
	"testing"
)

// It is alone in the process while it runs: the setting is the process's.
func TestGarbageOfALargeHeapIsHeldLow(t *testing.T) {
	percent := func() int {
		p := debug.SetGCPercent(defaultGC)
		debug.SetGCPercent(p)
		return p
	}
	before := debug.SetGCPercent(defaultGC)
	defer debug.SetGCPercent(before)
	large := make([]byte, 2*largeHeap)
	runtime.GC()
	if heapInUse() < largeHeap || gcPercent(heapInUse()) != tightGC || gcPercent(largeHeap/2) != defaultGC {
		t.Errorf("%d bytes in use", heapInUse())
	}
	runtime.KeepAlive(large)
	debug.SetGCPercent(70)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	keepMemoryLow(ctx)
	if percent() != 70 {
		t.Errorf("a percentage that was set became %d", percent())
	}
	debug.SetGCPercent(defaultGC)
	keepMemoryLow(ctx)
	if percent() != defaultGC {
		t.Errorf("the default became %d", percent())
	}
}
