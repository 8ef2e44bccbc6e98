package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/plastron-dev/plastron/hack/bench/measure"
)

func main() {
	ctrl.SetLogger(logr.Discard())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "operator:", err)
		os.Exit(1)
	}
}

// bench is one run of all measurements.
type bench struct {
	subjects int
	bytes    int
	// plastron and manager are the binaries.
	plastron, manager string
	measure.Figures

	*cluster
}

func run(ctx context.Context, args []string) error {
	b := &bench{}
	flags := flag.NewFlagSet("operator", flag.ContinueOnError)
	flags.IntVar(&b.subjects, "subjects", 10_000, "how many Subjects; the bars are those of 10,000")
	flags.IntVar(&b.bytes, "bytes", 4096, "length of each schema")
	toJSON := flags.String("json", "", "file for the figures as JSON, - for the standard output instead of the table")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 2 || b.subjects < 50 {
		return errors.New("usage: operator [-subjects N (50 or more)] [-bytes N] [-json FILE] PLASTRON-BINARY MANAGER-BINARY")
	}
	b.plastron, b.manager = flags.Arg(0), flags.Arg(1)
	var err error
	if b.cluster, err = b.startCluster(ctx); err != nil {
		return err
	}
	err = b.measure(ctx)
	return errors.Join(err, b.stop(), b.Report(os.Stdout, *toJSON))
}
