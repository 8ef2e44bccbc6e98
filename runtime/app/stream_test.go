package app

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/config"
)

// Through the whole chain of a process, receipts come while the request is
// still open.
func TestStreamOfRecordsGoesBothWays(t *testing.T) {
	t.Parallel()
	b := broker(t)
	c := settings(t, config.RoleREST, "KARAPACE_BOOTSTRAP_URI="+b.Addr())
	options, err := (&process{log: quiet}).kafkaOptions(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := createTopics(t.Context(), options, []topic{{"t", 1}}); err != nil {
		t.Fatal(err)
	}
	e := background(t, RunREST, c)
	body, records := io.Pipe()
	go func() { _, _ = io.WriteString(records, "{}\n") }()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.REST+"/v3/clusters/c/topics/t/records", body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewReader(answer.Body)
	for i := range 3 {
		line, err := lines.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, `{"error_code":200,`) {
			t.Fatal(i, line, err)
		}
		if i < 2 {
			if _, err := io.WriteString(records, "{}"); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = records.Close()
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 {
		t.Fatal(string(rest), err)
	}
}
