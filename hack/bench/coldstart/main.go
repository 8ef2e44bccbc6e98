// Command coldstart measures how long "plastron dev" takes from the start of
// the process with an empty data directory until its registry says that it is
// ready and its proxy answers.
//
//	go run ./hack/bench/coldstart -n 11 bin/plastron
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/plastron-dev/plastron/runtime/testkit"
)

func main() {
	n := flag.Int("n", 11, "runs")
	flag.Parse()
	if err := run(*n, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(n int, binary string) error {
	var starts, stops []time.Duration
	for range n {
		start, stop, err := once(binary)
		if err != nil {
			return err
		}
		starts, stops = append(starts, start), append(stops, stop)
	}
	slices.Sort(starts)
	slices.Sort(stops)
	fmt.Printf("cold start to ready: median %v, least %v, most %v of %d runs; stop: median %v\n",
		round(starts[n/2]), round(starts[0]), round(starts[n-1]), n, round(stops[n/2]))
	return nil
}

func once(binary string) (start, stop time.Duration, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	data, err := os.MkdirTemp("", "plastron-bench-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(data)
	begin := time.Now()
	p, err := testkit.StartDev(ctx, binary, "--kafka-port", "0", "--registry-port", "0", "--rest-port", "0", "--data", data)
	if err != nil {
		return 0, 0, err
	}
	for _, url := range []string{p.Registry + "/_health?ready=true", p.REST + "/_health"} {
		if err := expectOK(ctx, url); err != nil {
			return 0, 0, err
		}
	}
	start = time.Since(begin)
	begin = time.Now()
	if err := p.Stop(); err != nil {
		return 0, 0, err
	}
	return start, time.Since(begin), nil
}

func expectOK(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s after the banner said ready", url, answer.Status)
	}
	return nil
}

func round(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
