package app

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// largeHeap is from how many bytes in use on the garbage is held at half of
	// them instead of as much again. Below, that would only collect more often.
	largeHeap = 64 << 20
	// defaultGC and tightGC are what GOGC means.
	defaultGC, tightGC = 100, 50
	// memoryEvery is how often the size of the heap is looked at.
	memoryEvery = time.Minute
)

// keepMemoryLow gives back to the system what reading the topic has left
// behind, which the Go runtime would do over minutes, and keeps the garbage of
// a large registry in bounds until ctx ends. A GOGC that somebody has set stays.
func keepMemoryLow(ctx context.Context) {
	debug.FreeOSMemory()
	set := defaultGC
	if own := debug.SetGCPercent(set); own != set {
		debug.SetGCPercent(own)
		<-ctx.Done()
		return
	}
	defer func() { debug.SetGCPercent(defaultGC) }() // A process of tests has several nodes.
	ticker := time.NewTicker(memoryEvery)
	defer ticker.Stop()
	for {
		if want := gcPercent(heapInUse()); want != set {
			debug.SetGCPercent(want)
			set = want
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// gcPercent is how much garbage there may be beside so many bytes in use.
func gcPercent(inUse uint64) int {
	if inUse >= largeHeap {
		return tightGC
	}
	return defaultGC
}

// heapInUse is what the last collection found in use.
func heapInUse() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
