// Command produce measures the time of produce requests with a single JSON
// record, one after the other over one connection, to a "plastron dev" that it
// starts itself.
//
//	go run ./hack/bench/produce -n 5000 bin/plastron
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/testkit"
)

func main() {
	n := flag.Int("n", 5000, "requests")
	flag.Parse()
	if err := run(*n, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(n int, binary string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	p, err := testkit.StartDev(ctx, binary, "--kafka-port", "0", "--registry-port", "0", "--rest-port", "0", "--data", "", "--topic", "bench")
	if err != nil {
		return err
	}
	client := &http.Client{}
	const warmUp = 200
	var times []time.Duration
	for i := range n + warmUp {
		begin := time.Now()
		if err := produce(ctx, client, p.REST+"/topics/bench"); err != nil {
			return err
		}
		if i >= warmUp {
			times = append(times, time.Since(begin))
		}
	}
	slices.Sort(times)
	fmt.Printf("REST produce, one JSON record: p50 %v, p90 %v, p99 %v of %d requests\n",
		round(times[n/2]), round(times[n*9/10]), round(times[n*99/100]), n)
	return p.Stop()
}

func produce(ctx context.Context, client *http.Client, url string) error {
	body := `{"records":[{"value":{"name":"a record of about two hundred bytes","text":"` + strings.Repeat("x", 120) + `"}}]}`
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/vnd.kafka.json.v2+json")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s: %s", url, answer.Status, text)
	}
	return nil
}

func round(d time.Duration) time.Duration { return d.Round(time.Microsecond) }
