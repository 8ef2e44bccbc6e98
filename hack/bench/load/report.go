package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

// result is one round of one target.
type result struct {
	Target string `json:"target"`
	Round  int    `json:"round"`
	traffic.Result
}

func reportJSON(out io.Writer, results []result) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(results)
}

func reportTable(out io.Writer, s settings, results []result) error {
	loop := "closed loop"
	if s.load.Rate > 0 {
		loop = fmt.Sprintf("open loop, %g requests/s", s.load.Rate)
	}
	fmt.Fprintf(out, "%s, %d schemas, %d connections, %s\n", s.workload, s.schemas, s.load.Connections, loop)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "target\tround\treq/s\tp50 ms\tp90 ms\tp99 ms\tmax ms\tfailed\t")
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%.2f\t%.2f\t%.2f\t%.1f\t%d\t\n", r.Target, r.Round, r.PerSecond(), r.P50, r.P90, r.P99, r.Max, r.Failed)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, r := range results {
		if r.Failed > 0 {
			fmt.Fprintf(out, "%s, round %d: %d failed, one of them with: %s\n", r.Target, r.Round, r.Failed, r.Reason)
		}
	}
	if len(s.targets) == 2 {
		fmt.Fprintf(out, "ratio A/B of the medians of req/s: %.2f\n", median(results, s.targets[0])/median(results, s.targets[1]))
	}
	return nil
}

func median(results []result, target string) float64 {
	var rates []float64
	for _, r := range results {
		if r.Target == target {
			rates = append(rates, r.PerSecond())
		}
	}
	return traffic.Median(rates)
}
