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
}

func run(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("rest", flag.ContinueOnError)
	quick := flags.Bool("quick", false, "one short round instead of five: a look, not a measurement")
	toJSON := flags.String("json", "", "file for the figures as JSON, - for the standard output instead of the table")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("usage: rest [-quick] [-json FILE] PLASTRON-BINARY")
	}
	b := &bench{round: 2 * time.Second, rounds: 5, records: 300_000}
	if *quick {
		b.round, b.rounds, b.records = time.Second, 1, 50_000
	}
	if b.cluster, err = startCluster(ctx, flags.Arg(0)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.stop()) }()
	for _, part := range []func(context.Context) error{b.memory, b.produce, b.consume, b.stream} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return b.Report(os.Stdout, *toJSON)
}
