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

	"github.com/plastron-dev/plastron/hack/bench/traffic"
	"github.com/plastron-dev/plastron/runtime/devbroker"
)

// topic is the default of topic_name.
const topic = "_schemas"

// newBroker starts a broker with an empty schemas topic.
func newBroker() (*devbroker.Broker, error) {
	b, err := devbroker.Start(devbroker.Config{})
	if err != nil {
		return nil, err
	}
	if err := b.Cluster().CreateTopic(topic, 1, map[string]string{"cleanup.policy": "compact"}); err != nil {
		b.Close()
		return nil, fmt.Errorf("creating %s: %w", topic, err)
	}
	return b, nil
}

// node is a registry in a process of its own.
type node struct {
	target  *traffic.Target
	address string
	// toReady is the time from the start of the process until it serves reads.
	toReady time.Duration

	command *exec.Cmd
	output  bytes.Buffer
}

// start starts a registry on the broker and returns when it serves reads.
func (b *bench) start(ctx context.Context, broker *devbroker.Broker, environ ...string) (*node, error) {
	address, err := traffic.FreeAddress()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n := &node{address: address, command: exec.Command(b.binary, "registry")}
	if n.target, err = traffic.ParseTarget("http://" + address); err != nil {
		return nil, err
	}
	n.command.Env = append(os.Environ(), "KARAPACE_BOOTSTRAP_URI="+broker.Addr(), "KARAPACE_HOST=127.0.0.1", "KARAPACE_PORT="+port,
		"KARAPACE_ADVERTISED_HOSTNAME=127.0.0.1", "KARAPACE_LOG_LEVEL=WARNING", "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0")
	n.command.Env = append(n.command.Env, environ...)
	n.command.Stdout, n.command.Stderr = &n.output, &n.output
	began := traffic.Now()
	if err := n.command.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", b.binary, err)
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
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		answer, err := traffic.Ask(ctx, n.target, n.target.AppendGet(nil, path))
		if err == nil && bytes.Contains(answer, []byte(text)) {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s%s: %w: %w", n.address, path, ctx.Err(), err)
		}
	}
}

// stop ends the process and returns what it complained of.
func (n *node) stop() error {
	_ = n.command.Process.Signal(os.Interrupt) // It may have ended by itself.
	if err := n.command.Wait(); err != nil {
		return fmt.Errorf("the registry ended with %w and said: %s", err, &n.output)
	}
	return nil
}

// memory reads a line of /proc/PID/status in bytes: VmRSS is what the process
// takes now, VmHWM the most that it took.
func (n *node) memory(name string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.command.Process.Pid))
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

// processor reads how long the process has kept processors busy.
func (n *node) processor() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", n.command.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("reading the processor time of the registry: %w", err)
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
