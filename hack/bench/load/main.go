package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

func main() {
	traffic.ServeBare()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	targets  []string
	workload string
	load     traffic.Load
	schemas  int
	rounds   int
	json     bool
}

func parse(args []string) (settings, error) {
	var s settings
	var a, b string
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.StringVar(&a, "a", "http://127.0.0.1:8081", "first target: URL of a registry, or bare")
	flags.StringVar(&b, "b", "", "second target, compared with the first")
	flags.StringVar(&s.workload, "workload", "id", "what is asked: "+workloadNames())
	flags.IntVar(&s.load.Connections, "connections", 50, "connections, each with one request at a time")
	flags.DurationVar(&s.load.Duration, "duration", 5*time.Second, "of each round")
	flags.Float64Var(&s.load.Rate, "rate", 0, "requests per second (open loop); 0 is as fast as answers come (closed loop)")
	flags.IntVar(&s.schemas, "schemas", 1000, "schemas to register first")
	flags.IntVar(&s.rounds, "rounds", 2, "rounds of each target")
	flags.BoolVar(&s.json, "json", false, "print JSON instead of a table")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if s.load.Connections < 1 || s.schemas < 1 || s.rounds < 1 || s.load.Duration <= 0 || s.load.Rate < 0 {
		return s, errors.New("-connections, -schemas, -rounds and -duration must be positive, -rate must not be negative")
	}
	s.targets = []string{a}
	if b != "" {
		s.targets = append(s.targets, b)
	}
	return s, nil
}

func run(ctx context.Context, args []string, out io.Writer) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	loads := make([]load, len(s.targets))
	for i, target := range s.targets {
		url := target
		if target == "bare" {
			var stop func()
			if url, stop, err = traffic.StartBare(); err != nil {
				return err
			}
			defer stop()
		}
		if loads[i].target, err = traffic.ParseTarget(url); err != nil {
			return err
		}
		if loads[i].source, err = prepare(ctx, loads[i].target, target == "bare", s); err != nil {
			return fmt.Errorf("preparing %s: %w", target, err)
		}
	}
	var results []result
	for round := range s.rounds {
		for i, target := range s.targets {
			r := traffic.Run(ctx, loads[i].target, loads[i].source, s.load)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			results = append(results, result{target, round + 1, r})
		}
		s.load.First += 1 << 32 // What a round has registered is not new in the next.
	}
	if s.json {
		return reportJSON(out, results)
	}
	return reportTable(out, s, results)
}

// load is what is sent where.
type load struct {
	target *traffic.Target
	source traffic.Source
}
