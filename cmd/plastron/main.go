package main

import (
	"context"
	"errors"
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
		if text := err.Error(); text != "" {
			fmt.Fprintln(os.Stderr, "plastron: "+text)
		}
		os.Exit(exitCode(err))
	}
}

func run(ctx context.Context, argv []string) error {
	root := newRoot()
	root.SetArgs(arguments(argv))
	return root.ExecuteContext(ctx)
}

// exitCode is 1 for every error that does not bring its own.
func exitCode(err error) int {
	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit.code
	}
	return 1
}
