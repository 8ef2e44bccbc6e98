package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the build.
var version = "0.1.0-dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "plastron: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, argv []string) error {
	root := newRoot()
	root.SetArgs(arguments(argv))
	return root.ExecuteContext(ctx)
}
