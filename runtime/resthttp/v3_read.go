package resthttp

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/rest"
)

// The defaults of a read without a consumer, and how much it may return.
const (
	readRecords  = 500
	readBytes    = 1 << 20
	readTimeout  = time.Second
	mostBytes    = 16 << 20
	mostRecords  = 10_000
	earliestWord = "earliest"
	latestWord   = "latest"
)

// readPartition reads records by offset, without a consumer: a route of
// Plastron's own. Nothing is kept between two requests, so any instance can
// answer the next one; "next" in the answer is its address.
func (a *api) readPartition(c *call3) (int, any, error) {
	r, err := c.partitionRead()
	if err != nil {
		return 0, nil, err
	}
	out := recordList{call3: c, read: &r}
	from, err := a.Service.ReadPartition(c.Context(), r, &out)
	if err != nil {
		return 0, nil, err
	}
	httpserver.WriteBody(c.w, plainJSON, http.StatusOK, out.answer(from))
	return 0, nil, nil
}

// partitionRead reads the path and the query of a read.
func (c *call3) partitionRead() (rest.PartitionRead, error) {
	tp, err := c.pathTopicPartition()
	r := rest.PartitionRead{
		TopicPartition: tp, Offset: rest.FromBeginning, Records: readRecords, MaxBytes: readBytes, Timeout: readTimeout, Format: rest.Binary,
	}
	if err != nil {
		return r, err
	}
	query := c.URL.Query()
	switch word := query.Get("offset"); word {
	case "", earliestWord:
	case latestWord:
		r.Offset = rest.FromEnd
	default:
		if r.Offset, err = strconv.ParseInt(word, 10, 64); err != nil || r.Offset < 0 {
			return r, badRequest("offset has to be a number, earliest or latest")
		}
	}
	limit, err := queryNumber(query, "limit", readRecords, mostRecords)
	if err != nil {
		return r, err
	}
	maxBytes, err := queryNumber(query, "max_bytes", readBytes, mostBytes)
	if err != nil {
		return r, err
	}
	timeout, err := queryNumber(query, "timeout", int(readTimeout/time.Millisecond), math.MaxInt32)
	if err != nil {
		return r, err
	}
	r.Records, r.MaxBytes, r.Timeout = limit, maxBytes, time.Duration(timeout)*time.Millisecond
	if name := query.Get("format"); name != "" {
		var known bool
		if r.Format, known = rest.ParseFormat(strings.ToLower(name)); !known && strings.EqualFold(name, string(rest.String)) {
			r.Format, known = rest.String, true
		}
		if !known {
			return r, badRequest("format has to be binary, string, json, avro, jsonschema or protobuf")
		}
	}
	return r, nil
}

// queryNumber reads a number of a query, which is cut to the most there may be.
func queryNumber(query url.Values, name string, usual, most int) (int, error) {
	if !query.Has(name) {
		return usual, nil
	}
	n, err := strconv.ParseInt(query.Get(name), 10, 64)
	if err != nil || n < 0 {
		return 0, badRequest(name + " has to be a number that is not negative")
	}
	return int(min(n, int64(most))), nil
}

// recordList gathers the records of a read.
type recordList struct {
	*call3
	read *rest.PartitionRead
	data []byte
	next int64 // the offset after the last one, 0 when there is none
}

var _ rest.Sink = (*recordList)(nil)

// Record appends a record.
func (o *recordList) Record(r *rest.ConsumedRecord) error {
	if len(o.data) > 0 {
		o.data = append(o.data, ',')
	}
	o.data = httpserver.AppendQuoted(append(o.data, `{"kind":"KafkaRecord","cluster_id":`...), o.cluster.ID)
	o.data = httpserver.AppendQuoted(append(o.data, `,"topic_name":`...), r.Topic)
	o.data = appendInt(append(o.data, `,"partition_id":`...), int64(r.Partition))
	o.data = appendInt(append(o.data, `,"offset":`...), r.Offset)
	o.data = append(o.data, `,"timestamp":`...)
	if r.Timestamp.IsZero() {
		o.data = append(o.data, "null"...)
	} else {
		o.data = appendInstant(o.data, r.Timestamp)
	}
	o.data = append(o.data, `,"headers":`...)
	o.data = appendList(o.data, len(r.Headers), func(dst []byte, i int) []byte { return appendHeader(dst, "name", r.Headers[i]) })
	o.data = o.side(append(o.data, `,"key":`...), r.Key)
	o.data = append(o.side(append(o.data, `,"value":`...), r.Value), '}')
	o.next = r.Offset + 1
	return nil
}

func (o *recordList) side(dst, data []byte) []byte {
	if isNull(data) {
		return append(dst, "null"...)
	}
	dst = append(append(dst, `{"type":"`...), strings.ToUpper(string(o.read.Format))...)
	return append(append(append(dst, `","data":`...), data...), '}')
}

// End has nothing to do: the answer is written when the read has succeeded.
func (o *recordList) End() error { return nil }

// answer is the whole list of a read that began at an offset.
func (o *recordList) answer(from int64) []byte {
	self := o.url("topics", o.read.Topic, "partitions", decimal(o.read.Partition), "records")
	query := o.URL.Query()
	at := func(offset int64) string {
		query.Set("offset", strconv.FormatInt(offset, 10))
		return self + "?" + query.Encode()
	}
	body := httpserver.AppendQuoted([]byte(`{"kind":"KafkaRecordList","metadata":{"self":`), at(from))
	body = httpserver.AppendQuoted(append(body, `,"next":`...), at(max(from, o.next)))
	body = append(append(body, `},"data":[`...), o.data...)
	return append(body, "]}"...)
}
