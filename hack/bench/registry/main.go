package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

func main() {
	traffic.ServeBare()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "registry:", err)
		os.Exit(1)
	}
}

// bench is one run of all measurements.
type bench struct {
	binary string
	// rounds of each side of a comparison, and how long each takes.
	rounds int
	round  time.Duration
	// many is how many schemas are many.
	many    int
	figures []figure
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("registry", flag.ContinueOnError)
	quick := flags.Bool("quick", false, "two rounds of a second instead of five of three: a look, not a measurement")
	many := flags.Int("many", 100_000, "how many schemas are many; the bars are those of 100,000")
	toJSON := flags.String("json", "", "file for the figures as JSON, - for the standard output instead of the table")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 || *many < 1000 {
		return errors.New("usage: registry [-quick] [-many N (1000 or more)] [-json FILE] PLASTRON-BINARY")
	}
	b := &bench{binary: flags.Arg(0), rounds: 5, round: 3 * time.Second, many: *many}
	if *quick {
		b.rounds, b.round = 2, time.Second
	}
	began := traffic.Now()
	for _, part := range []func(context.Context) error{b.underLoad, b.withMany, b.withDuplicates} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	if err := report(os.Stdout, *toJSON, b.figures); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "measured in %s\n", traffic.Now().Sub(began).Round(time.Second))
	return nil
}
