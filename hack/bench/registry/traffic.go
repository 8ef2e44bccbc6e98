package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

// few is how many schemas the registry has that is asked.
const few = 1000

// byID asks for the schemas 1 to n, one after the other.
func byID(target *traffic.Target, n int) traffic.Source {
	requests := make([][]byte, n)
	for i := range requests {
		requests[i] = target.AppendGet(nil, fmt.Sprintf("/schemas/ids/%d", i+1))
	}
	return func(dst []byte, k int64) []byte { return append(dst, requests[k%int64(n)]...) }
}

// registering makes a new schema of each request, in a subject of its own.
func registering(target *traffic.Target, what string) traffic.Source {
	return func(dst []byte, n int64) []byte {
		name := fmt.Sprintf("%s_%d", what, n)
		return target.AppendPost(dst, "/subjects/new-"+name+"/versions", traffic.Body(traffic.Avro(name, 0)))
	}
}

// underLoad measures what a registry with 1,000 schemas does.
func (b *bench) underLoad(ctx context.Context) error {
	broker, err := b.newBroker(ctx)
	if err != nil {
		return err
	}
	if err := seed(ctx, broker, few, ids, func(i int) string { return traffic.Avro(fmt.Sprint(i), 0) }); err != nil {
		return err
	}
	n, err := b.start(ctx, broker)
	if err != nil {
		return err
	}
	for _, part := range []func(context.Context, *node) error{b.reads, b.readsBesideWrites, b.writes} {
		if err = errors.Join(err, n.primary(ctx), part(ctx, n)); err != nil {
			return errors.Join(err, n.Stop())
		}
	}
	err = b.authenticated(ctx, n, func(environ string) (*node, error) { return b.start(ctx, broker, environ) })
	return errors.Join(err, n.Stop())
}

// rounds are the figures of one side of a comparison.
type rounds struct{ perSecond, p50, p99 []float64 }

// side is one side of a comparison.
type side struct {
	target *traffic.Target
	source traffic.Source
	load   traffic.Load
	// while runs beside it, nil for nothing.
	while func(context.Context) error
}

// compare measures all sides in turn. A request that fails is an error: what
// is answered fast because it is refused is no figure.
func (b *bench) compare(ctx context.Context, sides ...side) ([]rounds, error) {
	out := make([]rounds, len(sides))
	for round := range b.rounds {
		for i, s := range sides {
			s.load.First = int64(round) << 32
			r, err := s.run(ctx)
			if err != nil {
				return nil, err
			}
			out[i].perSecond = append(out[i].perSecond, r.PerSecond())
			out[i].p50, out[i].p99 = append(out[i].p50, r.P50), append(out[i].p99, r.P99)
		}
	}
	return out, nil
}

func (s side) run(ctx context.Context) (traffic.Result, error) {
	beside, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		if s.while == nil {
			ended <- nil
			return
		}
		ended <- s.while(beside)
	}()
	r := traffic.Run(ctx, s.target, s.source, s.load)
	cancel()
	err := errors.Join(ctx.Err(), <-ended)
	if r.Failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d of %d requests failed, one of them with: %s", r.Failed, r.Requests, r.Reason))
	}
	return r, err
}

// closed is a closed loop over 50 connections for one round.
func (b *bench) closed() traffic.Load { return traffic.Load{Connections: 50, Duration: b.round} }

// reads compares reads by id with a server that does nothing.
func (b *bench) reads(ctx context.Context, n *node) error {
	url, stop, err := traffic.StartBare()
	if err != nil {
		return err
	}
	defer stop()
	bare, err := traffic.ParseTarget(url)
	if err != nil {
		return err
	}
	warm := side{target: n.target, source: byID(n.target, few), load: traffic.Load{Connections: 50, Duration: b.round / 3}}
	if _, err := warm.run(ctx); err != nil {
		return err
	}
	var got []rounds
	spent, err := processors(func() (err error) {
		got, err = b.compare(ctx,
			side{target: n.target, source: byID(n.target, few), load: b.closed()}, side{target: bare, source: byID(bare, few), load: b.closed()})
		return err
	}, n.Pid(), os.Getpid())
	if err != nil {
		return err
	}
	requests, toBare := b.requests(got[0]), b.requests(got[1])
	own, other := traffic.Median(got[0].perSecond), traffic.Median(got[1].perSecond)
	b.AtLeast("GET by id, 50 connections", own, "req/s", 40_000, fmt.Sprintf("p50 %.2f ms", traffic.Median(got[0].p50)))
	b.AtMost("GET by id, p99", traffic.Median(got[0].p99), "ms", 10, "")
	b.AtLeast("GET by id, share of a bare net/http server", own/other, "", 0.5, fmt.Sprintf("bare: %.0f req/s", other))
	b.Seen("GET by id, processor time of the registry", spent[0]/requests, "µs", "both sides of the kernel")
	b.Seen("GET by id, processor time of the generator", spent[1]/(requests+toBare), "µs", "per request to either")
	return nil
}

// requests is how many were answered in all rounds.
func (b *bench) requests(r rounds) float64 {
	n := 0.0
	for _, perSecond := range r.perSecond {
		n += perSecond * b.round.Seconds()
	}
	return n
}

// readsBesideWrites reads at a fixed rate, a fraction of what is possible,
// with and without registrations.
func (b *bench) readsBesideWrites(ctx context.Context, n *node) error {
	const readRate, writeRate = 4000, 50
	load := traffic.Load{Connections: 50, Duration: b.round, Rate: readRate}
	written := int64(0)
	write := func(ctx context.Context) error {
		r := traffic.Run(ctx, n.target, registering(n.target, "beside"), traffic.Load{Connections: 8, Duration: b.round, Rate: writeRate, First: written})
		written += int64(r.Requests)
		if r.Failed > 0 {
			return fmt.Errorf("%d of %d registrations failed, one of them with: %s", r.Failed, r.Requests, r.Reason)
		}
		return nil
	}
	got, err := b.compare(ctx,
		side{target: n.target, source: byID(n.target, few), load: load},
		side{target: n.target, source: byID(n.target, few), load: load, while: write})
	if err != nil {
		return err
	}
	idle, busy := traffic.Median(got[0].p99), traffic.Median(got[1].p99)
	b.AtMost("GET by id, p99 beside 50 registrations/s, of idle", busy/idle, "", 2,
		fmt.Sprintf("%.2f ms and %.2f ms at %d req/s, open loop", busy, idle, readRate))
	return nil
}

// writes registers with 100 writers.
func (b *bench) writes(ctx context.Context, n *node) error {
	var got []rounds
	spent, err := processors(func() (err error) {
		got, err = b.compare(ctx, side{
			target: n.target, source: registering(n.target, "writer"), load: traffic.Load{Connections: 100, Duration: b.round},
		})
		return err
	}, n.Pid(), b.brokers[len(b.brokers)-1].Pid(), os.Getpid())
	if err != nil {
		return err
	}
	b.AtLeast("registrations, 100 writers", traffic.Median(got[0].perSecond), "req/s", 2000,
		fmt.Sprintf("p50 %.1f ms, p99 %.1f ms", traffic.Median(got[0].p50), traffic.Median(got[0].p99)))
	each := b.requests(got[0])
	b.Seen("registration, processor time of all", (spent[0]+spent[1]+spent[2])/each, "µs",
		fmt.Sprintf("registry %.0f, broker %.0f, generator %.0f", spent[0]/each, spent[1]/each, spent[2]/each))
	return nil
}

// authenticated compares reads with and without a password, on two nodes of
// one registry.
func (b *bench) authenticated(ctx context.Context, open *node, start func(environ string) (*node, error)) error {
	dir, err := os.MkdirTemp("", "plastron-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	user, err := exec.CommandContext(ctx, b.binary, "mkpasswd", "-u", "bench", "-a", "scrypt", "secret").Output()
	if err != nil {
		return fmt.Errorf("hashing a password: %w", err)
	}
	file := filepath.Join(dir, "auth.json")
	text := fmt.Sprintf(`{"users":[%s],"permissions":[{"username":"bench","operation":"Read","resource":".*"}]}`, user)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	n, err := start("KARAPACE_REGISTRY_AUTHFILE=" + file)
	if err != nil {
		return err
	}
	with, err := traffic.ParseTarget("http://bench:secret@" + n.address)
	if err != nil {
		return errors.Join(err, n.Stop())
	}
	var got []rounds
	spent, err := processors(func() (err error) {
		got, err = b.compare(ctx,
			side{target: with, source: byID(with, few), load: b.closed()},
			side{target: open.target, source: byID(open.target, few), load: b.closed()})
		return err
	}, n.Pid(), open.Pid())
	if err = errors.Join(err, n.Stop()); err != nil {
		return err
	}
	own, other := traffic.Median(got[0].perSecond), traffic.Median(got[1].perSecond)
	b.AtLeast("GET by id with Basic auth, of without", own/other, "", 0.9, fmt.Sprintf("%.0f and %.0f req/s", own, other))
	b.Seen("GET by id with Basic auth, processor time of the registry", spent[0]/b.requests(got[0]), "µs",
		fmt.Sprintf("%.1f without", spent[1]/b.requests(got[1])))
	return nil
}
