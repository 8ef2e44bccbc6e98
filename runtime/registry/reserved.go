package registry

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/record"
)

// reservedProperty is the metadata property that lists names, with commas
// between them, which no field of the schema may have.
const reservedProperty = "confluent:reserved"

func reservedFields(x record.Extra) []string {
	list := x.ParsedMetadata().Properties[reservedProperty]
	if list == "" {
		return nil
	}
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// reserved lists what is wrong with the reserved fields of a schema whose
// subject has validateFields: one that the version before reserves has to stay
// reserved, and no field of the schema may be one. The texts are Confluent's,
// which knows them alone.
func (p *prepared) reserved(previous *Entry) []string {
	if !isSet(p.config.ValidateFields) {
		return nil
	}
	names := reservedFields(p.extra)
	var complaints []string
	if previous != nil {
		for _, name := range reservedFields(previous.Extra) {
			if !slices.Contains(names, name) {
				complaints = append(complaints, fmt.Sprintf("The new schema has reserved field %s removed from its metadata which is present in the old schema's metadata.", name))
			}
		}
	}
	for _, name := range names {
		if format.HasField(p.parsed, name) {
			complaints = append(complaints, fmt.Sprintf("The new schema has field that conflicts with the reserved field %s.", name))
		}
	}
	return complaints
}
