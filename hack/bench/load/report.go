package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

func summarize(latencies [][]time.Duration, failed int, took time.Duration) result {
	all := slices.Concat(latencies...)
	slices.Sort(all)
	at := func(share float64) float64 {
		if len(all) == 0 {
			return 0
		}
		return float64(all[min(len(all)-1, int(share*float64(len(all))))]) / float64(time.Millisecond)
	}
	return result{
		Requests: len(all), Failed: failed, Seconds: took.Seconds(),
		P50: at(0.5), P90: at(0.9), P99: at(0.99), Max: at(1),
	}
}

func reportJSON(out io.Writer, results []result) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(results)
}

func reportTable(out io.Writer, s settings, results []result) error {
	loop := "closed loop"
	if s.rate > 0 {
		loop = fmt.Sprintf("open loop, %g requests/s", s.rate)
	}
	fmt.Fprintf(out, "%s, %d schemas, %d connections, %s\n", s.workload, s.schemas, s.connections, loop)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "target\tround\treq/s\tp50 ms\tp90 ms\tp99 ms\tmax ms\tfailed\t")
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%.2f\t%.2f\t%.2f\t%.1f\t%d\t\n", r.Target, r.Round, r.perSecond(), r.P50, r.P90, r.P99, r.Max, r.Failed)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(s.targets) == 2 {
		fmt.Fprintf(out, "ratio A/B of req/s: %.2f\n", mean(results, s.targets[0])/mean(results, s.targets[1]))
	}
	return nil
}

func mean(results []result, target string) float64 {
	sum, n := 0.0, 0
	for _, r := range results {
		if r.Target == target {
			sum, n = sum+r.perSecond(), n+1
		}
	}
	return sum / float64(n)
}
