package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"regexp"
	"strconv"
	"sync"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/plugin"
)

// direct connects as pods do.
type direct struct{}

// Dial implements plugin.Dialer.
func (direct) Dial(context.Context, *v1alpha1.SchemaRegistry) (plugin.Dial, func(), error) {
	return nil, func() {}, nil
}

// tunnel reaches Services through `kubectl port-forward`: kubectl is there
// where its plugins are, and knows every way to log in to a cluster.
type tunnel struct {
	access *access
	stderr io.Writer
}

// forwarding is the line in which kubectl tells the port that it took.
var forwarding = regexp.MustCompile(`^Forwarding from (127\.0\.0\.1:\d+) ->`)

// Dial implements plugin.Dialer.
func (t tunnel) Dial(ctx context.Context, r *v1alpha1.SchemaRegistry) (plugin.Dial, func(), error) {
	program, err := exec.LookPath("kubectl")
	if err != nil {
		return nil, nil, errors.New("kubectl is not in the PATH; --direct does without it where Services can be reached")
	}
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, program, t.arguments(r)...)
	cmd.Stderr = t.stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, nil, fmt.Errorf("starting kubectl port-forward: %w", err)
	}
	var reading sync.WaitGroup
	end := func() {
		cancel()
		reading.Wait()
		_ = cmd.Wait()
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		m := forwarding.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		reading.Go(func() { // kubectl tells of each connection and must not wait for a reader.
			_, _ = io.Copy(io.Discard, out)
		})
		return func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", m[1])
		}, end, nil
	}
	end()
	return nil, nil, errors.New("kubectl port-forward ended; its last words are above")
}

func (t tunnel) arguments(r *v1alpha1.SchemaRegistry) []string {
	args := []string{"port-forward", "--address=127.0.0.1", "--namespace=" + r.Namespace}
	if t.access.kubeconfig != "" {
		args = append(args, "--kubeconfig="+t.access.kubeconfig)
	}
	if t.access.context != "" {
		args = append(args, "--context="+t.access.context)
	}
	return append(args, "service/"+r.Name, ":"+strconv.Itoa(int(r.Port())))
}
