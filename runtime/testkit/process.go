package testkit

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// DevProcess is a running "plastron dev".
type DevProcess struct {
	// Registry and REST are base URLs, Kafka is host:port.
	Registry, REST, Kafka string
	// ToReady is the time from the start of the process to its banner.
	ToReady time.Duration

	command *exec.Cmd
	stderr  *tail
	output  io.ReadCloser
	release func() bool
}

// StartDev runs the binary as "plastron dev" with more arguments and returns
// once its banner says that it is ready. The end of ctx kills the process.
func StartDev(ctx context.Context, binary string, args ...string) (*DevProcess, error) {
	p := &DevProcess{command: exec.Command(binary, append([]string{"dev"}, args...)...), stderr: &tail{}}
	p.command.Stderr = p.stderr
	var err error
	if p.output, err = p.command.StdoutPipe(); err != nil {
		return nil, err
	}
	begin := time.Now()
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("starting %s dev: %w", binary, err)
	}
	p.release = context.AfterFunc(ctx, func() { _ = p.command.Process.Kill() })
	if err := p.readBanner(); err != nil {
		_ = p.command.Process.Kill()
		return nil, fmt.Errorf("%s dev did not become ready: %w", binary, errors.Join(err, p.command.Wait(), p.stderr.err()))
	}
	p.ToReady = time.Since(begin)
	return p, nil
}

func (p *DevProcess) readBanner() error {
	lines := bufio.NewScanner(p.output)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		for prefix, place := range map[string]*string{"registry ": &p.Registry, "REST proxy ": &p.REST, "Kafka ": &p.Kafka} {
			if value, found := strings.CutPrefix(line, prefix); found {
				*place = strings.TrimSpace(value)
			}
		}
		if strings.HasPrefix(line, "ready in ") {
			return nil
		}
	}
	return errors.Join(errors.New("its output ended"), lines.Err())
}

// Stop asks the process to end and waits for it.
func (p *DevProcess) Stop() error {
	defer p.release()
	if err := p.command.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	if err := p.command.Wait(); err != nil {
		return errors.Join(err, p.stderr.err())
	}
	return nil
}

// tail keeps the last bytes of what a process wrote.
type tail struct {
	mu    sync.Mutex
	bytes []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	const most = 16 << 10
	t.bytes = append(t.bytes, p...)
	if extra := len(t.bytes) - most; extra > 0 {
		t.bytes = bytes.Clone(t.bytes[extra:])
	}
	return len(p), nil
}

// err is what the process wrote, nil when it wrote nothing.
func (t *tail) err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.bytes) == 0 {
		return nil
	}
	return errors.New(string(t.bytes))
}
