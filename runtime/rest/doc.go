// Package rest is the service behind the Kafka REST proxy: producing, consumer
// instances, and what the cluster consists of. It knows Kafka and the schema
// registry, and nothing of HTTP: runtime/resthttp calls it and turns its Kinds
// into statuses and codes. runtime/app builds it.
//
// What is not obvious:
//
//   - A record either reaches Kafka or is reported; the HTTP client that goes
//     away cancels neither the records nor requests on a shared connection.
//     All waiting is bounded by Settings instead.
//   - Batches are shared, and Kafka refuses them as a whole. What would make it
//     do so (size, a missing key, a timestamp) is looked for in each record
//     before, so that a wrong record fails alone.
//   - All records of a request are serialized before the first is sent, and
//     the partition is chosen here, by the hash that the replaced proxy used,
//     so that keys stay in their partitions.
//   - A consumer instance is two Kafka clients at most: a member, which takes
//     part in the group and fetches nothing, and a fetcher, which reads
//     partitions from positions that this package decides. Assignments made by
//     hand and by the group then share one way of seeking, reading and
//     committing.
//   - With the credentials of requests there is a Service for each user, so that
//     nothing of one can be seen by another: clients, consumers, caches.
//   - Records that a read took from Kafka but did not hand out stay in the
//     instance: none is lost at max_bytes, behind a broken record, or when the
//     client hangs up.
//
// Files: rest.go (construction, Run), settings.go, errors.go (kinds),
// cluster.go (the shared client, bounded calls), topics.go, brokers.go
// (metadata); produce.go (the steps of a produce request), serialize.go
// (record to bytes), schemas.go (schema by id and by text), subject.go (name
// strategies), format.go (JSON of a record to and from bytes), partition.go
// (hashes), memory.go (bounds that services share), buffer.go (bytes that
// wait), rules.go (what a topic takes),
// deliver.go (sending and waiting), async.go (not waiting);
// identities.go (a service for each user); consumers.go (instances, expiry),
// consumer.go (one instance), subscribe.go, assign.go, member.go,
// fetcher.go (the two clients), positions.go (seeking), commit.go, read.go.
//
// Version 3 of the API has v3_cluster.go, v3_topics.go, v3_configs.go,
// v3_acls.go and v3_groups.go (questions to Kafka), v3_errors.go (its kinds of
// Kafka's errors), v3_stream.go (records in, receipts out, in order),
// v3_period.go (what the records of a second share), v3_record.go (record to
// bytes), v3_schemas.go (schemas by id, version and text) and v3_read.go.
package rest
