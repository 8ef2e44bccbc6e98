package compat

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Where the texts are cut; both are contracts of the registries.
const (
	karapaceCut = 300      // characters of the joined list in a 409
	oldTextCut  = 10 << 10 // characters of the old schema in a message
)

// name puts the words for the two schemas into the descriptions.
func name(findings []schema.Finding, reader, writer string) []schema.Finding {
	words := strings.NewReplacer(format.ReaderWord, reader, format.WriterWord, writer)
	for i := range findings {
		findings[i].Description = words.Replace(findings[i].Description)
	}
	return findings
}

// Messages lists what the compatibility endpoint shows: for Karapace each
// message once, for Confluent one element for each finding and three more that
// name the version, its text and the level. A compatible verdict has none.
func (v Verdict) Messages(f schema.Flavour) []string {
	if v.Compatible() {
		return nil
	}
	if f != schema.Confluent {
		return v.karapace()
	}
	messages := append(make([]string, 0, len(v.rules.Reserved)+len(v.Findings)+3), v.rules.Reserved...)
	for _, finding := range v.Findings {
		messages = append(messages, confluent(v.Type, finding))
	}
	if v.Against > 0 {
		messages = append(messages, fmt.Sprintf("{oldSchemaVersion: %d}", v.Against), "{oldSchema: '"+cut(v.AgainstText, oldTextCut)+"'}")
	}
	return append(messages, fmt.Sprintf("{validateFields: '%t', compatibility: '%s'}", v.rules.ValidateFields, v.Level))
}

// karapace lists the messages in the order in which they were found, equal
// ones once. Karapace itself collects them in a set, so no order is expected.
func (v Verdict) karapace() []string {
	messages := append(make([]string, 0, len(v.rules.Reserved)+len(v.Findings)), v.rules.Reserved...)
	seen := make(map[string]struct{}, len(v.Findings))
	for _, finding := range v.Findings {
		if _, again := seen[finding.Karapace]; again {
			continue
		}
		seen[finding.Karapace] = struct{}{}
		messages = append(messages, finding.Karapace)
	}
	return messages
}

// confluent prints one finding. Each format has a shape of its own, and the
// unequal quotes of JSON Schema are what Confluent's registry sends.
func confluent(t schema.Type, f schema.Finding) string {
	if f.Kind == format.KindTypeChanged {
		return f.Description
	}
	switch t {
	case schema.JSON:
		return `{errorType:"` + f.Kind + `", description:"` + f.Description + `'}`
	case schema.Protobuf:
		return `{errorType:"` + f.Kind + `", description:"` + f.Description + `"}`
	default:
		return "{errorType:'" + f.Kind + "', description:'" + f.Description + "', additionalInfo:'" + f.Info + "'}"
	}
}

// RegisterMessage is the message of the 409 that refuses a registration under
// the subject. It is empty for a compatible verdict.
func (v Verdict) RegisterMessage(f schema.Flavour, subject schema.Subject) string {
	if v.Compatible() {
		return ""
	}
	joined := strings.Join(v.Messages(f), ", ")
	if f != schema.Confluent {
		return fmt.Sprintf("Incompatible schema, compatibility_mode=%s. Incompatibilities: %s", v.Level, cut(joined, karapaceCut))
	}
	return fmt.Sprintf(`Schema being registered is incompatible with an earlier schema for subject "%s", details: [%s]`, subject, joined)
}

// cut keeps the first n characters of s.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
