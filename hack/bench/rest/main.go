package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/plastron-dev/plastron/hack/bench/measure"
	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "rest:", err)
		os.Exit(1)
	}
}

// bench is one run of all measurements.
type bench struct {
	*cluster
	measure.Figures
	// round is how long a load lasts, rounds how many there are; their median
	// counts.
	round  time.Duration
	rounds int
	// records is how many are consumed and streamed.
	records int
	// suffix makes the names of this run's groups its own.
	suffix string
}

const usage = "usage: rest [-quick] [-json FILE] [-brokers HOST:PORT,...] PLASTRON-BINARY, or rest [...] -brokers HOST:PORT,... -url http://HOST:PORT"

func run(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("rest", flag.ContinueOnError)
	quick := flags.Bool("quick", false, "one short round instead of five: a look, not a measurement")
	brokers := flags.String("brokers", "", "brokers of a real Kafka, separated by commas; empty for one of its own")
	url := flags.String("url", "", "a proxy that runs already, http://HOST:PORT, on those brokers")
	toJSON := flags.String("json", "", "file for the figures as JSON, - for the standard output instead of the table")
	if err := flags.Parse(args); err != nil {
		return err
	}
	remote := *url != ""
	if remote != (flags.NArg() == 0) || flags.NArg() > 1 || remote && *brokers == "" {
		return errors.New(usage)
	}
	b := &bench{round: 2 * time.Second, rounds: 5, records: 300_000, suffix: fmt.Sprint("-", traffic.Now().UnixNano())}
	if *quick {
		b.round, b.rounds, b.records = time.Second, 1, 50_000
	}
	parts := []func(context.Context) error{b.memory, b.produce, b.consume, b.stream}
	if remote {
		parts = parts[1:]
		b.cluster, err = reach(ctx, *url, *brokers)
	} else {
		b.cluster, err = startCluster(ctx, flags.Arg(0), *brokers)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.stop()) }()
	for _, part := range parts {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return b.Report(os.Stdout, *toJSON)
}
