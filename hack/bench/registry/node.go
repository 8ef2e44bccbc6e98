package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/hack/bench/measure"
	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

// topic is the default of topic_name.
const topic = "_schemas"

// broker is one with an empty schemas topic. It is not in this process, whose
// work is to send requests and to look at the clock.
type broker struct {
	*measure.Process
	address string
}

// newBroker starts one; stopBrokers ends it.
func (b *bench) newBroker(ctx context.Context) (*broker, error) {
	address, err := traffic.FreeAddress()
	if err != nil {
		return nil, err
	}
	p, err := measure.Start(nil, b.binary, "dev", "broker", "--listen", address)
	if err != nil {
		return nil, err
	}
	made := &broker{Process: p, address: address}
	b.brokers = append(b.brokers, made)
	return made, createTopic(ctx, address)
}

func (b *bench) stopBrokers() (err error) {
	for _, running := range b.brokers {
		err = errors.Join(err, running.Stop())
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
	if err := traffic.Until(ctx, func() error { return client.Ping(ctx) }); err != nil {
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
	*measure.Process
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
	if n.Process, err = measure.Start(environ, b.binary, "registry"); err != nil {
		return nil, err
	}
	if err := traffic.Await(ctx, n.target, "/_health?ready=true", ""); err != nil {
		return nil, errors.Join(err, n.Stop())
	}
	n.toReady = traffic.Now().Sub(began)
	return n, nil
}

// primary waits until the registry takes writes.
func (n *node) primary(ctx context.Context) error {
	return traffic.Await(ctx, n.target, "/master_available", "true")
}

// processors returns how long processes kept processors busy meanwhile, in
// microseconds.
func processors(work func() error, pids ...int) ([]float64, error) {
	read := func() ([]float64, error) {
		out := make([]float64, len(pids))
		for i, pid := range pids {
			spent, err := measure.Processor(pid)
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
