package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func main() {
	if address := os.Getenv(bareVariable); address != "" {
		fmt.Fprintln(os.Stderr, "load:", serveBare(address))
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	targets     []string
	workload    string
	connections int
	duration    time.Duration
	rate        float64
	schemas     int
	rounds      int
	json        bool
}

func parse(args []string) (settings, error) {
	var s settings
	var a, b string
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.StringVar(&a, "a", "http://127.0.0.1:8081", "first target: URL of a registry, or bare")
	flags.StringVar(&b, "b", "", "second target, compared with the first")
	flags.StringVar(&s.workload, "workload", "id", "what is asked: "+workloadNames())
	flags.IntVar(&s.connections, "connections", 50, "connections, each with one request at a time")
	flags.DurationVar(&s.duration, "duration", 5*time.Second, "of each round")
	flags.Float64Var(&s.rate, "rate", 0, "requests per second (open loop); 0 is as fast as answers come (closed loop)")
	flags.IntVar(&s.schemas, "schemas", 1000, "schemas to register first")
	flags.IntVar(&s.rounds, "rounds", 2, "rounds of each target")
	flags.BoolVar(&s.json, "json", false, "print JSON instead of a table")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if s.connections < 1 || s.schemas < 1 || s.rounds < 1 || s.duration <= 0 || s.rate < 0 {
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
	client := newClient(s.connections)
	defer client.CloseIdleConnections()
	loads := make([]workload, len(s.targets))
	for i, target := range s.targets {
		url := target
		if target == "bare" {
			var stop func()
			if url, stop, err = startBare(); err != nil {
				return err
			}
			defer stop()
		}
		if loads[i], err = prepare(ctx, client, url, target == "bare", s); err != nil {
			return fmt.Errorf("preparing %s: %w", target, err)
		}
	}
	var results []result
	for round := range s.rounds {
		for i, target := range s.targets {
			r := measure(ctx, client, loads[i], s)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r.Target, r.Round = target, round+1
			results = append(results, r)
		}
	}
	if s.json {
		return reportJSON(out, results)
	}
	return reportTable(out, s, results)
}

func newClient(connections int) *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections, MaxIdleConns: 0, DisableCompression: true,
	}}
}
