package traffic

import (
	"slices"
	"time"
)

// Result is what a run saw.
type Result struct {
	Requests int     `json:"requests"`
	Failed   int     `json:"failed"`
	Seconds  float64 `json:"seconds"`
	// Latencies in milliseconds.
	P50 float64 `json:"p50_ms"`
	P90 float64 `json:"p90_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
	// Reason is why one of the failed requests failed.
	Reason string `json:"reason,omitempty"`
}

// PerSecond is how many requests were answered 200 in a second.
func (r Result) PerSecond() float64 { return float64(r.Requests-r.Failed) / r.Seconds }

func summarize(workers []worker, took time.Duration) Result {
	var all []time.Duration
	r := Result{Seconds: took.Seconds()}
	for i := range workers {
		all = append(all, workers[i].latencies...)
		r.Failed += workers[i].failed
		if err := workers[i].reason; err != nil {
			r.Reason = err.Error()
		}
	}
	slices.Sort(all)
	at := func(share float64) float64 {
		if len(all) == 0 {
			return 0
		}
		return float64(all[min(len(all)-1, int(share*float64(len(all))))]) / float64(time.Millisecond)
	}
	r.Requests, r.P50, r.P90, r.P99, r.Max = len(all), at(0.5), at(0.9), at(0.99), at(1)
	return r
}

// Median is the middle one of the figures, the mean of the middle two of an
// even number; 0 for none.
func Median(figures []float64) float64 {
	n := len(figures)
	if n == 0 {
		return 0
	}
	figures = slices.Sorted(slices.Values(figures))
	return (figures[(n-1)/2] + figures[n/2]) / 2
}
