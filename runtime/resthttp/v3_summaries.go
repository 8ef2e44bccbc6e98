package resthttp

import (
	"net/http"

	"github.com/plastron-dev/plastron/runtime/apidoc"
)

// operations3 describes the routes of version 3 by method and path below the
// cluster, "" being the cluster itself.
func operations3() map[string]apidoc.Operation {
	const (
		topic     = "/topics/{topic}"
		partition = topic + "/partitions/{partition}"
		broker    = "/brokers/{broker}"
		group     = "/consumer-groups/{group}"
		consumer  = group + "/consumers/{consumer}"
		byTopic   = "/{topic}/partitions/{partition}"
	)
	filter := []string{"resource_type", "resource_name", "pattern_type", "principal", "host", "operation", "permission"}
	all := map[string]apidoc.Operation{
		"POST " + topic + "/records": {
			Summary: "Produce records: a stream of objects, with a receipt for each while it goes on", Body: "Record", Answer: "Receipt", Refusals: []int{400, 422, 429},
		},
		"POST " + topic + "/records:batch": {
			Summary: "Produce up to ten records", Body: "RecordBatch", Answer: "Receipts", Success: http.StatusMultiStatus, Refusals: []int{400, 422},
		},
		"GET " + partition + "/records": {
			Summary: "Read records by offset, without a consumer; Plastron's own", Query: []string{"offset", "limit", "max_bytes", "timeout", "format"},
			Answer: "Collection", Refusals: []int{400, 404, 422},
		},
		"GET /topics":           {Summary: "List topics", Query: []string{"includeAuthorizedOperations"}, Answer: "Collection"},
		"POST /topics":          {Summary: "Create a topic", Body: "NewTopic", Answer: "Resource", Success: http.StatusCreated, Refusals: []int{400, 422}},
		"GET " + topic:          {Summary: "Get a topic", Query: []string{"include_authorized_operations"}, Answer: "Resource", Refusals: []int{404}},
		"PATCH " + topic:        {Summary: "Add partitions to a topic", Body: "Growth", Answer: "Resource", Refusals: []int{400, 404, 422}},
		"DELETE " + topic:       {Summary: "Delete a topic", Success: http.StatusNoContent, Refusals: []int{404}},
		"GET /topics/-/configs": {Summary: "List the configurations of all topics", Answer: "Collection"},
		"POST /topics/-/configs:alter": {
			Summary: "Change the configurations of several topics, each for itself", Body: "Changes", Success: http.StatusNoContent, Refusals: []int{400, 422},
		},
		"GET " + topic + "/partitions":                {Summary: "List partitions", Answer: "Collection", Refusals: []int{404}},
		"GET " + partition:                            {Summary: "Get a partition", Answer: "Resource", Refusals: []int{404}},
		"GET " + partition + "/offset":                {Summary: "Get the first and the next offset", Query: []string{"offset_type"}, Answer: "Resource", Refusals: []int{400, 404}},
		"GET " + partition + "/replicas":              {Summary: "List replicas of a partition", Answer: "Collection", Refusals: []int{404}},
		"GET " + partition + "/replicas/{broker}":     {Summary: "Get a replica", Answer: "Resource", Refusals: []int{404}},
		"GET " + partition + "/reassignment":          {Summary: "Get the reassignment of a partition", Answer: "Resource", Refusals: []int{404}},
		"GET /topics/-/partitions/-/reassignment":     {Summary: "List all reassignments", Answer: "Collection"},
		"GET " + topic + "/partitions/-/reassignment": {Summary: "List reassignments of a topic", Answer: "Collection", Refusals: []int{404}},

		"GET ":                                  {Summary: "Get the cluster", Answer: "Resource"},
		"GET /brokers":                          {Summary: "List brokers", Answer: "Collection"},
		"GET " + broker:                         {Summary: "Get a broker", Answer: "Resource", Refusals: []int{404}},
		"GET /brokers/-/configs":                {Summary: "List the configurations of all brokers", Answer: "Collection"},
		"GET " + broker + "/partition-replicas": {Summary: "List replicas on a broker", Answer: "Collection", Refusals: []int{404}},

		"GET /acls":        {Summary: "List ACLs", Query: filter, Answer: "Collection", Refusals: []int{400, 404}},
		"POST /acls":       {Summary: "Create an ACL", Body: "ACL", Success: http.StatusCreated, Refusals: []int{400, 422}},
		"POST /acls:batch": {Summary: "Create several ACLs", Body: "ACLs", Success: http.StatusNoContent, Refusals: []int{400, 422}},
		"DELETE /acls":     {Summary: "Delete ACLs", Query: filter, Answer: "ACLs", Refusals: []int{400, 404}},

		"GET /consumer-groups":                       {Summary: "List consumer groups", Answer: "Collection"},
		"GET " + group:                               {Summary: "Get a consumer group", Answer: "Resource", Refusals: []int{404}},
		"GET " + group + "/consumers":                {Summary: "List consumers of a group", Answer: "Collection", Refusals: []int{404}},
		"GET " + consumer:                            {Summary: "Get a consumer", Answer: "Resource", Refusals: []int{404}},
		"GET " + consumer + "/assignments":           {Summary: "List partitions of a consumer", Answer: "Collection", Refusals: []int{404}},
		"GET " + consumer + "/assignments" + byTopic: {Summary: "Get a partition of a consumer", Answer: "Resource", Refusals: []int{404}},
		"GET " + group + "/lag-summary":              {Summary: "Get the lag of a group as a whole", Answer: "Resource", Refusals: []int{404}},
		"GET " + group + "/lags":                     {Summary: "List lags of a group", Answer: "Collection", Refusals: []int{404}},
		"GET " + group + "/lags" + byTopic:           {Summary: "Get the lag of one partition", Answer: "Resource", Refusals: []int{404}},
	}
	for of, noun := range map[string]string{topic + "/configs": "a topic", broker + "/configs": "a broker", "/broker-configs": "all brokers"} {
		all["GET "+of] = apidoc.Operation{Summary: "List the configuration of " + noun, Answer: "Collection", Refusals: []int{404}}
		all["POST "+of+":alter"] = apidoc.Operation{Summary: "Change the configuration of " + noun, Body: "Changes", Success: http.StatusNoContent, Refusals: []int{400, 404, 422}}
		all["GET "+of+"/{config}"] = apidoc.Operation{Summary: "Get an entry of the configuration of " + noun, Answer: "Resource", Refusals: []int{404}}
		all["PUT "+of+"/{config}"] = apidoc.Operation{Summary: "Set an entry of the configuration of " + noun, Body: "ConfigValue", Success: http.StatusNoContent, Refusals: []int{400, 404}}
		all["DELETE "+of+"/{config}"] = apidoc.Operation{Summary: "Reset an entry of the configuration of " + noun, Success: http.StatusNoContent, Refusals: []int{400, 404}}
	}
	return all
}
