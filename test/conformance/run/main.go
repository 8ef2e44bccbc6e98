// Command run runs the conformance scripts against a registry and a REST proxy
// that are running already:
//
//	go run ./test/conformance/run -registry http://127.0.0.1:8081 -rest http://127.0.0.1:8082
//
// Without -rest the steps for the proxy are skipped. Names carry a suffix that
// differs from run to run, so a shared registry may be used; the global level
// is changed for a moment by tour.test. The proxy's scripts need the topics of
// testkit.Topics.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/testkit"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	registry := flags.String("registry", os.Getenv("PLASTRON_CONFORMANCE_REGISTRY"), "base URL of the registry")
	follower := flags.String("follower", "", "base URL of another node of it")
	rest := flags.String("rest", os.Getenv("PLASTRON_CONFORMANCE_REST"), "base URL of the REST proxy")
	flavour := flags.String("flavour", "karapace", "whose behaviour to expect where products differ: karapace, confluent")
	dir := flags.String("scripts", "test/conformance", "directory of the scripts")
	only := flags.String("only", "*", "pattern for the names of scripts")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *registry == "" && *rest == "" {
		return fmt.Errorf("name what to test: -registry URL, -rest URL or both")
	}
	target := testkit.Target{
		Registry: strings.TrimRight(*registry, "/"), Follower: strings.TrimRight(*follower, "/"), REST: strings.TrimRight(*rest, "/"),
		Flavour: *flavour, Client: &http.Client{Timeout: time.Minute},
	}
	scripts, err := testkit.Load(*dir)
	if err != nil {
		return err
	}
	failed := 0
	for i, script := range scripts {
		if matched, err := path.Match(*only, strings.TrimSuffix(script.Name, ".test")); err != nil || !matched {
			continue
		}
		target.Unique = "r" + strconv.FormatInt(time.Now().UnixMilli(), 36) + strconv.Itoa(i)
		failed += runOne(ctx, script, target)
	}
	if failed > 0 {
		return fmt.Errorf("%d scripts failed", failed)
	}
	return nil
}

func runOne(ctx context.Context, script *testkit.Script, target testkit.Target) int {
	begin := time.Now()
	report, err := testkit.Run(ctx, script, target)
	for _, line := range report.Skipped {
		fmt.Println("  skipped", line)
	}
	if err != nil {
		fmt.Printf("FAIL %s after %d requests\n%v\n", script.Name, report.Requests, err)
		return 1
	}
	fmt.Printf("ok   %s: %d requests in %v\n", script.Name, report.Requests, time.Since(begin).Round(time.Millisecond))
	return 0
}
