package record

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// tenant is the one that a registry for one owner writes.
const tenant = `"tenant":"default"`

// AssocValue ties a subject to something outside of the registry, such as the
// values of a topic (registry contract 12.1).
type AssocValue struct {
	Subject schema.Subject
	// GUID names the association itself.
	GUID string
	// ResourceName in ResourceNamespace is what the subject belongs to, and
	// ResourceID tells it from one of the same name that comes after it.
	ResourceName, ResourceNamespace, ResourceID string
	// ResourceType is "topic"; Type is the part of it, "key" or "value".
	ResourceType, Type string
	// Strong says that the subject belongs to this resource alone.
	Strong bool
	// Frozen says that the subject takes no further schema.
	Frozen bool
	// Created is when the association was made, in milliseconds since 1970; 0
	// when that is the time of the record itself.
	Created int64
}

// Lifecycle is the word for Strong on the wire and in the log.
func (a AssocValue) Lifecycle() string {
	if a.Strong {
		return "STRONG"
	}
	return "WEAK"
}

// AssocOf is the key of an association.
func AssocOf(a AssocValue) Key {
	b := appendText([]byte(`{"keytype":"ASSOC",`+tenant), "resourceName", a.ResourceName)
	b = appendText(b, "resourceNamespace", a.ResourceNamespace)
	b = appendText(b, "resourceType", a.ResourceType)
	b = appendText(b, "associationType", a.Type)
	b = appendText(b, "subject", string(a.Subject))
	return Key{Type: AssocKey, Other: string(append(b, `,"magic":0}`...))}
}

func appendText(b []byte, name, text string) []byte {
	return AppendQuoted(append(AppendQuoted(append(b, ','), name), ':'), text)
}

// Bytes returns the value in the form that Confluent's registry reads.
func (a AssocValue) Bytes() []byte {
	b := append([]byte(`{"subject":`), AppendQuoted(nil, string(a.Subject))...)
	b = appendText(b, "guid", a.GUID)
	b = append(b, ","+tenant...)
	b = appendText(b, "resourceName", a.ResourceName)
	b = appendText(b, "resourceNamespace", a.ResourceNamespace)
	b = appendText(b, "resourceId", a.ResourceID)
	b = appendText(b, "resourceType", a.ResourceType)
	b = appendText(b, "associationType", a.Type)
	b = appendText(b, "lifecycle", a.Lifecycle())
	b = strconv.AppendBool(append(b, `,"frozen":`...), a.Frozen)
	if a.Created > 0 {
		b = strconv.AppendInt(append(b, `,"createTs":`...), a.Created, 10)
	}
	return append(b, '}')
}

// ParseAssocValue reads the value of an ASSOC record. The result holds copies.
func ParseAssocValue(raw []byte) (AssocValue, error) {
	a, err := assocOf(raw)
	if err != nil {
		return AssocValue{}, fmt.Errorf("reading an association: %w", err)
	}
	return a, nil
}

func assocOf(raw []byte) (a AssocValue, err error) {
	o, err := scanObject(raw)
	if err != nil {
		return a, err
	}
	var subject, lifecycle string
	for name, into := range map[string]*string{
		"subject": &subject, "guid": &a.GUID, "resourceName": &a.ResourceName, "resourceNamespace": &a.ResourceNamespace,
		"resourceId": &a.ResourceID, "resourceType": &a.ResourceType, "associationType": &a.Type, "lifecycle": &lifecycle,
	} {
		if *into, _, err = o.text(name); err != nil {
			return a, err
		}
	}
	if subject == "" || a.ResourceName == "" || a.Type == "" {
		return a, errors.New(`one of the members "subject", "resourceName" and "associationType" is missing`)
	}
	a.Subject, a.Strong = schema.Subject(subject), lifecycle == "STRONG"
	if a.Frozen, err = o.flag("frozen"); err != nil {
		return a, err
	}
	if created, ok, err := o.number("createTs"); err == nil && ok {
		a.Created = created
	}
	return a, nil
}
