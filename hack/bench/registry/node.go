package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

// topic is the default of topic_name.
const topic = "_schemas"

// process is a plastron of its own.
type process struct {
	command *exec.Cmd
	output  bytes.Buffer
}

func (b *bench) run(environ []string, args ...string) (*process, error) {
	p := &process{command: exec.Command(b.binary, args...)}
	p.command.Env = append(os.Environ(), environ...)
	p.command.Stdout, p.command.Stderr = &p.output, &p.output
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", b.binary, err)
	}
	return p, nil
}

// stop ends the process and returns what it complained of.
func (p *process) stop() error {
	_ = p.command.Process.Signal(os.Interrupt) // It may have ended by itself.
	if err := p.command.Wait(); err != nil {
		return fmt.Errorf("%v ended with %w and said: %s", p.command.Args, err, &p.output)
	}
	return nil
}

// broker is one with an empty schemas topic. It is not in this process, whose
// work is to send requests and to look at the clock.
type broker struct {
	*process
	address string
}

// newBroker starts one; stopBrokers ends it.
func (b *bench) newBroker(ctx context.Context) (*broker, error) {
	address, err := traffic.FreeAddress()
	if err != nil {
		return nil, err
	}
	p, err := b.run(nil, "dev", "broker", "--listen", address)
	if err != nil {
		return nil, err
	}
	made := &broker{process: p, address: address}
	b.brokers = append(b.brokers, made)
	return made, createTopic(ctx, address)
}

func (b *bench) stopBrokers() (err error) {
	for _, running := range b.brokers {
		err = errors.Join(err, running.stop())
	}
	b.brokers = nil
	return err
}

// createTopic makes the schemas topic as soon as the broker answers.
func createTopic(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(address))
	if err != nil {
		return fmt.Errorf("making the client that creates %s: %w", topic, err)
	}
	defer client.Close()
	if err := until(ctx, func() error { return client.Ping(ctx) }); err != nil {
		return fmt.Errorf("waiting for the broker at %s: %w", address, err)
	}
	policy := "compact"
	made, err := kadm.NewClient(client).CreateTopic(ctx, 1, 1, map[string]*string{"cleanup.policy": &policy}, topic)
	if err = errors.Join(err, made.Err); err != nil {
		return fmt.Errorf("creating %s: %w", topic, err)
	}
	return nil
}

// node is a registry.
type node struct {
	*process
	target  *traffic.Target
	address string
	// toReady is the time from the start of the process until it serves reads.
	toReady time.Duration
}

// start starts a registry on the broker and returns when it serves reads.
func (b *bench) start(ctx context.Context, on *broker, environ ...string) (*node, error) {
	address, err := traffic.FreeAddress()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n := &node{address: address}
	if n.target, err = traffic.ParseTarget("http://" + address); err != nil {
		return nil, err
	}
	environ = append([]string{
		"KARAPACE_BOOTSTRAP_URI=" + on.address, "KARAPACE_HOST=127.0.0.1", "KARAPACE_PORT=" + port,
		"KARAPACE_ADVERTISED_HOSTNAME=127.0.0.1", "KARAPACE_LOG_LEVEL=WARNING", "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0",
	}, environ...)
	began := traffic.Now()
	if n.process, err = b.run(environ, "registry"); err != nil {
		return nil, err
	}
	if err := n.await(ctx, "/_health?ready=true", ""); err != nil {
		return nil, errors.Join(err, n.stop())
	}
	n.toReady = traffic.Now().Sub(began)
	return n, nil
}

// primary waits until the registry takes writes.
func (n *node) primary(ctx context.Context) error { return n.await(ctx, "/master_available", "true") }

// await asks until the answer is 200 and has a text.
func (n *node) await(ctx context.Context, path, text string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	err := until(ctx, func() error {
		answer, err := traffic.Ask(ctx, n.target, n.target.AppendGet(nil, path))
		if err == nil && !bytes.Contains(answer, []byte(text)) {
			err = fmt.Errorf("it says %s", answer)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("waiting for %s%s: %w", n.address, path, err)
	}
	return nil
}

// until tries every five milliseconds.
func until(ctx context.Context, try func() error) error {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	}
}

// memory reads a line of /proc/PID/status in bytes: VmRSS is what the process
// takes now, VmHWM the most that it took.
func (p *process) memory(name string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("reading the memory of the registry: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == name+":" {
			kib, err := strconv.ParseFloat(fields[1], 64)
			return kib * 1024, err
		}
	}
	return 0, fmt.Errorf("/proc says nothing of %s", name)
}

func (p *process) pid() int { return p.command.Process.Pid }

// processors returns how long processes kept processors busy meanwhile, in
// microseconds.
func processors(work func() error, pids ...int) ([]float64, error) {
	read := func() ([]float64, error) {
		out := make([]float64, len(pids))
		for i, pid := range pids {
			spent, err := processor(pid)
			if err != nil {
				return nil, err
			}
			out[i] = float64(spent.Microseconds())
		}
		return out, nil
	}
	before, err := read()
	if err != nil {
		return nil, err
	}
	if err := work(); err != nil {
		return nil, err
	}
	after, err := read()
	for i := range after {
		after[i] -= before[i]
	}
	return after, err
}

// processor reads how long a process has kept processors busy.
func processor(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("reading the processor time of a process: %w", err)
	}
	// Fields 14 and 15 of proc(5), in hundredths of a second; the name of the
	// program ends with the last bracket.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0, errors.New("/proc says nothing of processor time")
	}
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err1, err2)
}
