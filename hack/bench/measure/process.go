package measure

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Process is a program that is measured from outside. Its memory and processor
// time are read from /proc, so it needs Linux.
type Process struct {
	command *exec.Cmd
	output  bytes.Buffer
}

// Start starts a program with variables in addition to those of this process.
func Start(environ []string, program string, args ...string) (*Process, error) {
	p := &Process{command: exec.Command(program, args...)}
	p.command.Env = append(os.Environ(), environ...)
	p.command.Stdout, p.command.Stderr = &p.output, &p.output
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", program, err)
	}
	return p, nil
}

// Stop has the program end, and returns what it complained of.
func (p *Process) Stop() error {
	_ = p.command.Process.Signal(os.Interrupt) // It may have ended by itself.
	if err := p.command.Wait(); err != nil {
		return fmt.Errorf("%s ended with %w and said: %s", p.command.Path, err, &p.output)
	}
	return nil
}

// Memory reads a line of /proc/PID/status in bytes: VmRSS is what the process
// takes now, VmHWM the most that it took.
func (p *Process) Memory(name string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("reading the memory of a process: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == name+":" {
			kib, err := strconv.ParseFloat(fields[1], 64)
			return kib * 1024, err
		}
	}
	return 0, fmt.Errorf("/proc says nothing of %s", name)
}

// Pid is the number of the process.
func (p *Process) Pid() int { return p.command.Process.Pid }

// Processor reads how long the process has kept processors busy.
func (p *Process) Processor() (time.Duration, error) { return Processor(p.Pid()) }

// Processor reads how long a process has kept processors busy.
func Processor(pid int) (time.Duration, error) {
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
