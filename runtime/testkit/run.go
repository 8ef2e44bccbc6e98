package testkit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxAnswer bounds the body of an answer.
const maxAnswer = 64 << 20

// Report says what was done of a script.
type Report struct {
	Requests int
	// Skipped holds a line for each step that the target cannot do.
	Skipped []string
}

// Run runs the script against the target and stops at the first difference,
// since later steps build on earlier ones.
func Run(ctx context.Context, script *Script, target Target) (Report, error) {
	r := runner{
		target: target, on: "registry", flavour: "any", as: "primary",
		values: bindings{"run": target.Unique, "registry": target.Registry, "rest": target.REST},
	}
	for _, step := range script.Steps {
		if step.Needs != "" && !target.can(step.Needs) {
			r.report.Skipped = append(r.report.Skipped, fmt.Sprintf("%s:%d: the rest needs %s", script.Name, step.Line, step.Needs))
			return r.report, nil
		}
		err := r.step(ctx, step)
		var cannot *cannotError
		switch {
		case errors.As(err, &cannot):
			r.report.Skipped = append(r.report.Skipped, fmt.Sprintf("%s:%d: %s", script.Name, step.Line, cannot.why))
		case err != nil:
			return r.report, fmt.Errorf("%s:%d: %w", script.Name, step.Line, err)
		}
	}
	return r.report, nil
}

// cannotError is a step that the target cannot do.
type cannotError struct{ why string }

func (e *cannotError) Error() string { return e.why }

type runner struct {
	target          Target
	on, as, flavour string
	values          bindings
	report          Report
}

func (r *runner) step(ctx context.Context, s Step) error {
	if s.Switch != nil {
		r.turn(s.Switch)
		return nil
	}
	if s.Needs != "" {
		return nil
	}
	if err := r.possible(); err != nil {
		return err
	}
	switch {
	case s.Request != nil:
		return r.request(ctx, s.Request)
	case s.LogCount != nil:
		return r.logCount(ctx, s.LogCount)
	case s.Restart:
		if r.target.Restart == nil {
			return &cannotError{"the target cannot be restarted"}
		}
		return r.target.Restart(ctx)
	default:
		if r.target.Advance == nil {
			return &cannotError{"the target's clock cannot be moved"}
		}
		return r.target.Advance(s.Advance)
	}
}

func (r *runner) turn(s *Switch) {
	switch {
	case s.On != "":
		r.on = s.On
	case s.As != "":
		r.as = s.As
	default:
		r.flavour = s.Flavour
	}
}

// possible says whether the target can do what the switches ask for.
func (r *runner) possible() error {
	flavour := r.target.Flavour
	if flavour == "" {
		flavour = "karapace"
	}
	if r.flavour != "any" && r.flavour != flavour {
		return &cannotError{"only for flavour " + r.flavour}
	}
	if r.base() == "" {
		return &cannotError{"the target has no " + r.on + " as " + r.as}
	}
	return nil
}

func (r *runner) base() string {
	switch {
	case r.on == "rest":
		return r.target.REST
	case r.as == "follower":
		return r.target.Follower
	default:
		return r.target.Registry
	}
}

// request sends a request until the answer matches, or once without retry.
func (r *runner) request(ctx context.Context, q *Request) error {
	if q.Retry == 0 {
		return r.once(ctx, q)
	}
	ctx, cancel := context.WithTimeout(ctx, q.Retry)
	defer cancel()
	pause := 20 * time.Millisecond
	var last error
	for {
		err := r.once(ctx, q)
		if err == nil || errors.As(err, new(*cannotError)) {
			return err
		}
		if ctx.Err() == nil || last == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("still so after %v: %w", q.Retry, last)
		case <-time.After(pause):
			pause = min(2*pause, time.Second)
		}
	}
}

func (r *runner) once(ctx context.Context, q *Request) error {
	request, err := r.build(ctx, q)
	if unbound := (*unboundError)(nil); errors.As(err, &unbound) {
		return &cannotError{"$" + unbound.name + " was to be learned in a step that was skipped"}
	}
	if err != nil {
		return err
	}
	r.report.Requests++
	answer, err := r.target.Client.Do(request)
	if err != nil {
		return fmt.Errorf("sending %s %s: %w", q.Method, q.Path, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("reading the answer to %s %s: %w", q.Method, q.Path, err)
	}
	if err := r.compare(&q.Want, answer, body); err != nil {
		return fmt.Errorf("%s %s\n  answered %d %s\n  %w", request.Method, request.URL, answer.StatusCode, excerpt(body), err)
	}
	return nil
}

func (r *runner) build(ctx context.Context, q *Request) (*http.Request, error) {
	path, err := r.values.substitute(q.Path)
	if err != nil {
		return nil, err
	}
	body, err := r.values.substitute(q.Body)
	if err != nil {
		return nil, err
	}
	url := r.base() + path
	if strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://") {
		url = path
	}
	request, err := http.NewRequestWithContext(ctx, q.Method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, fmt.Errorf("building %s %s: %w", q.Method, path, err)
	}
	if body == "" {
		request.Body, request.ContentLength = http.NoBody, 0
	} else {
		request.Header.Set("Content-Type", r.contentType())
	}
	for _, h := range q.Headers {
		value, err := r.values.substitute(h.Value)
		if err != nil {
			return nil, err
		}
		if value == "" {
			request.Header.Del(h.Name)
			continue
		}
		request.Header.Set(h.Name, value)
	}
	return request, nil
}

// contentType is what the usual clients send.
func (r *runner) contentType() string {
	if r.on == "rest" {
		return "application/vnd.kafka.v2+json"
	}
	return "application/vnd.schemaregistry.v1+json"
}

func (r *runner) compare(want *Want, answer *http.Response, body []byte) error {
	if answer.StatusCode != want.Status {
		return fmt.Errorf("line %d: want status %d", want.Line, want.Status)
	}
	for _, h := range want.Headers {
		if err := matchText(h.pattern, answer.Header.Get(h.Name), r.values); err != nil {
			return fmt.Errorf("header %s: %w", h.Name, err)
		}
	}
	switch {
	case want.empty && len(body) > 0:
		return fmt.Errorf("line %d: want an empty body", want.Line)
	case want.text != nil:
		return matchText(want.text, string(body), r.values)
	case want.body != nil:
		return matchJSON(want.body, body, r.values)
	}
	return nil
}

func (r *runner) logCount(ctx context.Context, want *LogCount) error {
	if r.target.LogKeys == nil {
		return &cannotError{"the target's topic cannot be read"}
	}
	keys, err := r.target.LogKeys(ctx)
	if err != nil {
		return fmt.Errorf("reading the schemas topic: %w", err)
	}
	got := 0
	for _, key := range keys {
		if matchJSON(want.Key, key, r.values) == nil {
			got++
		}
	}
	if got != want.Count {
		return fmt.Errorf("want %d records with that key, got %d", want.Count, got)
	}
	return nil
}
