package resthttp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/rest"
)

// serve runs the proxy on a socket.
func (p *proxy) serve() *httptest.Server {
	p.t.Helper()
	server := httptest.NewServer(p.handler)
	p.t.Cleanup(server.Close)
	return server
}

// stream is a connection on which records are sent and receipts read.
type stream struct {
	t    testing.TB
	conn net.Conn
	out  *bufio.Writer
	in   *bufio.Reader
	// lines are the receipts, after header has been read.
	lines  *bufio.Reader
	status int
}

// open begins a chunked request to the records of a topic.
func (p *proxy) open(server *httptest.Server, topic string) *stream {
	p.t.Helper()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	s := &stream{t: p.t, conn: conn, out: bufio.NewWriterSize(conn, 64<<10), in: bufio.NewReaderSize(conn, 64<<10)}
	fmt.Fprintf(s.out, "POST /v3/clusters/c/topics/%s/records HTTP/1.1\r\nHost: proxy\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", topic)
	return s
}

// write sends a chunk; flush has it leave.
func (s *stream) write(text string) {
	fmt.Fprintf(s.out, "%x\r\n%s\r\n", len(text), text)
}

func (s *stream) flush() {
	s.t.Helper()
	if err := s.out.Flush(); err != nil {
		s.t.Fatal(err)
	}
}

// end ends the request.
func (s *stream) end() {
	s.t.Helper()
	_, _ = s.out.WriteString("0\r\n\r\n")
	s.flush()
}

// receipt reads one receipt.
func (s *stream) receipt() map[string]any {
	s.t.Helper()
	line, err := s.line()
	if err != nil {
		s.t.Fatal(err)
	}
	if !strings.HasSuffix(line, "\r\n") {
		s.t.Fatalf("%q does not end with CR LF", line)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(line), &out); err != nil {
		s.t.Fatal(err, line)
	}
	return out
}

func (s *stream) line() (string, error) {
	if s.lines == nil {
		response, err := http.ReadResponse(s.in, &http.Request{Method: http.MethodPost})
		if err != nil {
			return "", err
		}
		s.status = response.StatusCode
		s.lines = bufio.NewReaderSize(response.Body, 64<<10)
	}
	return s.lines.ReadString('\n')
}

// code checks the error code of the next receipt.
func (s *stream) code(want float64, message string) {
	s.t.Helper()
	got := s.receipt()
	text, _ := got["message"].(string)
	if got["error_code"] != want || !strings.Contains(text, message) {
		s.t.Fatalf("got %v, want %v %s", got, want, message)
	}
}

// wantEnd checks that nothing more comes.
func (s *stream) wantEnd() {
	s.t.Helper()
	if line, err := s.line(); line != "" || err == nil {
		s.t.Fatal(line, err)
	}
}

const numberRecord = `{"value":{"type":"JSON","data":%d}}`

// Five thousand records on one connection, to four partitions, while another
// goroutine reads the receipts: they come in the order of the records, and each
// names the place where its record is.
func TestV3StreamOfManyRecords(t *testing.T) {
	t.Parallel()
	const total = 5000
	p := newProxy(t)
	s := p.open(p.serve(), "four")
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for i := range total {
			s.write(fmt.Sprintf(`{"partition_id":%d,"value":{"type":"JSON","data":%d}}`, i%4, i))
		}
		_, _ = s.out.WriteString("0\r\n\r\n")
		_ = s.out.Flush()
	}()
	next := map[float64]float64{}
	for i := range total {
		r := s.receipt()
		if r["error_code"] != 200.0 || r["partition_id"] != float64(i%4) || r["offset"] != next[float64(i%4)] {
			t.Fatalf("receipt %d: %v", i, r)
		}
		next[float64(i%4)]++
	}
	s.wantEnd()
	<-sent
	if s.status != 200 {
		t.Fatal(s.status)
	}
	p.expect(http.MethodPost, "/consumers/g", `{"name":"i","format":"json"}`, 200, `{...}`)
	p.expect(http.MethodPost, "/consumers/g/instances/i/assignments", `{"partitions":[{"topic":"four","partition":3}]}`, 204, "")
	values := p.values("/consumers/g/instances/i/records")
	if len(values) != total/4 || values[0] != 3 || values[len(values)-1] != total-1 {
		t.Fatal(len(values), values)
	}
}

// A receipt comes while the request is open, and an error does not end it.
func TestV3StreamIsAConversation(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	s := p.open(p.serve(), "one")
	for i := range 3 {
		s.write(fmt.Sprintf(numberRecord, i))
		s.flush()
		if r := s.receipt(); r["offset"] != float64(i) {
			t.Fatal(r)
		}
	}
	s.write(`{"value":{"type":"BINARY","data":"?"}}` + fmt.Sprintf(numberRecord, 3)) // nothing between them
	s.flush()
	s.code(400, "Bad Request: data=")
	if r := s.receipt(); r["offset"] != 3.0 {
		t.Fatal(r)
	}
	s.write(`{"value":{"type":"JSON",`) // in two chunks
	s.flush()
	s.write(`"data":{"a" : "}\"{" }}}` + "\n\n")
	s.flush()
	if r := s.receipt(); r["offset"] != 4.0 || member(t, r, "value", "size") != float64(len(`{"a":"}\"{"}`)) {
		t.Fatal(r)
	}
	s.end()
	s.wantEnd()
}

func TestV3RecordsOfEveryType(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	at := 0
	f := func(record, want string) {
		t.Helper()
		w := p.request(http.MethodPost, "/v3/clusters/any/topics/one/records", record, "Content-Type", "application/json")
		var got map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || !strings.HasSuffix(w.Body.String(), "}\r\n") {
			t.Fatalf("%s: %d %s", record, w.Code, w.Body)
		}
		if got["error_code"] != 200.0 {
			t.Fatalf("%s: %v", record, got)
		}
		if got["offset"] != float64(at) || got["cluster_id"] != "any" || got["topic_name"] != "one" || got["timestamp"] == nil {
			t.Fatal(got)
		}
		at++
		for _, name := range []string{"error_code", "offset", "cluster_id", "topic_name", "timestamp", "partition_id"} {
			delete(got, name)
		}
		rest, _ := json.Marshal(got)
		if !matches(string(rest), want) {
			t.Fatalf("%s: %s", record, rest)
		}
	}
	f(`{}`, `{}`)
	f(`{"key":null,"value":{"type":"BINARY","data":"AQID"}}`, `{"value":{"type":"BINARY","size":3}}`)
	f(`{"key":{"type":"STRING","data":"é"},"value":{"type":"JSON","data":{"a": [1, 2.50]}}}`, `{"key":{"type":"STRING","size":2},"value":{"type":"JSON","size":14}}`)
	f(`{"value":{"type":"STRING","data":null}}`, `{"value":{"type":"STRING","size":0}}`)
	f(`{"headers":[{"name":"h","value":"AQ=="},{"name":"h","value":null}],"timestamp":"2024-01-01T00:00:00Z","value":{"type":"STRING","data":"x"}}`, `{"value":{"type":"STRING","size":1}}`)
	avro := strconv.Quote(`{"type":"record","name":"R","namespace":"n","fields":[{"name":"u","type":["null","string"]},{"name":"b","type":"bytes"}]}`)
	f(`{"value":{"type":"AVRO","schema":`+avro+`,"data":{"u":{"string":"s"},"b":"\u0001\u00ff"}}}`,
		`{"value":{"type":"AVRO","subject":"one-value","schema_id":1,"schema_version":1,"size":11}}`)
	f(`{"value":{"schema_id":1,"data":{"u":null,"b":""}}}`, `{"value":{"type":"AVRO","subject":"one-value","schema_id":1,"schema_version":1,"size":7}}`)
	f(`{"value":{"schema_version":1,"data":{"u":null,"b":""}}}`, `{"value":{"type":"AVRO","subject":"one-value","schema_id":1,"schema_version":1,"size":7}}`)
	f(`{"value":{"data":{"u":null,"b":""}}}`, `{"value":{"type":"AVRO","subject":"one-value","schema_id":1,"schema_version":1,"size":7}}`)
	f(`{"key":{"type":"AVRO","subject_name_strategy":"RECORD_NAME","schema":`+avro+`,"data":{"u":null,"b":""}}}`,
		`{"key":{"type":"AVRO","subject":"n.R","schema_id":1,"schema_version":1,"size":7}}`)
	f(`{"key":{"subject":"n.R","data":{"u":null,"b":""}}}`, `{"key":{"type":"AVRO","subject":"n.R","schema_id":1,"schema_version":1,"size":7}}`)
	f(`{"value":{"type":"JSONSCHEMA","subject":"j","schema":"{\"type\":\"integer\"}","data":7}}`,
		`{"value":{"type":"JSONSCHEMA","subject":"j","schema_id":2,"schema_version":1,"size":6}}`)
	f(`{"value":{"type":"PROTOBUF","subject":"p","schema":"syntax = \"proto3\"; message M { int32 a = 1; }","data":{"a":1}}}`,
		`{"value":{"type":"PROTOBUF","subject":"p","schema_id":3,"schema_version":1,"size":8}}`)
}

func TestV3RecordsThatAreWrong(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	f := func(record string, code int, text string) {
		t.Helper()
		w := p.request(http.MethodPost, "/v3/clusters/any/topics/one/records", record, "Content-Type", "application/json")
		if want := fmt.Sprintf(`{"error_code":%d,"message":"%s`, code, text); w.Code != 200 || !strings.HasPrefix(w.Body.String(), want) {
			t.Fatalf("%s: %d %s, want %s", record, w.Code, w.Body, want)
		}
	}
	f(`{"valu":1}`, 400, `Bad Request: Unrecognized field`)
	f(`{"value":{"type":"JSON","data":1,"extra":2}}`, 400, `Bad Request: Unrecognized field`)
	f(`{"value":7}`, 400, `Bad Request: Cannot construct instance`)
	f(`{"value":{"type":"XML","data":1}}`, 400, `Bad Request: `)
	f(`{"value":{"type":"BINARY","data":"=="}}`, 400, `Bad Request: data=`)
	f(`{"value":{"type":"BINARY","data":5}}`, 400, `Bad Request: data=`)
	f(`{"value":{"type":"STRING","data":{}}}`, 422, `Error: 42206 : Payload error. `)
	f(`{"value":{"type":"JSON","schema_id":1,"data":1}}`, 400, `Bad Request: Cannot construct instance`)
	f(`{"value":{"type":"AVRO","schema_id":1,"data":1}}`, 400, `Bad Request: Cannot construct instance`)
	f(`{"value":{"schema":"x","data":1}}`, 400, `Bad Request: Cannot construct instance`)
	f(`{"value":{"schema_id":1,"schema_version":1,"data":1}}`, 400, `Bad Request: Cannot construct instance`)
	f(`{"value":{"subject":"a","subject_name_strategy":"TOPIC_NAME","data":1}}`, 400, `Bad Request: Cannot construct instance`)
	f(`{"value":{"subject_name_strategy":"RECORD_NAME","schema_version":1,"data":1}}`, 422, `Error: 42206 : Payload error. `)
	f(`{"value":{"schema_id":77,"data":1}}`, 422, `Error: 42207 : Error serializing message. Error when fetching schema by id. schemaId = 77`)
	f(`{"value":{"schema_version":3,"data":1}}`, 422, `Error: 42207 : `)
	f(`{"value":{"data":1}}`, 422, `Error: 42207 : `)
	f(`{"value":{"type":"AVRO","schema":"{","data":1}}`, 422, `Error: 42205 : Invalid schema`)
	f(`{"value":{"type":"AVRO","schema":"\"string\"","data":1}}`, 400, `Bad Request: Object does not fit to stored schema`)
	f(`{"value":{"type":"AVRO","schema":"{\"type\":\"enum\",\"name\":\"refused\",\"symbols\":[\"A\"]}","data":"A"}}`, 422, `Error: 42207 : Error serializing message. Error when registering`)
	f(`{"partition_id":-1}`, 404_02, `Partition not found.`)
	f(`{"partition_id":9}`, 404_02, `Partition not found.`)
	f(`{"partition_id":"0"}`, 400, `Bad Request: partition_id`)
	f(`{"timestamp":"now"}`, 400, `Bad Request: timestamp`)
	f(`{"headers":{}}`, 400, `Bad Request: headers`)
	f(`{"headers":[{"value":"AQ=="}]}`, 400, `Bad Request: Cannot construct`)
	f(`{"headers":[{"name":"a","value":"?"}]}`, 400, `Bad Request: `)
	f(`{"value":{"type":"STRING","data":"`+strings.Repeat("x", 2<<20)+`"}}`, 400, `Bad Request: Error processing message: Produce request size is larger`)
	f(`[1]`, 400, `Bad Request: Error processing message`)
	f(`{"value":`, 400, `Bad Request: Error processing message`)
	f("{\"value\":\"\xff\"}", 400, `Bad Request: Error processing message`)
	p.expect(http.MethodPost, "/v3/clusters/any/topics/none/records", `{}`, 200, `{"error_code":40401,"message":"Topic none not found"}`)
	p.expect(http.MethodPost, "/v3/clusters/any/topics/one/records", ` `, 422, `{"error_code":42206,"message":"Payload error. Request body is empty. Data is required."}`)
	p.expect(http.MethodPost, "/v3/clusters/any/topics/one/records", `{}`, 415, `{"error_code":415,...}`, "Content-Type", ctJSON)
	p.expect(http.MethodPost, "/v3/clusters/any/topics/one/records", `{}`, 400, `{"error_code":400,...}`, "Content-Type", "application/json; charset=utf-7")
	latin := p.request(http.MethodPost, "/v3/clusters/any/topics/one/records", "{\"value\":{\"type\":\"STRING\",\"data\":\"\xe9\"}}", "Content-Type", "application/json; charset=ISO-8859-1")
	if !strings.Contains(latin.Body.String(), `"value":{"type":"STRING","size":2}`) {
		t.Fatal(latin.Body)
	}
}

// Garbage, half an object, a huge record, and clients that leave or do not
// read: the stream ends, and goleak finds nothing that is left.
func TestV3HostileStreams(t *testing.T) {
	t.Parallel()
	p := newProxy(t, func(s *rest.Settings) { s.MaxRecordBytes = 4096 })
	server := p.serve()
	s := p.open(server, "one")
	s.write(fmt.Sprintf(numberRecord, 1) + "}garbage")
	s.flush()
	s.code(200, "")
	s.code(400, "Bad Request: Error processing message")
	s.wantEnd()

	s = p.open(server, "one")
	s.write(`{"value":{"type":"STRING","data":"` + strings.Repeat("x", 10_000) + `"}}` + fmt.Sprintf(numberRecord, 2))
	s.end()
	s.code(413, "maximum message size")
	s.code(200, "")
	s.wantEnd()

	s = p.open(server, "one")
	for range 40 { // more than the limit, never an end
		s.write(`{"value":{"type":"STRING","data":"` + strings.Repeat("x", 64<<10))
	}
	_ = s.out.Flush() // The proxy may hang up before all is sent.
	s.code(400, "larger than allowed")

	// A short body is read as a whole: the connection can be used again.
	for range 2 {
		client := server.Client()
		answer, err := client.Post(server.URL+"/v3/clusters/c/topics/one/records", "application/json", strings.NewReader(`{}garbage`))
		if err != nil || answer.Close {
			t.Fatal(answer, err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
	}

	s = p.open(server, "one") // leaves in the middle of a record
	s.write(fmt.Sprintf(numberRecord, 3) + `{"value":`)
	s.flush()
	s.code(200, "")
	_ = s.conn.Close()

	s = p.open(server, "one") // leaves without reading anything
	for i := range 2000 {
		s.write(fmt.Sprintf(numberRecord, i))
	}
	s.flush()
	_ = s.conn.Close()

	for _, depth := range []int{100, 20_000} {
		s = p.open(server, "one")
		s.write(`{"value":{"type":"JSON","data":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}}`)
		s.end()
		s.receipt()
		s.wantEnd()
	}
}

// Kafka says nothing of a record: the receipt comes all the same, and the ones
// behind it, when the delivery time-out is over.
func TestV3StreamWhenKafkaIsSilent(t *testing.T) {
	t.Parallel()
	p := newProxy(t, func(s *rest.Settings) { s.DeliveryTimeout = 200 * time.Millisecond })
	server := p.serve()
	s := p.open(server, "one")
	s.write(fmt.Sprintf(numberRecord, 1))
	s.flush()
	s.code(200, "")
	release := p.holdProduce()
	defer release()
	s.write(fmt.Sprintf(numberRecord, 2) + fmt.Sprintf(numberRecord, 3) + `{"partition_id":9}`)
	s.flush()
	s.code(50003, "timed out")
	s.code(50003, "timed out")
	s.code(40402, "")
	release()
	s.end()
	s.wantEnd()
}

// holdProduce makes Kafka sit on produce requests until the returned function
// is called.
func (p *proxy) holdProduce() (release func()) {
	held := make(chan struct{})
	p.kafka.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		p.kafka.KeepControl()
		p.kafka.SleepControl(func() { <-held })
		return nil, nil, false
	})
	return sync.OnceFunc(func() { close(held) })
}

func FuzzFrames(f *testing.F) {
	for _, seed := range []string{`{}{}`, ` {"a":"}"} {`, `{"a":[{"b":"\""}]}` + "\r\n", "{\"\xff\":1}", `[]`, `{"a":1}x`} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, body []byte, chunk int) {
		whole, pieces := framesOf(bytes.NewReader(body)), framesOf(&slow{body, max(chunk, 1)})
		if whole != pieces {
			t.Fatalf("at once %q, in pieces %q", whole, pieces)
		}
	})
}

// framesOf lists what a reader is cut into, and how it ends.
func framesOf(r io.Reader) string {
	var out strings.Builder
	in := newFrames(r, 1000)
	for {
		object, err := in.next()
		if err != nil {
			return out.String() + err.Error()
		}
		out.Write(object)
		out.WriteByte('|')
	}
}

// slow gives a few bytes at a time.
type slow struct {
	left []byte
	most int
}

func (s *slow) Read(p []byte) (int, error) {
	if len(s.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.left[:min(s.most, len(s.left))])
	s.left = s.left[n:]
	return n, nil
}

// BenchmarkV3Stream sends records of about 200 bytes on one connection, and
// reads the receipts.
func BenchmarkV3Stream(b *testing.B) {
	p := newProxy(b)
	s := p.open(p.serve(), "one")
	_ = s.conn.SetDeadline(time.Time{})
	record := `{"value":{"type":"JSON","data":{"text":"` + strings.Repeat("x", 160) + `"}}}` + "\n"
	batch := strings.Repeat(record, 100)
	b.ReportAllocs()
	b.ResetTimer()
	go func() {
		for range (b.N + 99) / 100 {
			s.write(batch)
		}
		_, _ = s.out.WriteString("0\r\n\r\n")
		_ = s.out.Flush()
	}()
	for range b.N {
		line, err := s.line()
		if err != nil || !strings.HasPrefix(line, `{"error_code":200`) {
			b.Fatal(line, err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
