// Reliability keeps docs/reliability.md true: it runs the fault matrix and
// writes what each test has checked, and it removes the guards of the product
// one by one and writes which test has noticed.
//
//	go run ./hack/reliability -faults    # the table F × I, from a run of test/faults
//	go run ./hack/reliability -brokers   # the same of test/faults/brokers, on Apache Kafka
//	go run ./hack/reliability -mutants   # the table of removed guards (hack/mutants.sh)
//
// A failing fault or a guard that nobody misses is an error, and the document
// stays as it was.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
)

const document = "docs/reliability.md"

func main() {
	faults := flag.Bool("faults", false, "run the fault matrix and write its table")
	brokers := flag.Bool("brokers", false, "run the faults on Apache Kafka and write their table")
	mutate := flag.Bool("mutants", false, "remove guards one by one and write the table of who noticed")
	only := flag.String("only", "", "only mutants whose name contains this; writes no table")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var matrices []matrix
	if *faults {
		matrices = append(matrices, onKfake())
	}
	if *brokers {
		matrices = append(matrices, onKafka())
	}
	if err := run(ctx, matrices, *mutate, *only); err != nil {
		fmt.Fprintln(os.Stderr, "reliability:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, matrices []matrix, mutate bool, only string) error {
	for _, m := range matrices {
		table, err := m.table(ctx)
		if err != nil {
			return err
		}
		if err := rewrite(m.section, table); err != nil {
			return err
		}
	}
	if mutate {
		table, err := mutantTable(ctx, only)
		if err != nil || only != "" {
			return err
		}
		return rewrite("mutants", table)
	}
	return nil
}

// rewrite replaces what stands between the marks of a section of the document.
func rewrite(section, table string) error {
	raw, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	begin, end := "<!-- "+section+": generated -->\n", "<!-- "+section+": end -->"
	head, rest, ok := strings.Cut(string(raw), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("%s has no section %s", document, section)
	}
	return os.WriteFile(document, []byte(head+begin+"\n"+table+"\n"+end+tail), 0o644)
}
