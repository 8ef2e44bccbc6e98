// Package resthttp is the HTTP side of the Kafka REST proxy, version 2 of its
// API as Karapace speaks it. runtime/app builds the handler and puts it behind
// the chain of runtime/httpserver; the work is done by runtime/rest.
//
// What is not obvious: the order in which a request is judged is part of the
// contract (body, Content-Type, Accept, then the route's own checks), and a
// request without a format in its type means binary. Bodies are not decoded
// into Go values: the values of records stay the bytes that the client sent
// until their format's codec sees them.
//
// Files: handler.go (construction, one request), routes.go (whole surface),
// forwarded.go (addresses behind a proxy), mediatype.go (grammar of types),
// body.go (what may be in a body), scan.go (members and elements of JSON
// without decoding), answer.go (writing),
// errors.go (kinds to statuses and codes), v2_produce.go, produce_request.go,
// v2_consumers.go, v2_records.go, consumer_requests.go, v2_metadata.go, peers.go
// (consumers of other replicas), identity.go (credentials of requests).
//
// Version 3: v3.go (one request, envelope), v3_routes.go, v3_errors.go,
// v3_cluster.go, v3_topics.go, v3_partitions.go, v3_configs.go, v3_acls.go,
// v3_groups.go; v3_produce.go (a stream), v3_frame.go (bytes to objects),
// v3_record.go, v3_batch.go, v3_read.go. openapi.go, v2_summaries.go and
// v3_summaries.go describe the surface; rate.go and allow.go narrow it.
package resthttp
