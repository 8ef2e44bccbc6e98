package resthttp

import (
	"encoding/base64"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/rest"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// record3 is a record of version 3 while it is decoded. It is used again and
// again within a stream.
type record3 struct {
	rest.StreamRecord
	key, value       rest.Datum
	hasKey, hasValue bool
}

// point makes the record's sides those that were decoded.
func (r *record3) point() {
	r.Key, r.Value = nil, nil
	if r.hasKey {
		r.Key = &r.key
	}
	if r.hasValue {
		r.Value = &r.value
	}
}

// badRequest is the refusal of a record that is not formed as it should be.
func badRequest(text string) *wireError {
	return wrong(http.StatusBadRequest, http.StatusBadRequest, "Bad Request: "+text)
}

func construct(text string) *wireError { return badRequest("Cannot construct instance: " + text) }

func unrecognized(name string) *wireError {
	return badRequest("Unrecognized field " + strconv.Quote(short(name)))
}

// decode reads a record (REST contract 13.7). As an entry it may have an id,
// which is read elsewhere.
func (r *record3) decode(object []byte, entry bool) error {
	*r = record3{StreamRecord: rest.StreamRecord{Partition: rest.AnyPartition, Headers: r.Headers[:0]}}
	defer r.point()
	return members(object, func(name string, value []byte) error {
		switch name {
		case "key":
			r.hasKey = !isNull(value)
			return decodeDatum(&r.key, value)
		case "value":
			r.hasValue = !isNull(value)
			return decodeDatum(&r.value, value)
		case "partition_id":
			return r.decodePartition(value)
		case "headers":
			return r.decodeHeaders(value)
		case "timestamp":
			return r.decodeTimestamp(value)
		case "id":
			if entry {
				return nil
			}
		}
		return unrecognized(name)
	})
}

func (r *record3) decodePartition(value []byte) error {
	if isNull(value) {
		return nil
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	switch {
	case err != nil:
		return badRequest("partition_id is not a number")
	case n < 0 || n > math.MaxInt32:
		return wrong(http.StatusNotFound, 40402, "Partition not found.")
	}
	r.Partition = int32(n)
	return nil
}

func (r *record3) decodeTimestamp(value []byte) error {
	if isNull(value) {
		return nil
	}
	text, ok := stringValue(value)
	at, err := time.Parse(time.RFC3339Nano, text)
	if !ok || err != nil || at.UnixMilli() < 0 {
		return badRequest("timestamp is not an instant such as 2024-01-01T00:00:00Z")
	}
	r.Timestamp = at
	return nil
}

func (r *record3) decodeHeaders(list []byte) error {
	if isNull(list) {
		return nil
	}
	if !isArray(list) {
		return badRequest("headers is not an array")
	}
	return elements(list, func(value []byte) error {
		var h rest.Header
		named := false
		if !isObject(value) {
			return badRequest("a header is not an object")
		}
		err := members(value, func(name string, value []byte) (err error) {
			switch name {
			case "name":
				h.Key, named = stringValue(value)
			case "value":
				h.Value, err = headerValue(value)
			default:
				err = unrecognized(name)
			}
			return err
		})
		if err == nil && !named {
			err = construct("a header has no name")
		}
		r.Headers = append(r.Headers, h)
		return err
	})
}

func headerValue(value []byte) ([]byte, error) {
	if isNull(value) {
		return nil, nil
	}
	text, ok := stringValue(value)
	out, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil {
		return nil, badRequest("the value of a header is not base64")
	}
	return out, nil
}

// decodeDatum reads one side; null is an absent one.
func decodeDatum(d *rest.Datum, object []byte) error {
	if isNull(object) {
		return nil
	}
	if !isObject(object) {
		return construct("key and value are objects")
	}
	var f datumFields
	if err := f.decode(object, d); err != nil {
		return err
	}
	return f.judge(d)
}

// datumFields says which members one side has.
type datumFields struct{ kind, subject, strategy, id, version, text bool }

func (f *datumFields) decode(object []byte, d *rest.Datum) error {
	return members(object, func(name string, value []byte) error {
		if name == "data" {
			d.Data = orNil(value)
			return nil
		}
		if isNull(value) {
			return nil
		}
		var ok bool
		switch name {
		case "type":
			d.Format, ok = formatOfType(value)
			f.kind = true
		case "subject":
			var s string
			s, ok = stringValue(value)
			d.Schema.Subject, f.subject = schema.Subject(s), true
			ok = ok && s != ""
		case "subject_name_strategy":
			d.Schema.Strategy, ok = strategyOf(value)
			f.strategy = true
		case "schema_id":
			var n int32
			n, ok = positive(value)
			d.Schema.ID, f.id = schema.ID(n), true
		case "schema_version":
			var n int32
			n, ok = positive(value)
			d.Schema.Version, f.version = schema.Version(n), true
		case "schema":
			d.Schema.Text, ok = stringValue(value)
			f.text = true
			ok = ok && d.Schema.Text != ""
		default:
			return unrecognized(name)
		}
		if !ok {
			return badRequest(short(string(value)) + " is no " + name)
		}
		return nil
	})
}

// judge refuses members that do not go together.
func (f *datumFields) judge(d *rest.Datum) error {
	schemas := 0
	for _, set := range []bool{f.id, f.version, f.text} {
		if set {
			schemas++
		}
	}
	needsSchema := d.Format == "" || d.Format.NeedsSchema()
	switch {
	case f.subject && f.strategy:
		return construct("Only one of 'subject' and 'subject_name_strategy' can be used")
	case schemas > 1:
		return construct("Only one of 'schema_id', 'schema_version' or 'schema' can be used")
	case !needsSchema && (schemas > 0 || f.subject || f.strategy):
		return construct("'type' " + strings.ToUpper(string(d.Format)) + " has no schema")
	case f.kind && (f.id || f.version):
		return construct("'schema_id' and 'schema_version' cannot be used with 'type'")
	case f.text && !f.kind:
		return construct("'schema' can only be used with 'type'")
	case needsSchema && f.kind && !f.text && d.Data != nil:
		return construct("'type' " + strings.ToUpper(string(d.Format)) + " needs 'schema'")
	}
	if f.text {
		d.Schema.Kind = d.Format.SchemaType()
	}
	return nil
}

func formatOfType(value []byte) (rest.Format, bool) {
	switch string(value) {
	case `"BINARY"`:
		return rest.Binary, true
	case `"JSON"`:
		return rest.JSON, true
	case `"STRING"`:
		return rest.String, true
	case `"AVRO"`:
		return rest.Avro, true
	case `"JSONSCHEMA"`:
		return rest.JSONSchema, true
	case `"PROTOBUF"`:
		return rest.Protobuf, true
	default:
		return "", false
	}
}

func strategyOf(value []byte) (string, bool) {
	switch string(value) {
	case `"TOPIC_NAME"`:
		return rest.TopicName, true
	case `"RECORD_NAME"`:
		return rest.RecordName, true
	case `"TOPIC_RECORD_NAME"`:
		return rest.TopicRecordName, true
	default:
		return "", false
	}
}

// positive reads a number that is an id or a version.
func positive(value []byte) (int32, bool) {
	n, err := strconv.ParseInt(string(value), 10, 32)
	return int32(n), err == nil && n > 0
}

// appendReceipt appends what became of a record, without braces.
func appendReceipt(dst []byte, clusterID, topic string, r *rest.Receipt) []byte {
	if code, text := receiptFailure(r); code != http.StatusOK {
		return appendRecordError(dst, code, text)
	}
	dst = httpserver.AppendQuoted(append(dst, `"error_code":200,"cluster_id":`...), clusterID)
	dst = httpserver.AppendQuoted(append(dst, `,"topic_name":`...), topic)
	dst = appendInt(append(dst, `,"partition_id":`...), int64(r.Partition))
	dst = appendInt(append(dst, `,"offset":`...), r.Offset)
	dst = appendInstant(append(dst, `,"timestamp":`...), r.Timestamp)
	dst = appendSide(dst, `,"key":`, &r.Key)
	return appendSide(dst, `,"value":`, &r.Value)
}

func appendInstant(dst []byte, t time.Time) []byte {
	layout := `"2006-01-02T15:04:05.000Z"`
	if t.Nanosecond() == 0 {
		layout = `"2006-01-02T15:04:05Z"`
	}
	return t.UTC().AppendFormat(dst, layout)
}

func appendSide(dst []byte, name string, s *rest.ReceiptSide) []byte {
	if s.Type == "" {
		return dst
	}
	dst = append(append(append(append(dst, name...), `{"type":"`...), s.Type...), '"')
	if s.Schema != 0 {
		dst = httpserver.AppendQuoted(append(dst, `,"subject":`...), string(s.Subject))
		dst = appendInt(append(dst, `,"schema_id":`...), int64(s.Schema))
		dst = appendInt(append(dst, `,"schema_version":`...), int64(s.Version))
	}
	dst = appendInt(append(dst, `,"size":`...), int64(s.Size))
	return append(dst, '}')
}

// appendRecordError appends a failure; of a text of several lines only the
// first.
func appendRecordError(dst []byte, code int, text string) []byte {
	text, _, _ = strings.Cut(text, "\n")
	dst = appendInt(append(dst, `"error_code":`...), int64(code))
	return httpserver.AppendQuoted(append(dst, `,"message":`...), text)
}

// receiptFailure is the table of REST contract 13.7; 200 is no failure.
func receiptFailure(r *rest.Receipt) (code int, text string) {
	if r.Failure != nil {
		return failureCode3(r.Failure), r.Failure.Text
	}
	if r.Err == nil {
		return http.StatusOK, ""
	}
	if e, ok := errors.AsType[*wireError](r.Err); ok {
		return e.code, e.text
	}
	e, ok := errors.AsType[*rest.Error](r.Err)
	if !ok {
		e := onWire3(r.Err)
		return e.code, e.text
	}
	switch e.Kind {
	case rest.UnknownTopic:
		return 40401, e.Error()
	case rest.UnknownPartition:
		return 40402, "Partition not found."
	case rest.NotBase64, rest.Unfit:
		return http.StatusBadRequest, "Bad Request: " + oneLine(e.Error())
	case rest.InvalidSchema, rest.Unsupported:
		return http.StatusUnprocessableEntity, "Error: 42205 : " + e.Error()
	case rest.Improper:
		return http.StatusUnprocessableEntity, "Error: 42206 : Payload error. " + oneLine(e.Error())
	case rest.RegistryRefused:
		return http.StatusUnprocessableEntity, "Error: 42207 : Error serializing message. " + e.Error()
	default:
		return number3(e.Kind).code, e.Error()
	}
}

// oneLine keeps the place of an error, which is below the text in version 2.
func oneLine(text string) string {
	return strings.NewReplacer(".\n", ": ", "\n", ": ").Replace(text)
}

func failureCode3(f *rest.Failure) int {
	switch f.Kind {
	case rest.TooLarge:
		return http.StatusRequestEntityTooLarge
	case rest.Forbidden, rest.Unauthenticated:
		return number3(f.Kind).code
	case rest.Temporary:
		return 50003
	default:
		return 50002
	}
}
