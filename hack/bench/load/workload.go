package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

// prepared is what the workloads ask for.
type prepared struct {
	target *traffic.Target
	ids    []int
	run    int64 // makes the texts of new schemas new
}

// workloads by name. Each is one kind of request.
func workloads() map[string]func(p prepared) traffic.Source {
	return map[string]func(p prepared) traffic.Source{
		"id": func(p prepared) traffic.Source {
			return p.repeated(func(i int) []byte { return p.target.AppendGet(nil, fmt.Sprintf("/schemas/ids/%d", p.ids[i])) })
		},
		"latest": func(p prepared) traffic.Source {
			return p.repeated(func(i int) []byte { return p.target.AppendGet(nil, "/subjects/"+subject(i)+"/versions/latest") })
		},
		"subjects": func(p prepared) traffic.Source {
			return p.repeated(func(int) []byte { return p.target.AppendGet(nil, "/subjects") })
		},
		"lookup": func(p prepared) traffic.Source {
			return p.repeated(func(i int) []byte { return p.target.AppendPost(nil, "/subjects/"+subject(i), body(i)) })
		},
		"compatibility": func(p prepared) traffic.Source {
			return p.repeated(func(i int) []byte {
				return p.target.AppendPost(nil, "/compatibility/subjects/"+subject(i)+"/versions/latest", body(i))
			})
		},
		"register": func(p prepared) traffic.Source {
			return func(dst []byte, n int64) []byte {
				name := fmt.Sprintf("%d_%d", p.run, n)
				return p.target.AppendPost(dst, "/subjects/load-new-"+name+"/versions", traffic.Body(traffic.Avro(name, 0)))
			}
		},
	}
}

func workloadNames() string { return strings.Join(slices.Sorted(maps.Keys(workloads())), ", ") }

// repeated encodes one request for each schema and sends them over and over.
func (p prepared) repeated(request func(i int) []byte) traffic.Source {
	requests := make([][]byte, len(p.ids))
	for i := range requests {
		requests[i] = request(i)
	}
	return func(dst []byte, n int64) []byte { return append(dst, requests[n%int64(len(requests))]...) }
}

func subject(i int) string { return fmt.Sprintf("load-%d", i) }

func body(i int) []byte { return traffic.Body(traffic.Avro(fmt.Sprint(i), 0)) }

// prepare registers the schemas that the workload asks for. The bare server
// needs none: it answers everything alike.
func prepare(ctx context.Context, target *traffic.Target, bare bool, s settings) (traffic.Source, error) {
	build, known := workloads()[s.workload]
	if !known {
		return nil, fmt.Errorf("workload %q is not one of %s", s.workload, workloadNames())
	}
	p := prepared{target: target, run: traffic.Now().UnixNano()}
	for i := range s.schemas {
		if bare {
			p.ids = append(p.ids, i+1)
			continue
		}
		answer, err := traffic.Ask(ctx, target, target.AppendPost(nil, "/subjects/"+subject(i)+"/versions", body(i)))
		if err != nil {
			return nil, fmt.Errorf("registering %s: %w", subject(i), err)
		}
		var registered struct {
			ID int `json:"id"`
		}
		if err := json.Unmarshal(answer, &registered); err != nil {
			return nil, fmt.Errorf("registering %s: %w", subject(i), err)
		}
		p.ids = append(p.ids, registered.ID)
	}
	return build(p), nil
}
