package telemetry

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
)

// StatsD sends metrics as UDP packets in the form of Karapace: name, tags in
// reverse alphabetical order, value and type (registry contract G.2). Nothing
// ever waits for it: what does not fit in its queue is dropped and counted.
type StatsD struct {
	address string
	tags    map[string]string
	queue   chan string
	dropped atomic.Int64
	broken  *complaint
}

// statsdQueue is how many metrics may wait to be sent.
const statsdQueue = 1024

// NewStatsD returns a sender for host and port that puts the tags on every
// metric. Run sends.
func NewStatsD(host string, port int, tags map[string]string, log logr.Logger) *StatsD {
	return &StatsD{
		address: net.JoinHostPort(host, strconv.Itoa(port)), tags: tags, queue: make(chan string, statsdQueue),
		broken: newComplaint(log, "StatsD metrics cannot be sent"),
	}
}

// Dropped is how many metrics did not fit in the queue or could not be sent.
func (s *StatsD) Dropped() int64 { return s.dropped.Load() }

// statsdInterval is the time between two looks at the state of the process,
// and between two attempts to find the receiver.
const statsdInterval = 10 * time.Second

// Run sends until ctx ends, then what is waiting and one count of
// karapace_shutdown_count. gauges is called every ten seconds; may be nil.
func (s *StatsD) Run(ctx context.Context, gauges func()) error {
	ticker := time.NewTicker(statsdInterval)
	defer ticker.Stop()
	var conn net.Conn
	defer func() {
		if conn != nil {
			conn.Close()
		}
	}()
	connect := func() {
		if conn == nil {
			dialer := net.Dialer{Timeout: 2 * time.Second}
			c, err := dialer.DialContext(context.WithoutCancel(ctx), "udp", s.address)
			s.broken.result(err)
			if err == nil {
				conn = c
			}
		}
	}
	connect()
	for {
		select {
		case line := <-s.queue:
			s.write(conn, line)
		case <-ticker.C:
			connect()
			if gauges != nil {
				gauges()
			}
		case <-ctx.Done():
			s.count("karapace_shutdown_count", 1)
			s.drain(conn)
			return nil
		}
	}
}

// drain sends what is waiting.
func (s *StatsD) drain(conn net.Conn) {
	for {
		select {
		case line := <-s.queue:
			s.write(conn, line)
		default:
			return
		}
	}
}

func (s *StatsD) write(conn net.Conn, line string) {
	if conn == nil {
		s.dropped.Add(1)
		return
	}
	// UDP has no answer; an error is one of this machine, or that of the packet
	// before, and the next one may arrive.
	if _, err := conn.Write([]byte(line)); err != nil {
		s.dropped.Add(1)
	}
}

// pair is a tag of one metric.
type pair struct{ name, value string }

func (s *StatsD) count(name string, n int, tags ...pair) {
	s.send(name, strconv.Itoa(n), "c", tags)
}

func (s *StatsD) gauge(name string, v float64, tags ...pair) {
	s.send(name, strconv.FormatFloat(v, 'f', -1, 64), "g", tags)
}

// timing sends seconds as type ms, as Karapace does, whose dashboards expect
// that.
func (s *StatsD) timing(name string, d time.Duration, tags ...pair) {
	s.send(name, strconv.FormatFloat(d.Seconds(), 'f', -1, 64), "ms", tags)
}

func (s *StatsD) send(name, value, kind string, tags []pair) {
	if s == nil {
		return
	}
	select {
	case s.queue <- s.line(name, value, kind, tags):
	default:
		s.dropped.Add(1)
	}
}

func (s *StatsD) line(name, value, kind string, tags []pair) string {
	all := slices.Clone(tags)
	for n, v := range s.tags {
		if !slices.ContainsFunc(tags, func(p pair) bool { return p.name == n }) {
			all = append(all, pair{n, v})
		}
	}
	slices.SortFunc(all, func(a, b pair) int { return strings.Compare(b.name, a.name) })
	var b strings.Builder
	b.WriteString(name)
	for _, p := range all {
		fmt.Fprintf(&b, ",%s=%s", statsdTag(p.name), statsdTag(p.value))
	}
	return b.String() + ":" + value + "|" + kind
}

// statsdTag replaces a text that would break the line apart.
func statsdTag(text string) string {
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', strings.ContainsRune("_-./{}", r):
		default:
			return "INVALID"
		}
	}
	return text
}
