package rest

import (
	"encoding/json"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// subjectOf names the subject of a schema (REST contract 8.2).
func subjectOf(strategy, topic string, of side, p format.Parsed) (schema.Subject, error) {
	if strategy != RecordName && strategy != TopicRecordName {
		return schema.Subject(topic + "-" + string(of)), nil
	}
	name := recordName(p)
	if name == "" {
		return "", fail(InvalidSchema, "The schema has no name, which the name strategy %s needs", strategy)
	}
	if strategy == TopicRecordName {
		name = topic + "-" + name
	}
	return schema.Subject(name), nil
}

// recordName is the full name of a named Avro type, or the title of a JSON
// Schema; empty when there is none.
func recordName(p format.Parsed) string {
	var head struct {
		Name, Namespace, Title string
	}
	if err := json.Unmarshal([]byte(p.Canonical()), &head); err != nil {
		return ""
	}
	if p.Type() == schema.JSON {
		return head.Title
	}
	for i := range len(head.Name) {
		if head.Name[i] == '.' {
			return head.Name
		}
	}
	if head.Namespace != "" && head.Name != "" {
		return head.Namespace + "." + head.Name
	}
	return head.Name
}
