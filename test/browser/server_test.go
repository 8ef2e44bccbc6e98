package browser

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is a registry in a process of its own.
type server struct {
	t    testing.TB
	url  string
	user string // user:password, empty for nobody
}

// start runs `plastron dev` with an empty broker until the test ends.
func start(t testing.TB, user string, environ ...string) *server {
	t.Helper()
	binary := os.Getenv("PLASTRON")
	if binary == "" {
		t.Fatal("run hack/browser.sh: it builds the binary and says where the browser is")
	}
	cmd := exec.Command(binary, "dev", "--data", "", "--kafka-port", "0", "--registry-port", "0", "--rest-port", "0")
	cmd.Env = append(os.Environ(), environ...)
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address := make(chan string, 1)
	var read sync.WaitGroup
	read.Go(func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if found := regexp.MustCompile(`registry +(http://\S+)`).FindStringSubmatch(lines.Text()); found != nil {
				address <- found[1]
			}
		}
		close(address)
	})
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		read.Wait()
		if err := cmd.Wait(); err != nil {
			t.Errorf("plastron dev: %v\n%s", err, log.String())
		}
	})
	select {
	case url, ok := <-address:
		if !ok {
			t.Fatalf("plastron dev ended: %s", log.String())
		}
		return &server{t: t, url: url, user: user}
	case <-time.After(20 * time.Second):
		t.Fatal("plastron dev does not say where it listens")
		return nil
	}
}

// do sends a request and wants it to succeed.
func (s *server) do(method, path, body string) []byte {
	s.t.Helper()
	out, err := s.try(method, path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func (s *server) try(method, path, body string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if name, password, ok := strings.Cut(s.user, ":"); ok {
		r.SetBasicAuth(name, password)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %d %s", method, path, answer.StatusCode, text)
	}
	return text, err
}

// reference names a version of another subject.
type reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// register stores a schema as the newest version of a subject.
func (s *server) register(subject, kind, text string, references ...reference) {
	s.t.Helper()
	s.do(http.MethodPost, "/subjects/"+segment(subject)+"/versions", registration(s.t, kind, text, references))
}

func registration(t testing.TB, kind, text string, references []reference) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"schema": text, "schemaType": kind, "references": references})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// segment encodes a subject, the two that paths take for folders too.
func segment(subject string) string {
	var b strings.Builder
	for _, c := range []byte(subject) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// types lists the schema types that the server knows.
func (s *server) types() []string {
	s.t.Helper()
	var types []string
	if err := json.Unmarshal(s.do(http.MethodGet, "/schemas/types", ""), &types); err != nil {
		s.t.Fatal(err)
	}
	return types
}
