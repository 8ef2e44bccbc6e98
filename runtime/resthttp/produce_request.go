package resthttp

import (
	"encoding/base64"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/plastron-dev/plastron/runtime/rest"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// produceRequest is the body of a produce request, records not looked into.
type produceRequest struct {
	records    []byte
	key, value rest.SchemaSource
}

// manyRecords bounds how many records memory is taken for before they are seen.
const manyRecords = 4096

// decodeProduce reads the body of a produce request. The order of its
// refusals is visible to clients (REST contract 5.2, steps 3 to 7). partition
// is where records go that name none.
func decodeProduce(body []byte, partition int32) (produceRequest, []rest.ProduceRecord, error) {
	var p produceRequest
	unknown := false
	err := members(body, func(key string, value []byte) (err error) {
		switch key {
		case "records":
			p.records = value
		case "key_schema":
			p.key.Text = textOf(value)
		case "value_schema":
			p.value.Text = textOf(value)
		case "key_schema_id":
			p.key.ID, err = schemaID(key, value)
		case "value_schema_id":
			p.value.ID, err = schemaID(key, value)
		default:
			unknown = true
		}
		return err
	})
	if err != nil {
		return p, nil, err
	}
	if unknown || isEmpty(p.records) {
		return p, nil, invalidFormat()
	}
	if !isArray(p.records) {
		return p, nil, wrong(http.StatusBadRequest, http.StatusBadRequest, "'records' must be an array")
	}
	var records []rest.ProduceRecord
	err = elements(p.records, func(value []byte) error {
		if records == nil { // They are mostly of one size.
			records = make([]rest.ProduceRecord, 0, min((len(p.records)-1)/(len(value)+1), manyRecords))
		}
		r, err := decodeRecord(value, partition)
		records = append(records, r)
		return err
	})
	if err != nil {
		return p, nil, inRecord(p.records, len(records)-1, err)
	}
	return p, records, nil
}

// inRecord adds the number of the record that is wrong, on a line of its own
// below the text that clients match, unless it is the only one.
func inRecord(list []byte, index int, err error) error {
	e, ok := errors.AsType[*wireError](err)
	if !ok {
		return err
	}
	n := 0
	_ = elements(list, func([]byte) error { n++; return nil })
	if n == 1 {
		return err
	}
	place := "\nrecord " + strconv.Itoa(index)
	if e.field != "" {
		place += ": /" + e.field
	}
	return &wireError{status: e.status, code: e.code, text: e.text + place}
}

// ofField names the member of a record that is wrong.
func ofField(field string, err error) error {
	if e, ok := errors.AsType[*wireError](err); ok {
		e.field = short(field)
	}
	return err
}

// textOf is a schema text. Clients may send it as JSON instead of as a string
// of JSON.
func textOf(value []byte) string {
	if s, ok := stringValue(value); ok {
		return s
	}
	if isNull(value) {
		return ""
	}
	return string(value)
}

// schemaID reads an id; null and 0 are none.
func schemaID(name string, value []byte) (schema.ID, error) {
	if isNull(value) {
		return 0, nil
	}
	n, ok := intValue(value)
	if !ok {
		return 0, notAnInt(name, value)
	}
	if n < 0 || n > math.MaxInt32 {
		n = math.MaxInt32 // an id that no registry gives out
	}
	return schema.ID(n), nil
}

// isEmpty reports whether a value is absent or one that Python calls false.
func isEmpty(value []byte) bool {
	if len(value) == 0 {
		return true
	}
	switch value[0] {
	case '[', '{':
		next := skipSpace(value, 1)
		return value[next] == ']' || value[next] == '}'
	}
	switch string(value) {
	case "null", "false", "0", `""`:
		return true
	}
	return false
}

func decodeRecord(object []byte, partition int32) (rest.ProduceRecord, error) {
	r := rest.ProduceRecord{Partition: partition}
	if !isObject(object) {
		return r, wrong(http.StatusBadRequest, http.StatusBadRequest, "Produce record must be an object")
	}
	err := members(object, func(key string, value []byte) (err error) {
		switch key {
		case "key":
			r.Key = orNil(value)
		case "value":
			r.Value = orNil(value)
		case "partition":
			err = recordPartition(&r, value)
		case "headers":
			err = recordHeaders(&r, value)
		case "timestamp":
			err = recordTimestamp(&r, value)
		default:
			err = invalidFormat()
		}
		return ofField(key, err)
	})
	return r, err
}

func orNil(value []byte) []byte {
	if isNull(value) {
		return nil
	}
	return value
}

// recordPartition overrides the path; null asks for the partitioner's choice.
func recordPartition(r *rest.ProduceRecord, value []byte) error {
	if isNull(value) {
		r.Partition = rest.AnyPartition
		return nil
	}
	var ok bool
	if r.Partition, ok = partitionValue(value); !ok {
		return notAnInt("partition", value)
	}
	return nil
}

// lastTimestamp is the end of the year 9999, beyond which version 3 could not
// say it.
const lastTimestamp = 253_402_300_799_999

func recordTimestamp(r *rest.ProduceRecord, value []byte) error {
	if isNull(value) {
		return nil
	}
	ms, ok := intValue(value)
	if !ok || ms < 0 || ms > lastTimestamp || value[0] == '"' {
		return invalidFormat()
	}
	r.Timestamp = time.UnixMilli(ms)
	return nil
}

func recordHeaders(r *rest.ProduceRecord, list []byte) error {
	if isNull(list) {
		return nil
	}
	if !isArray(list) {
		return invalidFormat()
	}
	return elements(list, func(value []byte) error {
		h, err := decodeHeader(value)
		r.Headers = append(r.Headers, h)
		return err
	})
}

func decodeHeader(object []byte) (rest.Header, error) {
	var h rest.Header
	if !isObject(object) {
		return h, invalidFormat()
	}
	named := false
	err := members(object, func(key string, value []byte) error {
		ok := false
		switch key {
		case "key":
			h.Key, ok = stringValue(value)
			named = ok
		case "value":
			if isNull(value) {
				h.Value, ok = nil, true
				break
			}
			var text string
			if text, ok = stringValue(value); ok {
				var err error
				h.Value, err = base64.StdEncoding.Strict().DecodeString(text)
				ok = err == nil
			}
		}
		if !ok {
			return invalidFormat()
		}
		return nil
	})
	if err == nil && !named {
		err = invalidFormat()
	}
	return h, err
}
