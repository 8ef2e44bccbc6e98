package registryhttp

// operation describes what a route does, for the document at /openapi.json.
type operation struct {
	summary string
	// query names the parameters, see parameters.
	query []string
	// body and answer name schemas of the document, see components; an empty
	// body is none.
	body, answer string
	// refusals are the statuses besides those that every route has.
	refusals []int
	// success is the status when it is not 200.
	success int
}

// operations describes every route of surface and exempt, by method and
// template. A test holds both equal.
func operations() map[string]operation {
	all := map[string]operation{}
	for _, part := range []map[string]operation{subjectOperations(), schemaOperations(), settingOperations(), serverOperations(), associationOperations()} {
		for route, op := range part {
			all[route] = op
		}
	}
	return all
}

func subjectOperations() map[string]operation {
	const one = "/subjects/{subject}/versions/{version}"
	return map[string]operation{
		"GET /subjects": {
			summary: "List subjects", query: []string{"deleted", "deletedOnly", "subjectPrefix", "offset", "limit"}, answer: "Names",
		},
		"POST /subjects/{subject}": {
			summary: "Find the version that holds a schema", query: []string{"deleted", "normalize", "format"},
			body: "Registration", answer: "Version", refusals: []int{400, 404, 422},
		},
		"DELETE /subjects/{subject}": {
			summary: "Delete a subject, first softly, then for good", query: []string{"permanent"}, answer: "Numbers", refusals: []int{404, 422, 500},
		},
		"GET /subjects/{subject}/metadata": {
			summary: "Find the newest version with given metadata", query: []string{"key", "value", "deleted", "format"}, answer: "Version", refusals: []int{404},
		},
		"GET /subjects/{subject}/versions": {
			summary: "List versions", query: []string{"deleted", "deletedOnly", "deletedAsNegative", "offset", "limit"}, answer: "Numbers", refusals: []int{404},
		},
		"POST /subjects/{subject}/versions": {
			summary: "Register a schema", query: []string{"normalize", "format", "force"},
			body: "Registration", answer: "Registered", refusals: []int{400, 404, 409, 422, 500},
		},
		"GET " + one: {
			summary: "Get a version", query: []string{"deleted", "format", "referenceFormat", "findTags"}, answer: "Version", refusals: []int{404, 422},
		},
		"DELETE " + one: {
			summary: "Delete a version, first softly, then for good", query: []string{"permanent"}, answer: "Number", refusals: []int{404, 422, 500},
		},
		"POST " + one + "/tags": {
			summary: "Register a version with other inline tags", body: "TagChange", answer: "Registered", refusals: []int{400, 404, 409, 422, 500},
		},
		"GET " + one + "/schema": {
			summary: "Get the text of a version", query: []string{"deleted", "format"}, answer: "Text", refusals: []int{404, 422},
		},
		"GET " + one + "/referencedby": {
			summary: "List the ids of schemas that refer to a version", query: []string{"deleted", "offset", "limit"}, answer: "Numbers", refusals: []int{404, 422},
		},
		"GET " + one + "/referencedBy": {
			summary: "Another spelling of referencedby", query: []string{"deleted", "offset", "limit"}, answer: "Numbers", refusals: []int{404, 422},
		},
		"POST /compatibility/subjects/{subject}/versions": {
			summary: "Check a schema against all versions", query: []string{"verbose", "normalize"},
			body: "Registration", answer: "Verdict", refusals: []int{400, 404, 422},
		},
		"POST /compatibility/subjects/{subject}/versions/{version}": {
			summary: "Check a schema against one version", query: []string{"verbose", "normalize"},
			body: "Registration", answer: "Verdict", refusals: []int{400, 404, 422},
		},
	}
}

func schemaOperations() map[string]operation {
	return map[string]operation{
		"GET /schemas": {
			summary: "List schemas", query: []string{"subjectPrefix", "deleted", "latestOnly", "aliases", "resourceType", "associationType", "lifecycle", "offset", "limit"}, answer: "Versions",
		},
		"GET /schemas/types": {summary: "List schema types", answer: "Names"},
		"GET /schemas/ids/{id}": {
			summary: "Get a schema by its id", query: []string{"subject", "format", "referenceFormat", "findTags", "fetchMaxId", "includeSubjects"},
			answer: "Schema", refusals: []int{404},
		},
		"GET /schemas/ids/{id}/schema": {
			summary: "Get the text of a schema by its id", query: []string{"subject", "format"}, answer: "Text", refusals: []int{404},
		},
		"GET /schemas/ids/{id}/subjects": {
			summary: "List the subjects that hold an id", query: []string{"subject", "deleted", "offset", "limit"}, answer: "Names", refusals: []int{404},
		},
		"GET /schemas/ids/{id}/versions": {
			summary: "List the versions that hold an id", query: []string{"subject", "deleted", "offset", "limit"}, answer: "Places", refusals: []int{404},
		},
		"GET /schemas/guids/{guid}": {
			summary: "Get a schema by the name of its content", query: []string{"format"}, answer: "Schema", refusals: []int{404},
		},
		"GET /schemas/guids/{guid}/ids": {summary: "List the ids of a content", answer: "ContextIDs"},
		"GET /contexts":                 {summary: "List contexts", query: []string{"contextPrefix", "offset", "limit"}, answer: "Names"},
		"DELETE /contexts/{context}":    {summary: "Delete an empty context", success: 204, refusals: []int{400, 422, 500}},
	}
}

func settingOperations() map[string]operation {
	return map[string]operation{
		"GET /config":    {summary: "Get the global configuration", query: []string{"defaultToGlobal"}, answer: "Config"},
		"PUT /config":    {summary: "Change the global configuration", body: "ConfigChange", answer: "ConfigChange", refusals: []int{400, 422, 500}},
		"DELETE /config": {summary: "Remove the global configuration", answer: "Config", refusals: []int{422, 500}},
		"GET /config/{subject}": {
			summary: "Get the configuration of a subject", query: []string{"defaultToGlobal"}, answer: "Config", refusals: []int{404},
		},
		"PUT /config/{subject}": {
			summary: "Change the configuration of a subject", body: "ConfigChange", answer: "ConfigChange", refusals: []int{400, 404, 422, 500},
		},
		"DELETE /config/{subject}": {summary: "Remove the configuration of a subject", answer: "Config", refusals: []int{404, 422, 500}},
		"GET /mode":                {summary: "Get the global mode", query: []string{"defaultToGlobal"}, answer: "Mode"},
		"PUT /mode":                {summary: "Set the global mode", query: []string{"force"}, body: "Mode", answer: "Mode", refusals: []int{400, 422, 500}},
		"DELETE /mode":             {summary: "Remove the global mode", query: []string{"recursive"}, answer: "Mode", refusals: []int{422, 500}},
		"GET /mode/{subject}": {
			summary: "Get the mode of a subject", query: []string{"defaultToGlobal"}, answer: "Mode", refusals: []int{404},
		},
		"PUT /mode/{subject}": {
			summary: "Set the mode of a subject", query: []string{"force"}, body: "Mode", answer: "Mode", refusals: []int{400, 404, 422, 500},
		},
		"DELETE /mode/{subject}": {
			summary: "Remove the mode of a subject", query: []string{"recursive"}, answer: "Mode", refusals: []int{404, 422, 500},
		},
	}
}

func associationOperations() map[string]operation {
	filter := []string{"resourceType", "associationType", "lifecycle", "offset", "limit"}
	writes := []int{400, 404, 409, 422, 500}
	return map[string]operation{
		"POST /associations": {
			summary: "Associate subjects with a resource", query: []string{"dryRun"}, body: "AssociationRequest", answer: "Associated", refusals: writes,
		},
		"POST /associations:batchGet": {
			summary: "List the associations of several resources", body: "AssociationBatch", answer: "AssociationResults", success: 207, refusals: []int{400, 422},
		},
		"POST /associations:batchMutate": {
			summary: "Change the associations of several resources", query: []string{"dryRun"},
			body: "AssociationBatch", answer: "AssociationResults", success: 207, refusals: []int{400, 422, 500},
		},
		"GET /associations/resources/{resource}": {summary: "List the associations of a resource by its id", query: filter, answer: "Associations"},
		"PUT /associations/resources/{resource}": {
			summary: "Add or change associations of a resource", query: []string{"dryRun"}, body: "AssociationRequest", answer: "Associated", refusals: writes,
		},
		"DELETE /associations/resources/{resource}": {
			summary: "Remove associations of a resource", query: []string{"resourceType", "associationType", "cascadeLifecycle", "dryRun"},
			success: 204, refusals: []int{404, 409, 422, 500},
		},
		"GET /associations/resources/{namespace}/{name}": {
			summary: "List the associations of a resource by its name; - is any namespace", query: filter, answer: "Associations",
		},
		"GET /associations/subjects/{associated}": {summary: "List the associations of a subject", query: filter, answer: "Associations"},
	}
}

func serverOperations() map[string]operation {
	return map[string]operation{
		"GET /v1/metadata/id":         {summary: "Get the id of the cluster", answer: "Object"},
		"GET /v1/metadata/version":    {summary: "Get the version of the server", answer: "Object"},
		"GET /v1/metadata/deployment": {summary: "Get attributes of the deployment", answer: "Object"},
		"GET /":                       {summary: "Say that the server is there", answer: "Object"},
		"POST /":                      {summary: "Say that the server is there", answer: "Object"},
		"GET /_health":                {summary: "Say whether this node serves reads", answer: "Object", refusals: []int{503}},
		"GET /master_available":       {summary: "Say whether writes can succeed", answer: "Object"},
		"GET /metrics":                {summary: "Get the metrics in the text format of Prometheus", answer: "Lines"},
		"GET /openapi.json":           {summary: "Get this document", answer: "Object"},
		"GET /docs":                   {summary: "Read this document as a page", answer: "Page"},
		"GET /redoc":                  {summary: "Read this document as a page", answer: "Page"},
		"GET /ui":                     {summary: "Look through the registry in a browser", answer: "Page"},
		"GET /ui/{file}":              {summary: "Get a file of that page", answer: "Page", refusals: []int{404}},
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
		"recursive":         {"boolean", "Also the modes of the subjects below."},
		"referenceFormat":   {"string", "qualified names the context in the subjects of references."},
		"resourceType":      {"string", "Type of the resource; topic when absent."},
		"subject":           {"string", "Whose context the id belongs to."},
		"subjectPrefix":     {"string", "What subjects begin with; :.ctx: is a context, :*: all of them."},
		"value":             {"string", "Value of a property."},
		"verbose":           {"boolean", "Always list messages."},
	}
}
