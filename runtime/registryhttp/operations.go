package registryhttp

import "github.com/plastron-dev/plastron/runtime/apidoc"

// operations describes every route of surface and exempt, by method and
// template. A test holds both equal.
func operations() map[string]apidoc.Operation {
	all := map[string]apidoc.Operation{}
	for _, part := range []map[string]apidoc.Operation{subjectOperations(), schemaOperations(), settingOperations(), serverOperations(), associationOperations()} {
		for route, op := range part {
			all[route] = op
		}
	}
	return all
}

func subjectOperations() map[string]apidoc.Operation {
	const one = "/subjects/{subject}/versions/{version}"
	return map[string]apidoc.Operation{
		"GET /subjects": {
			Summary: "List subjects", Query: []string{"deleted", "deletedOnly", "subjectPrefix", "offset", "limit"}, Answer: "Names",
		},
		"POST /subjects/{subject}": {
			Summary: "Find the version that holds a schema", Query: []string{"deleted", "normalize", "format"},
			Body: "Registration", Answer: "Version", Refusals: []int{400, 404, 422},
		},
		"DELETE /subjects/{subject}": {
			Summary: "Delete a subject, first softly, then for good", Query: []string{"permanent"}, Answer: "Numbers", Refusals: []int{404, 422, 500},
		},
		"GET /subjects/{subject}/metadata": {
			Summary: "Find the newest version with given metadata", Query: []string{"key", "value", "deleted", "format"}, Answer: "Version", Refusals: []int{404},
		},
		"GET /subjects/{subject}/versions": {
			Summary: "List versions", Query: []string{"deleted", "deletedOnly", "deletedAsNegative", "offset", "limit"}, Answer: "Numbers", Refusals: []int{404},
		},
		"POST /subjects/{subject}/versions": {
			Summary: "Register a schema", Query: []string{"normalize", "format", "force"},
			Body: "Registration", Answer: "Registered", Refusals: []int{400, 404, 409, 422, 500},
		},
		"GET " + one: {
			Summary: "Get a version", Query: []string{"deleted", "format", "referenceFormat", "findTags"}, Answer: "Version", Refusals: []int{404, 422},
		},
		"DELETE " + one: {
			Summary: "Delete a version, first softly, then for good", Query: []string{"permanent"}, Answer: "Number", Refusals: []int{404, 422, 500},
		},
		"POST " + one + "/tags": {
			Summary: "Register a version with other inline tags", Body: "TagChange", Answer: "Registered", Refusals: []int{400, 404, 409, 422, 500},
		},
		"GET " + one + "/schema": {
			Summary: "Get the text of a version", Query: []string{"deleted", "format"}, Answer: "Text", Refusals: []int{404, 422},
		},
		"GET " + one + "/referencedby": {
			Summary: "List the ids of schemas that refer to a version", Query: []string{"deleted", "offset", "limit"}, Answer: "Numbers", Refusals: []int{404, 422},
		},
		"GET " + one + "/referencedBy": {
			Summary: "Another spelling of referencedby", Query: []string{"deleted", "offset", "limit"}, Answer: "Numbers", Refusals: []int{404, 422},
		},
		"POST /compatibility/subjects/{subject}/versions": {
			Summary: "Check a schema against all versions", Query: []string{"verbose", "normalize"},
			Body: "Registration", Answer: "Verdict", Refusals: []int{400, 404, 422},
		},
		"POST /compatibility/subjects/{subject}/versions/{version}": {
			Summary: "Check a schema against one version", Query: []string{"verbose", "normalize"},
			Body: "Registration", Answer: "Verdict", Refusals: []int{400, 404, 422},
		},
	}
}

func schemaOperations() map[string]apidoc.Operation {
	return map[string]apidoc.Operation{
		"GET /schemas": {
			Summary: "List schemas", Query: []string{"subjectPrefix", "deleted", "latestOnly", "aliases", "ruleType", "resourceType", "associationType", "lifecycle", "offset", "limit"}, Answer: "Versions",
		},
		"GET /schemas/types": {Summary: "List schema types", Answer: "Names"},
		"GET /schemas/ids/{id}": {
			Summary: "Get a schema by its id", Query: []string{"subject", "format", "referenceFormat", "findTags", "fetchMaxId", "includeSubjects"},
			Answer: "Schema", Refusals: []int{404},
		},
		"GET /schemas/ids/{id}/schema": {
			Summary: "Get the text of a schema by its id", Query: []string{"subject", "format"}, Answer: "Text", Refusals: []int{404},
		},
		"GET /schemas/ids/{id}/subjects": {
			Summary: "List the subjects that hold an id", Query: []string{"subject", "deleted", "offset", "limit"}, Answer: "Names", Refusals: []int{404},
		},
		"GET /schemas/ids/{id}/versions": {
			Summary: "List the versions that hold an id", Query: []string{"subject", "deleted", "offset", "limit"}, Answer: "Places", Refusals: []int{404},
		},
		"GET /schemas/guids/{guid}": {
			Summary: "Get a schema by the name of its content", Query: []string{"format"}, Answer: "Schema", Refusals: []int{404},
		},
		"GET /schemas/guids/{guid}/ids": {Summary: "List the ids of a content", Answer: "ContextIDs"},
		"GET /contexts":                 {Summary: "List contexts", Query: []string{"contextPrefix", "offset", "limit"}, Answer: "Names"},
		"DELETE /contexts/{context}":    {Summary: "Delete an empty context", Success: 204, Refusals: []int{400, 422, 500}},
	}
}

func settingOperations() map[string]apidoc.Operation {
	return map[string]apidoc.Operation{
		"GET /config":    {Summary: "Get the global configuration", Query: []string{"defaultToGlobal"}, Answer: "Config"},
		"PUT /config":    {Summary: "Change the global configuration", Body: "ConfigChange", Answer: "ConfigChange", Refusals: []int{400, 422, 500}},
		"DELETE /config": {Summary: "Remove the global configuration", Answer: "Config", Refusals: []int{422, 500}},
		"GET /config/{subject}": {
			Summary: "Get the configuration of a subject", Query: []string{"defaultToGlobal"}, Answer: "Config", Refusals: []int{404},
		},
		"PUT /config/{subject}": {
			Summary: "Change the configuration of a subject", Body: "ConfigChange", Answer: "ConfigChange", Refusals: []int{400, 404, 422, 500},
		},
		"DELETE /config/{subject}": {Summary: "Remove the configuration of a subject", Answer: "Config", Refusals: []int{404, 422, 500}},
		"GET /mode":                {Summary: "Get the global mode", Query: []string{"defaultToGlobal"}, Answer: "Mode"},
		"PUT /mode":                {Summary: "Set the global mode", Query: []string{"force"}, Body: "Mode", Answer: "Mode", Refusals: []int{400, 422, 500}},
		"DELETE /mode":             {Summary: "Remove the global mode", Query: []string{"recursive"}, Answer: "Mode", Refusals: []int{422, 500}},
		"GET /mode/{subject}": {
			Summary: "Get the mode of a subject", Query: []string{"defaultToGlobal"}, Answer: "Mode", Refusals: []int{404},
		},
		"PUT /mode/{subject}": {
			Summary: "Set the mode of a subject", Query: []string{"force"}, Body: "Mode", Answer: "Mode", Refusals: []int{400, 404, 422, 500},
		},
		"DELETE /mode/{subject}": {
			Summary: "Remove the mode of a subject", Query: []string{"recursive"}, Answer: "Mode", Refusals: []int{404, 422, 500},
		},
	}
}

func associationOperations() map[string]apidoc.Operation {
	filter := []string{"resourceType", "associationType", "lifecycle", "offset", "limit"}
	writes := []int{400, 404, 409, 422, 500}
	return map[string]apidoc.Operation{
		"POST /associations": {
			Summary: "Associate subjects with a resource", Query: []string{"dryRun"}, Body: "AssociationRequest", Answer: "Associated", Refusals: writes,
		},
		"POST /associations:batchGet": {
			Summary: "List the associations of several resources", Body: "AssociationBatch", Answer: "AssociationResults", Success: 207, Refusals: []int{400, 422},
		},
		"POST /associations:batchMutate": {
			Summary: "Change the associations of several resources", Query: []string{"dryRun"},
			Body: "AssociationBatch", Answer: "AssociationResults", Success: 207, Refusals: []int{400, 422, 500},
		},
		"GET /associations/resources/{resource}": {Summary: "List the associations of a resource by its id", Query: filter, Answer: "Associations"},
		"PUT /associations/resources/{resource}": {
			Summary: "Add or change associations of a resource", Query: []string{"dryRun"}, Body: "AssociationRequest", Answer: "Associated", Refusals: writes,
		},
		"DELETE /associations/resources/{resource}": {
			Summary: "Remove associations of a resource", Query: []string{"resourceType", "associationType", "cascadeLifecycle", "dryRun"},
			Success: 204, Refusals: []int{404, 409, 422, 500},
		},
		"GET /associations/resources/{namespace}/{name}": {
			Summary: "List the associations of a resource by its name; - is any namespace", Query: filter, Answer: "Associations",
		},
		"GET /associations/subjects/{associated}": {Summary: "List the associations of a subject", Query: filter, Answer: "Associations"},
	}
}

func serverOperations() map[string]apidoc.Operation {
	return map[string]apidoc.Operation{
		"GET /_operator/v1/subjects": {
			Summary: "List what all subjects hold, without texts, and wait for changes", Query: []string{"since", "wait"}, Answer: "Feed", Refusals: []int{400},
		},
		"GET /v1/metadata/id":         {Summary: "Get the id of the cluster", Answer: "Object"},
		"GET /v1/metadata/version":    {Summary: "Get the version of the server", Answer: "Object"},
		"GET /v1/metadata/deployment": {Summary: "Get attributes of the deployment", Answer: "Object"},
		"GET /":                       {Summary: "Say that the server is there", Answer: "Object"},
		"POST /":                      {Summary: "Say that the server is there", Answer: "Object"},
		"GET /_health":                {Summary: "Say how this node is", Answer: "Object", Query: []string{"ready"}, Refusals: []int{503}},
		"GET /master_available":       {Summary: "Say whether writes can succeed", Answer: "Object"},
		"GET /metrics":                {Summary: "Get the metrics in the text format of Prometheus", Answer: "Lines"},
		"GET /openapi.json":           {Summary: "Get this document", Answer: "Object"},
		"GET /docs":                   {Summary: "Read this document as a page", Answer: "Page"},
		"GET /redoc":                  {Summary: "Read this document as a page", Answer: "Page"},
		"GET /ui":                     {Summary: "Look through the registry in a browser", Answer: "Page"},
		"GET /ui/{file}":              {Summary: "Get a file of that page", Answer: "Page", Refusals: []int{404}},
	}
}

// parameters describes the query parameters by name: their type and what they
// do.
func parameters() map[string][2]string {
	return map[string][2]string{
		"aliases":           {"boolean", "Add the subjects that stand for the one of each schema."},
		"associationType":   {"string", "Part of the resource: key or value; several may be given."},
		"cascadeLifecycle":  {"boolean", "Also frozen associations, and soft-delete the subjects that belong to the resource alone."},
		"contextPrefix":     {"string", "What the names of contexts begin with."},
		"defaultToGlobal":   {"boolean", "Answer what holds for the subject, wherever it is set."},
		"deleted":           {"boolean", "Include what is soft-deleted."},
		"deletedAsNegative": {"boolean", "List all versions, soft-deleted ones with a minus."},
		"deletedOnly":       {"boolean", "Only what is soft-deleted."},
		"dryRun":            {"boolean", "Check everything, write nothing."},
		"fetchMaxId":        {"boolean", "Add the highest id of the context."},
		"findTags":          {"string", "Add what has this inline tag, * for any; several may be given."},
		"force":             {"boolean", "Leave out the check that is in the way: compatibility, or that import mode begins on empty ground."},
		"format":            {"string", "resolved (Avro), serialized or ignore_extensions (Protobuf); anything else is the stored text."},
		"includeSubjects":   {"boolean", "Add the subjects that hold the id."},
		"key":               {"string", "Name of a property; the value with the same number belongs to it."},
		"latestOnly":        {"boolean", "Only the newest version of each subject."},
		"lifecycle":         {"string", "STRONG or WEAK."},
		"limit":             {"integer", "How many at most."},
		"normalize":         {"boolean", "Use the normalized text."},
		"offset":            {"integer", "How many to leave out at the beginning."},
		"permanent":         {"boolean", "Delete for good what is soft-deleted."},
		"ready":             {"boolean", "Answer 503 until the node serves reads."},
		"recursive":         {"boolean", "Also the modes of the subjects below."},
		"referenceFormat":   {"string", "qualified names the context in the subjects of references."},
		"resourceType":      {"string", "Type of the resource; topic when absent."},
		"ruleType":          {"string", "Only schemas with a rule of this type; several may be given."},
		"since":             {"string", "The cursor of the answer before; without one all subjects are listed."},
		"wait":              {"string", "How long to wait for a change, 30s for example; at most 45s."},
		"subject":           {"string", "Whose context the id belongs to."},
		"subjectPrefix":     {"string", "What subjects begin with; :.ctx: is a context, :*: all of them."},
		"value":             {"string", "Value of a property."},
		"verbose":           {"boolean", "Always list messages."},
	}
}
