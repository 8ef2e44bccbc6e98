//go:build !race

package rest

import (
	"fmt"
	"testing"
)

// Trap (c): kgo.ProduceSync makes a closure and a channel for each record and
// ends the linger. One delivery for all records of a request keeps what a
// record costs small; the embedded broker's share is in the bound.
func TestRecordOfARequestAllocatesLittle(t *testing.T) {
	f := newFixture(t)
	topic, err := f.Topic(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	cost := func(n int) float64 {
		r := ProduceRequest{Topic: topic, Format: JSON}
		for i := range n {
			r.Records = append(r.Records, ProduceRecord{Value: fmt.Append(nil, i), Partition: 0})
		}
		return testing.AllocsPerRun(50, func() {
			if p, err := f.Produce(t.Context(), r); err != nil || p.Outcomes[n-1].Failure != nil {
				t.Error(p, err)
			}
		})
	}
	const n = 1000
	if each := (cost(n) - cost(1)) / n; each > 4 {
		t.Errorf("%.1f allocations for each record", each)
	} else {
		t.Logf("%.1f allocations for each record", each)
	}
}
