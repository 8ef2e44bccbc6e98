package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

const megabyte = 1e6

// settled is how long a process is left alone before its memory is read.
const settled = 3 * time.Second

// withMany measures a registry with 100,000 schemas, and one with 100 beside it.
func (b *bench) withMany(ctx context.Context) error {
	var nodes []*node
	stop := func() (err error) {
		for _, n := range nodes {
			err = errors.Join(err, n.Stop())
		}
		return err
	}
	for _, schemas := range []int{b.many, 100} {
		broker, err := b.newBroker(ctx)
		if err != nil {
			return errors.Join(err, stop())
		}
		if err := seed(ctx, broker, schemas, ids, kilobyte); err != nil {
			return errors.Join(err, stop())
		}
		n, err := b.start(ctx, broker)
		if err != nil {
			return errors.Join(err, stop())
		}
		nodes = append(nodes, n)
	}
	many := fmt.Sprintf("%d schemas", b.many)
	b.AtMost("replay of "+many+" to ready", nodes[0].toReady.Seconds(), "s", 5, "from the start of the process")
	err := b.memory(ctx, nodes[0], b.many, "memory with "+many+" of 1 KB", 350)
	return errors.Join(err, b.growth(ctx, nodes), stop())
}

// memory reads every schema once and then what the process takes.
func (b *bench) memory(ctx context.Context, n *node, schemas int, name string, bar float64) error {
	load := traffic.Load{Connections: 10, Duration: 2 * time.Minute, Count: int64(schemas)}
	if _, err := (side{target: n.target, source: byID(n.target, schemas), load: load}).run(ctx); err != nil {
		return err
	}
	select { // What the replay has used is given back beside the first requests.
	case <-time.After(settled):
	case <-ctx.Done():
		return ctx.Err()
	}
	now, err := n.Memory("VmRSS")
	if err != nil {
		return err
	}
	most, err := n.Memory("VmHWM")
	if err != nil {
		return err
	}
	b.AtMost(name, now/megabyte, "MB", bar, fmt.Sprintf("RSS after each was read once; at most %.0f MB", most/megabyte))
	return nil
}

// growth compares single registrations where there are many schemas and where
// there are few.
func (b *bench) growth(ctx context.Context, nodes []*node) error {
	var sides []side
	for _, n := range nodes {
		if err := n.primary(ctx); err != nil {
			return err
		}
		load := traffic.Load{Connections: 1, Duration: b.round}
		sides = append(sides, side{target: n.target, source: registering(n.target, "one"), load: load})
	}
	got, err := b.compare(ctx, sides...)
	if err != nil {
		return err
	}
	many, few := traffic.Median(got[0].p50), traffic.Median(got[1].p50)
	b.AtMost(fmt.Sprintf("register, %d schemas present, of 100", b.many), many/few, "", 1.5, fmt.Sprintf("p50 %.2f and %.2f ms, one writer", many, few))
	return nil
}

// withDuplicates measures a registry with one large schema in many subjects.
func (b *bench) withDuplicates(ctx context.Context) error {
	subjects := b.many * 8 / 100
	broker, err := b.newBroker(ctx)
	if err != nil {
		return err
	}
	text := traffic.Avro("Large", 80<<10)
	if err := seed(ctx, broker, subjects, func(int) int { return 1 }, func(int) string { return text }); err != nil {
		return err
	}
	n, err := b.start(ctx, broker)
	if err != nil {
		return err
	}
	err = b.memory(ctx, n, 1, fmt.Sprintf("memory with %d subjects and one schema of 80 KB", subjects), 60)
	return errors.Join(err, n.Stop())
}
