package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"k8s.io/client-go/kubernetes"

	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

// counters are what the servers have counted.
type counters struct {
	// status are writes of the status of Subjects, and other all other writes
	// of our kinds.
	status, other float64
	// writes and reads are those of the registry, as its routes say; feed are
	// requests for what changed.
	writes, reads, feed float64
}

func (c counters) since(before counters) counters {
	return counters{
		status: c.status - before.status, other: c.other - before.other,
		writes: c.writes - before.writes, reads: c.reads - before.reads, feed: c.feed - before.feed,
	}
}

func (c *cluster) count(ctx context.Context) (counters, error) {
	var out counters
	clients, err := kubernetes.NewForConfig(c.access)
	if err != nil {
		return out, err
	}
	text, err := clients.RESTClient().Get().AbsPath("/metrics").DoRaw(ctx)
	if err != nil {
		return out, fmt.Errorf("reading what the API server counts: %w", err)
	}
	eachSample(string(text), "apiserver_request_total", func(label func(string) string, n float64) {
		verb, ours := label("verb"), label("group") == v1alpha1Group
		switch {
		case !ours || verb == "GET" || verb == "LIST" || verb == "WATCH":
		case label("resource") == "subjects" && label("subresource") == "status":
			out.status += n
		default:
			out.other += n
		}
	})
	if text, err = traffic.Ask(ctx, c.target, c.target.AppendGet(nil, "/metrics")); err != nil {
		return out, fmt.Errorf("reading what the registry counts: %w", err)
	}
	eachSample(string(text), "karapace_http_requests_total", func(label func(string) string, n float64) {
		method, path := label("method"), label("path")
		switch {
		case strings.HasPrefix(path, "/_operator"):
			out.feed += n
		case path == "/metrics", path == "/_health", path == "/master_available":
		case method == "GET", method == "POST" && path == "/subjects/{subject}":
			out.reads += n
		default:
			out.writes += n
		}
	})
	return out, nil
}

const v1alpha1Group = "plastron.dev"

// reconciled returns how many Subjects the operator has reconciled and how many
// wait for it.
func (c *cluster) reconciled(ctx context.Context) (done, waiting float64, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.metrics+"/metrics", nil)
	if err != nil {
		return 0, 0, err
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return 0, 1, nil // It does not answer yet.
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, 0, err
	}
	eachSample(string(text), "controller_runtime_reconcile_total", func(label func(string) string, n float64) {
		if label("controller") == "subject" {
			done += n
		}
	})
	eachSample(string(text), "workqueue_depth", func(label func(string) string, n float64) {
		if label("controller") == "subject" {
			waiting += n
		}
	})
	eachSample(string(text), "controller_runtime_active_workers", func(label func(string) string, n float64) {
		if label("controller") == "subject" {
			waiting += n
		}
	})
	return done, waiting, nil
}

// eachSample visits the samples of a metric in Prometheus' text format.
func eachSample(text, name string, visit func(label func(string) string, value float64)) {
	for line := range strings.Lines(text) {
		labels, ok := strings.CutPrefix(line, name+"{")
		if !ok {
			continue
		}
		at := strings.LastIndexByte(labels, '}')
		if at < 0 {
			continue
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(labels[at+1:]), 64)
		if err != nil {
			continue
		}
		visit(func(key string) string {
			_, rest, ok := strings.Cut(","+labels[:at], ","+key+`="`)
			if !ok {
				return ""
			}
			found, _, _ := strings.Cut(rest, `"`)
			return found
		}, value)
	}
}
