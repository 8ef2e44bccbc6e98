package resthttp

import (
	"net/http"

	"github.com/plastron-dev/plastron/runtime/apidoc"
)

// operations2 describes the routes of version 2, and those that belong to none.
func operations2() map[string]apidoc.Operation {
	const (
		topic     = "/topics/{topic}"
		partition = topic + "/partitions/{partition}"
		group     = "/consumers/{group}"
		instance  = group + "/instances/{instance}"
	)
	done, plain := http.StatusNoContent, []string{plainJSON}
	return map[string]apidoc.Operation{
		"POST " + topic:                             {Summary: "Produce records", Query: []string{"async"}, Body: "Produce", Answer: "Produced", OrNothing: true, Refusals: []int{400, 404, 408, 422, 429}},
		"POST " + partition:                         {Summary: "Produce records to one partition", Query: []string{"async"}, Body: "Produce", Answer: "Produced", OrNothing: true, Refusals: []int{400, 404, 408, 422, 429}},
		"GET /topics":                               {Summary: "List topics", Answer: "Names"},
		"GET " + topic:                              {Summary: "Get a topic", Answer: "Resource", Refusals: []int{404}},
		"GET " + topic + "/partitions":              {Summary: "List partitions", Answer: "Resources", Refusals: []int{404}},
		"GET " + partition:                          {Summary: "Get a partition", Answer: "Resource", Refusals: []int{404}},
		"GET " + partition + "/offsets":             {Summary: "Get the first and the next offset", Answer: "Resource", Refusals: []int{404}},
		"GET /brokers":                              {Summary: "List brokers", Answer: "Resource"},
		"POST " + group:                             {Summary: "Create a consumer", Body: "NewConsumer", Answer: "Consumer", Refusals: []int{409, 422}},
		"DELETE " + instance:                        {Summary: "Delete a consumer", Success: done, Refusals: []int{404}},
		"HEAD " + instance:                          {Summary: "Ask whether a consumer is on this instance", Success: done, Refusals: []int{404}},
		"POST " + instance + "/subscription":        {Summary: "Subscribe", Body: "Object", Success: done, Refusals: []int{404, 409, 422}},
		"GET " + instance + "/subscription":         {Summary: "Get the subscription", Answer: "Resource", Refusals: []int{404}},
		"DELETE " + instance + "/subscription":      {Summary: "Unsubscribe", Success: done, Refusals: []int{404}},
		"POST " + instance + "/assignments":         {Summary: "Assign partitions", Body: "Object", Success: done, Refusals: []int{404, 409}},
		"GET " + instance + "/assignments":          {Summary: "Get the assignments", Answer: "Resource", Refusals: []int{404}},
		"POST " + instance + "/positions":           {Summary: "Seek to offsets or times", Body: "Object", Success: done, Refusals: []int{404, 409}},
		"POST " + instance + "/positions/beginning": {Summary: "Seek to the beginning", Body: "Object", Success: done, Refusals: []int{404, 409}},
		"POST " + instance + "/positions/end":       {Summary: "Seek to the end", Body: "Object", Success: done, Refusals: []int{404, 409}},
		"POST " + instance + "/offsets":             {Summary: "Commit offsets", Body: "Object", Success: done, Refusals: []int{404}},
		"GET " + instance + "/offsets":              {Summary: "Get committed offsets", Query: []string{"topic", "partition"}, Answer: "Resource", Refusals: []int{404}},
		"GET " + instance + "/records":              {Summary: "Read records", Query: []string{"timeout", "max_bytes"}, Answer: "Resources", Refusals: []int{404, 422}},
		"GET /_health":                              {Summary: "Health of the process", Answer: "Resource", AnswerTypes: plain},
		"GET /":                                     {Summary: "An empty object", Answer: "Resource", AnswerTypes: plain},
		"GET /metrics":                              {Summary: "Metrics for Prometheus", Answer: "Text", AnswerTypes: []string{"text/plain"}},
		"GET /openapi.json":                         {Summary: "This document", Answer: "Resource", AnswerTypes: plain},
		"GET /docs":                                 {Summary: "This document as a page", Answer: "Text", AnswerTypes: []string{apidoc.PageType}},
	}
}
