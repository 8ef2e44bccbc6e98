package telemetry

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
)

// receiver is a socket that StatsD metrics arrive at.
func receiver(t *testing.T) (conn *net.UDPConn, port int) {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn, conn.LocalAddr().(*net.UDPAddr).Port
}

func receive(t *testing.T, conn *net.UDPConn, n int) []string {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var lines []string
	packet := make([]byte, 1<<16)
	for range n {
		size, err := conn.Read(packet)
		if err != nil {
			t.Fatal(err, lines)
		}
		lines = append(lines, string(packet[:size]))
	}
	return lines
}

func TestStatsDOnTheWire(t *testing.T) {
	t.Parallel()
	conn, port := receiver(t)
	tags := map[string]string{"app": "Karapace"}
	m, err := NewMetrics(tags)
	if err != nil {
		t.Fatal(err)
	}
	s := NewStatsD("127.0.0.1", port, tags, logr.Discard())
	m.SendTo(s)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, nil) }()

	m.RequestStarted("GET")
	m.RequestDone(Request{Method: "GET", Route: "/subjects/{subject}", Status: 200, Duration: 1500 * time.Microsecond})
	m.RecordsProcessed("CANONICAL", 3)
	m.Fault("Handler panicked", "registry")
	m.SendState(State{Schemas: 4, Subjects: 2, LiveVersions: 5, DeletedVersions: 1})
	want := []string{
		"karapace_request,result=200,path=/subjects/{subject},method=GET,app=Karapace:0.0015|ms",
		"karapace_schema_reader_records_processed,keymode=CANONICAL,app=Karapace:3|c",
		"exception,where=registry,exception=Handler_panicked,app=Karapace:1|c",
		"karapace_schema_reader_schemas,app=Karapace:4|g",
		"karapace_schema_reader_subjects,app=Karapace:2|g",
		"karapace_schema_reader_subject_data_schema_versions,state=live,app=Karapace:5|g",
		"karapace_schema_reader_subject_data_schema_versions,state=soft_deleted,app=Karapace:1|g",
		"karapace_schema_reader_records_per_keymode,keymode=CANONICAL,app=Karapace:3|g",
	}
	if diff := cmp.Diff(want, receive(t, conn, len(want))); diff != "" {
		t.Error(diff)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if got := receive(t, conn, 1); got[0] != "karapace_shutdown_count,app=Karapace:1|c" {
		t.Error(got)
	}
}

// TestStatsDNeverWaits fills the queue while nobody sends.
func TestStatsDNeverWaits(t *testing.T) {
	t.Parallel()
	s := NewStatsD("127.0.0.1", 1, nil, logr.Discard())
	for range statsdQueue + 5 {
		s.count("n", 1)
	}
	if s.Dropped() != 5 {
		t.Fatal(s.Dropped())
	}
}

func TestStatsDTags(t *testing.T) {
	t.Parallel()
	s := NewStatsD("h", 1, map[string]string{"a": "1", "bad": "x|y", "c": "default"}, logr.Discard())
	f := func(want string, tags ...pair) {
		t.Helper()
		if got := s.line("n", "1", "c", tags); got != want {
			t.Fatalf("%q; want %q", got, want)
		}
	}

	f("n,c=default,bad=INVALID,a=1:1|c")
	f("n,c=own,bad=INVALID,a=1:1|c", pair{"c", "own"})
	f("n,z=INVALID,c=default,bad=INVALID,a=1:1|c", pair{"z", "a:b\nevil:1|c"})
	if strings.Count(s.line("n", "1", "c", []pair{{"z", "\n"}}), "\n") != 0 {
		t.Fatal("a tag breaks the line")
	}
}
