package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

const mediaType = "application/vnd.schemaregistry.v1+json"

// workload makes the n-th request of a run; n counts over all connections.
type workload func(ctx context.Context, n int64) (*http.Request, error)

// prepared is what the workloads ask for.
type prepared struct {
	url string
	ids []int
	run int64 // makes the texts of new schemas new
}

// workloads by name. Each is one kind of request.
func workloads() map[string]func(p prepared) workload {
	return map[string]func(p prepared) workload{
		"id": func(p prepared) workload {
			return get(func(n int64) string { return fmt.Sprintf("%s/schemas/ids/%d", p.url, p.ids[n%int64(len(p.ids))]) })
		},
		"latest": func(p prepared) workload {
			return get(func(n int64) string { return p.url + "/subjects/" + subject(int(n)%len(p.ids)) + "/versions/latest" })
		},
		"subjects": func(p prepared) workload { return get(func(int64) string { return p.url + "/subjects" }) },
		"lookup": func(p prepared) workload {
			return post(func(n int64) (string, string) {
				i := int(n) % len(p.ids)
				return p.url + "/subjects/" + subject(i), text(fmt.Sprint(i))
			})
		},
		"compatibility": func(p prepared) workload {
			return post(func(n int64) (string, string) {
				i := int(n) % len(p.ids)
				return p.url + "/compatibility/subjects/" + subject(i) + "/versions/latest", text(fmt.Sprint(i))
			})
		},
		"register": func(p prepared) workload {
			return post(func(n int64) (string, string) {
				name := fmt.Sprintf("%d_%d", p.run, n)
				return p.url + "/subjects/load-new-" + name + "/versions", text(name)
			})
		},
	}
}

func workloadNames() string { return strings.Join(slices.Sorted(maps.Keys(workloads())), ", ") }

func get(url func(n int64) string) workload {
	return func(ctx context.Context, n int64) (*http.Request, error) {
		return http.NewRequestWithContext(ctx, http.MethodGet, url(n), nil)
	}
}

func post(what func(n int64) (url, schema string)) workload {
	return func(ctx context.Context, n int64) (*http.Request, error) {
		url, schema := what(n)
		body, err := json.Marshal(map[string]string{"schema": schema})
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err == nil {
			req.Header.Set("Content-Type", mediaType)
		}
		return req, err
	}
}

func subject(i int) string { return fmt.Sprintf("load-%d", i) }

// text is a record of some 600 bytes whose name makes it one schema of its own.
func text(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"type":"record","name":"Load_%s","namespace":"bench.load","fields":[`, name)
	for i := range 10 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"name":"field_%d","type":["null","string"],"default":null}`, i)
	}
	b.WriteString("]}")
	return b.String()
}

// prepare registers the schemas that the workload asks for. The bare server
// needs none: it answers everything alike.
func prepare(ctx context.Context, client *http.Client, url string, bare bool, s settings) (workload, error) {
	build, known := workloads()[s.workload]
	if !known {
		return nil, fmt.Errorf("workload %q is not one of %s", s.workload, workloadNames())
	}
	p := prepared{url: strings.TrimSuffix(url, "/"), run: now().UnixNano()}
	for i := range s.schemas {
		if bare {
			p.ids = append(p.ids, i+1)
			continue
		}
		id, err := register(ctx, client, p.url, i)
		if err != nil {
			return nil, err
		}
		p.ids = append(p.ids, id)
	}
	return build(p), nil
}

func register(ctx context.Context, client *http.Client, url string, i int) (int, error) {
	req, err := post(func(int64) (string, string) {
		return url + "/subjects/" + subject(i) + "/versions", text(fmt.Sprint(i))
	})(ctx, 0)
	if err != nil {
		return 0, err
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return 0, err
	}
	var answer struct {
		ID int `json:"id"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("registering %s: %s: %s", subject(i), res.Status, body)
	}
	return answer.ID, nil
}
