package rest

import (
	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/serde"
)

// subjectOf names the subject of a schema (REST contract 8.2).
func subjectOf(strategy, topic string, of side, p format.Parsed) (schema.Subject, error) {
	if strategy != RecordName && strategy != TopicRecordName {
		return schema.Subject(topic + "-" + string(of)), nil
	}
	name, ok := serde.RecordName(p)
	if !ok {
		return "", fail(InvalidSchema, "The schema has no name, which the name strategy %s needs", strategy)
	}
	if strategy == TopicRecordName {
		name = topic + "-" + name
	}
	return schema.Subject(name), nil
}
