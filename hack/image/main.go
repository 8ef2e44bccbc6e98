package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// target is one image: the program it holds and the name it gets.
type target struct {
	program    string
	repository string
}

func targets() []target {
	return []target{
		{program: "plastron", repository: "ghcr.io/plastron-dev/plastron"},
		{program: "manager", repository: "ghcr.io/plastron-dev/manager"},
	}
}

func run(ctx context.Context, args []string, progress io.Writer) error {
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	out := flags.String("out", "dist", "folder that receives PROGRAM.tar")
	tag := flags.String("tag", "dev", "tag of both images, and the version that the binaries report")
	arch := flags.String("arch", "amd64", "target architecture")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return err
	}
	for _, t := range targets() {
		start := time.Now()
		binary := filepath.Join(*out, t.program)
		if err := compile(ctx, t.program, binary, *arch, *tag); err != nil {
			return err
		}
		archive := filepath.Join(*out, t.program+".tar")
		size, err := writeArchive(archive, t, binary, *arch, *tag)
		if err != nil {
			return fmt.Errorf("writing %s: %w", archive, err)
		}
		fmt.Fprintf(progress, "%s: %s:%s, %.1f MB, %.1f s\n", archive, t.repository, *tag, float64(size)/1e6, time.Since(start).Seconds())
	}
	return nil
}
