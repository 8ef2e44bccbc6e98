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
	brokers []*broker // those that run
	measure.Figures
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("registry", flag.ContinueOnError)
	quick := flags.Bool("quick", false, "two rounds of a second instead of five of three: a look, not a measurement")
	many := flags.Int("many", 100_000, "how many schemas are many; the bars are those of 100,000")
	only := flags.String("only", "", "one part instead of all: load (throughput and latencies), many (100,000 schemas), duplicates (8,000 subjects, one schema)")
	toJSON := flags.String("json", "", "file for the figures as JSON, - for the standard output instead of the table")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 || *many < 1000 {
		return errors.New("usage: registry [-quick] [-many N (1000 or more)] [-only PART] [-json FILE] PLASTRON-BINARY")
	}
	b := &bench{binary: flags.Arg(0), rounds: 5, round: 3 * time.Second, many: *many}
	if *quick {
		b.rounds, b.round = 2, time.Second
	}
	began := traffic.Now()
	for _, part := range b.parts() {
		if *only != "" && *only != part.name {
			continue
		}
		err := part.measure(ctx)
		if err = errors.Join(err, b.stopBrokers()); err != nil {
			return err
		}
	}
	if len(b.All) == 0 {
		return fmt.Errorf("-only %s: there is no such part", *only)
	}
	if err := b.Report(os.Stdout, *toJSON); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "measured in %s\n", traffic.Now().Sub(began).Round(time.Second))
	return nil
}

// part is a group of figures that share a registry.
type part struct {
	name    string
	measure func(context.Context) error
}

func (b *bench) parts() []part {
	return []part{{"load", b.underLoad}, {"many", b.withMany}, {"duplicates", b.withDuplicates}}
}
