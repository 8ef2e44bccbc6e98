package backup

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hamba/avro/v2"
)

// The worked example of the backup contract.
const (
	exampleData = "00 00 00 28 00 38 7b 22 6b 65 79 74 79 70 65 22 3a 22 4e 4f 4f 50 22 2c 22 6d 61 67 69 63 22 3a 30 7d" +
		"02 00 0e 80 a0 ab fe f9 62 02" +
		"00 00 00 14 00 02 6b 00 02 76 02 02 68 02 31 00 12 82 a0 ab fe f9 62 02"
	exampleMetadata = "2f 56 33 0a 00 00 00 62 06 10 6b 61 72 61 70 61 63 65 0a 31 2e 30 2e 30 90 ee ab fe f9 62" +
		"e0 fd ab fe f9 62 04 10 5f 73 63 68 65 6d 61 73 02 02 06 02 1c 63 6c 65 61 6e 75 70 2e 70 6f 6c 69 63 79" +
		"0e 63 6f 6d 70 61 63 74 00 02 1e 5f 73 63 68 65 6d 61 73 3a 30 2e 64 61 74 61 00 10 bc 27 5c 53 50 df 07 50" +
		"04 0e 12 00 02"
	exampleV2 = "/V2\n" +
		"7B226B657974797065223A22434F4E464947222C227375626A656374223A6E756C6C2C226D61676963223A307D\t" +
		"7B22636F6D7061746962696C6974794C6576656C223A2246554C4C227D\n"
	exampleV1 = `[[{"subject":"s","version":1,"magic":1,"keytype":"SCHEMA"},{"subject":"s","version":1,"id":1,"schema":"\"int\"","deleted":false}],
 [{"keytype":"DELETE_SUBJECT","subject":"s","magic":0},"null"]]
`
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func exampleFile(t testing.TB) DataFile {
	return DataFile{Name: "_schemas:0.data", Checksum: unhex(t, "bc275c5350df0750"), Records: 2, Start: 7, End: 9}
}

func exampleRecords() []Record {
	return []Record{
		{Key: []byte(`{"keytype":"NOOP","magic":0}`), Offset: 7, Timestamp: 1700000000000},
		{Key: []byte("k"), Value: []byte("v"), Headers: []Header{{[]byte("h"), []byte("1")}}, Offset: 9, Timestamp: 1700000000001},
	}
}

func all(s source) ([]Record, error) {
	var out []Record
	_, err := drain(s, func(r Record) error { out = append(out, r); return nil })
	return out, err
}

func plain(key, value string) Record {
	r := Record{Offset: -1, Timestamp: -1}
	if key != "<null>" {
		r.Key = []byte(key)
	}
	if value != "<null>" {
		r.Value = []byte(value)
	}
	return r
}

func TestXXH64(t *testing.T) {
	t.Parallel()
	f := func(in string, want uint64) {
		t.Helper()
		for split := range len(in) + 1 {
			x := newXXH64()
			x.Write([]byte(in[:split]))
			x.Write([]byte(in[split:]))
			if got := x.Sum64(); got != want {
				t.Fatalf("%q split at %d: %x; want %x", in, split, got, want)
			}
		}
	}

	f("", 0xef46db3751d8e999)
	f("a", 0xd24ec4f1a98c6e5b)
	f("as", 0x1c330fb2d66be179)
	f("asd", 0x631c37ce72a97393)
	f("asdf", 0x415872f599cea71e)
	f("Call me Ishmael. Some years ago--never mind how long precisely-", 0x02a2e85470d6fd96)
}

func TestV3Example(t *testing.T) {
	t.Parallel()
	data := unhex(t, exampleData)
	got, err := all(newV3Reader(bytes.NewReader(data), int64(len(data)), "f", exampleFile(t)))
	if diff := cmp.Diff(exampleRecords(), got); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	var out bytes.Buffer
	w := newV3Writer(&out)
	for _, r := range exampleRecords() {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(out.Bytes(), data) || w.first != 7 || w.last != 9 || w.records != 2 {
		t.Fatalf("%x\n%+v", out.Bytes(), w)
	}
	want := Metadata{
		Tool: "karapace", ToolVersion: "1.0.0", Topic: "_schemas", Records: 2, Partitions: 1, Replication: 3,
		Configs: map[string]string{"cleanup.policy": "compact"}, Algorithm: XXH64, Files: []DataFile{exampleFile(t)},
	}
	m, err := ParseMetadata(unhex(t, exampleMetadata))
	if err != nil {
		t.Fatal(err)
	}
	want.Started, want.Finished = m.Started, m.Finished
	if diff := cmp.Diff(want, m); diff != "" || isoTime(m.Started) != "2023-11-14T22:13:25+00:00" || m.Finished != m.Started+1000 {
		t.Fatal(diff, isoTime(m.Started), isoTime(m.Finished))
	}
	if !bytes.Equal(m.Bytes(), unhex(t, exampleMetadata)) {
		t.Fatalf("%x", m.Bytes())
	}
}

// Any Avro library must read what is written here: the schemas of the contract.
func TestV3AgainstAnAvroLibrary(t *testing.T) {
	t.Parallel()
	rec := avro.MustParse(`{"type":"record","name":"R","fields":[
		{"name":"key","type":["bytes","null"]},{"name":"value","type":["bytes","null"]},
		{"name":"headers","type":{"type":"array","items":{"type":"record","name":"H","fields":[{"name":"key","type":"bytes"},{"name":"value","type":"bytes"}]}}},
		{"name":"offset","type":"long"},{"name":"timestamp","type":"long"},{"name":"checksum_checkpoint","type":["bytes","null"]}]}`)
	type header struct {
		Key   []byte `avro:"key"`
		Value []byte `avro:"value"`
	}
	type oracle struct {
		Key        any      `avro:"key"`
		Value      any      `avro:"value"`
		Headers    []header `avro:"headers"`
		Offset     int64    `avro:"offset"`
		Timestamp  int64    `avro:"timestamp"`
		Checkpoint any      `avro:"checksum_checkpoint"`
	}
	for _, r := range append(exampleRecords(), Record{Value: []byte{}, Offset: 1 << 40, Timestamp: 3}, Record{Key: []byte{0xff}, Headers: make([]Header, 70)}) {
		ours := appendV3Record(nil, r, []byte("12345678"))
		var o oracle
		if err := avro.Unmarshal(rec, ours, &o); err != nil {
			t.Fatal(err)
		}
		if o.Offset != r.Offset || o.Timestamp != r.Timestamp || len(o.Headers) != len(r.Headers) || !cmp.Equal(o.Checkpoint, any([]byte("12345678"))) {
			t.Fatalf("%+v; want %+v", o, r)
		}
		if (o.Key == nil) != (r.Key == nil) || (o.Value == nil) != (r.Value == nil) {
			t.Fatalf("null and empty: %+v; want %+v", o, r)
		}
		theirs, err := avro.Marshal(rec, o)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := parseV3Record(theirs)
		if err != nil || !same(back.Key, r.Key) || !same(back.Value, r.Value) || len(back.Headers) != len(r.Headers) || back.Offset != r.Offset {
			t.Fatalf("%+v, %v; want %+v", back, err, r)
		}
	}
}

func TestV3Checkpoints(t *testing.T) {
	t.Parallel()
	f := func(valueBytes, records int, want ...int) {
		t.Helper()
		var out bytes.Buffer
		w := newV3Writer(&out)
		for i := range records {
			if err := w.Write(Record{Value: make([]byte, valueBytes), Offset: int64(2 * i), Timestamp: 1}); err != nil {
				t.Fatal(err)
			}
		}
		var got []int
		for i, b := 0, out.Bytes(); len(b) > 0; i++ {
			n := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
			_, checkpoint, err := parseV3Record(b[4 : 4+n])
			if err != nil {
				t.Fatal(err)
			}
			if checkpoint != nil {
				got = append(got, i)
			}
			b = b[4+n:]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		file := DataFile{Checksum: w.sum.digest(), Records: w.records, Start: w.first, End: w.last}
		if _, err := all(newV3Reader(bytes.NewReader(out.Bytes()), int64(out.Len()), "f", file)); err != nil {
			t.Fatal(err)
		}
	}

	f(1, 100)
	f(1, 301, 100, 200, 300)
	f(16384, 4, 1, 2, 3)
	f(8000, 7, 3, 6)
}

func TestV3WriterRefuses(t *testing.T) {
	t.Parallel()
	w := newV3Writer(io.Discard)
	if err := w.Write(Record{Offset: 3, Timestamp: 1}); err != nil {
		t.Fatal(err)
	}
	if w.Write(Record{Offset: 3, Timestamp: 1}) == nil || w.Write(Record{Offset: 4, Timestamp: -1}) == nil {
		t.Fatal("an offset twice or a missing time was written")
	}
}

// Every byte of the example, changed or cut away, must be noticed, and never
// as a success.
func TestV3FindsEveryDamage(t *testing.T) {
	t.Parallel()
	data := unhex(t, exampleData)
	read := func(b []byte, want DataFile) error {
		_, err := all(newV3Reader(bytes.NewReader(b), int64(len(b)), "f", want))
		return err
	}
	for i := range data {
		for bit := range 8 {
			bad := bytes.Clone(data)
			bad[i] ^= 1 << bit
			if fault := (*Fault)(nil); !errors.As(read(bad, exampleFile(t)), &fault) {
				t.Fatalf("bit %d of byte %d was changed and nobody noticed", bit, i)
			}
		}
		if fault := (*Fault)(nil); !errors.As(read(data[:i], exampleFile(t)), &fault) {
			t.Fatalf("cut at %d", i)
		}
	}
	f := func(b []byte, change func(*DataFile), class Class, text string) {
		t.Helper()
		file := exampleFile(t)
		change(&file)
		fault := (*Fault)(nil)
		if err := read(b, file); !errors.As(err, &fault) || fault.Class != class || !strings.Contains(err.Error(), text) {
			t.Fatalf("%v; want %s: %s", err, class, text)
		}
	}

	f(data, func(d *DataFile) { d.Start = 6 }, OffsetMismatch, "First record in data file does not match expected start_offset (expected: 6, actual: 7).")
	f(data, func(d *DataFile) { d.End = 10 }, OffsetMismatch, "end_offset (expected: 10, actual: 9). (record 1 counting from 0, byte 44)")
	f(data, func(d *DataFile) { d.Records = 3 }, TooFewRecords, "Data file contains fewer records than expected. (record 2 counting from 0, byte 68)")
	f(data, func(d *DataFile) { d.Records, d.End = 1, 7 }, TooManyRecords, "Data file contains data beyond last expected record. (record 1")
	f(data, func(d *DataFile) { d.Checksum = []byte("12345678") }, InvalidChecksum, "backup file f: InvalidChecksum: Found checksum mismatch after reading full data file.")
	f([]byte("\xff\xff\xff\xff12"), func(*DataFile) {}, TooFewRecords, "the record has 4294967295 bytes, the file has 2 left")
}

func TestV3CheckpointNamesThePlace(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := newV3Writer(&out)
	for i := range 150 {
		if err := w.Write(Record{Key: []byte("key"), Offset: int64(i), Timestamp: 1}); err != nil {
			t.Fatal(err)
		}
	}
	data := out.Bytes()
	data[6] ^= 1 // In the key of the first record.
	_, err := all(newV3Reader(bytes.NewReader(data), int64(len(data)), "f", DataFile{Checksum: w.sum.digest(), Records: 150, End: 149}))
	if err == nil || !strings.Contains(err.Error(), "Found invalid checksum at record number 100 (counting from 0), file byte offset ") {
		t.Fatal(err)
	}
}

func TestMetadataRefused(t *testing.T) {
	t.Parallel()
	f := func(change func(*Metadata), want string) {
		t.Helper()
		m, err := ParseMetadata(unhex(t, exampleMetadata))
		if err != nil {
			t.Fatal(err)
		}
		change(&m)
		if _, err = ParseMetadata(m.Bytes()); err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%v; want %q", err, want)
		}
	}

	f(func(m *Metadata) { m.Files[0].Name = "../x" }, "leads out of the backup's directory")
	f(func(m *Metadata) { m.Files[0].Name = `a\b` }, "leads out of the backup's directory")
	f(func(m *Metadata) { m.Files[0].Name = ".." }, "leads out of the backup's directory")
	f(func(m *Metadata) { m.Files[0].Checksum = nil }, "checksum is empty")
	f(func(m *Metadata) { m.Files[0].End = 7 }, "2 records do not fit into offsets 7 to 7")
	f(func(m *Metadata) { m.Files = append(m.Files, m.Files[0]); m.Records = 4 }, "at most one is allowed")
	f(func(m *Metadata) { m.Records = 3 }, "record_count is 3, the data files have 2")
	f(func(m *Metadata) { m.Finished = 0 }, "finished_at lies before started_at")
	f(func(m *Metadata) { m.Partitions = 2 }, "partition_count is 2")
	f(func(m *Metadata) { m.TopicID = "xyz" }, "topic_id is not 32 hexadecimal digits")
	f(func(m *Metadata) { m.Algorithm = 7 }, "checksum_algorithm has no symbol 7")

	raw := unhex(t, exampleMetadata)
	for i := range raw {
		if _, err := ParseMetadata(raw[:i]); err == nil {
			t.Fatalf("cut at %d", i)
		}
	}
	if _, err := ParseMetadata(append(raw, 0)); err == nil {
		t.Fatal("bytes behind the end")
	}
	if _, err := ParseMetadata([]byte("/V4\nx")); err == nil || !strings.Contains(err.Error(), `found: b'/V4\n'`) {
		t.Fatal(err)
	}
}

func TestTextFormats(t *testing.T) {
	t.Parallel()
	f := func(text string, format Format, want ...Record) {
		t.Helper()
		if got := Detect([]byte(text)); got != format {
			t.Fatalf("%q is %s; want %s", text, got, format)
		}
		got, err := all(reader(format, text))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("%q: %v\n%s", text, err, diff)
		}
	}
	schemaKey, value := `{"subject":"s","version":1,"magic":1,"keytype":"SCHEMA"}`, `{"subject":"s","version":1,"id":1,"schema":"\"int\"","deleted":false}`
	noop := `{"keytype":"NOOP","magic":0}`

	f(exampleV1, V1, plain(schemaKey, value), plain(`{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}`, "<null>"))
	f("[]", V1)
	f(" [ ] \n", V1)
	f(`[["a\u00e9\"]", null], ["null", {"b" : [1.0, "x]\" y"], "a":1}], ["", "x"]]`, V1,
		plain(`aé"]`, "<null>"), plain("<null>", `{"b":[1.0,"x]\" y"],"a":1}`), plain("", "x"))

	f(exampleV2, V2, plain(`{"keytype":"CONFIG","subject":null,"magic":0}`, `{"compatibilityLevel":"FULL"}`))
	f("/V2\n", V2)
	f("/V2\nnull\tnull\n\t\n00FF\t\n41\t6E756C6C\n", V2, plain("<null>", "<null>"), plain("", ""), plain("\x00\xff", ""), plain("A", "<null>"))

	f(noop+"\tnull\n"+schemaKey+"\t"+value+"\n", Console, plain(noop, "<null>"), plain(schemaKey, value))
	f(noop+"\t\r\n\r\nProcessed a total of 1 messages\r\n", Console, plain(noop, ""))
	f("null\t{}", Console, plain("<null>", "{}"))
	timed := plain(noop, "{}")
	timed.Timestamp = 1700000000001
	f("CreateTime:1700000000001\t"+noop+"\t{}\n", Console, timed)
	f(noop+"\t{}\t1700000000001\n", Console, timed)
	timed.Value = []byte{}
	f(noop+"\t\t1700000000001\n", Console, timed)
	f("CreateTime:-1\t"+noop+"\t7\n", Console, plain(noop, "7"))
	f(`{"subject":"say "hi"","magic":0,"keytype":"CONFIG"}`+"\tnull\n", Console, plain(`{"subject":"say "hi"","magic":0,"keytype":"CONFIG"}`, "<null>"))
}

func reader(format Format, text string) source {
	switch format {
	case V1:
		return newV1Reader(strings.NewReader(text), "f")
	case V2:
		return newV2Reader(strings.NewReader(text), "f")
	default:
		return newConsoleReader(strings.NewReader(text), "f")
	}
}

func TestTextFaultsNameFileRecordAndByte(t *testing.T) {
	t.Parallel()
	f := func(format Format, text string, record, offset int64, want string) {
		t.Helper()
		_, err := all(reader(format, text))
		fault := (*Fault)(nil)
		if !errors.As(err, &fault) || fault.File != "f" || fault.Record != record || fault.Offset != offset || !strings.Contains(err.Error(), want) {
			t.Fatalf("%q: %v; want %q at record %d, byte %d", text, err, want, record, offset)
		}
	}

	f(V2, "/V2\n41\t42\n41\t4g\n", 1, 14, "'g' is not an upper-case base16 digit. (record 1 counting from 0, byte 14)")
	f(V2, "/V2\n4a\t42\n", 0, 5, "not an upper-case base16 digit")
	f(V2, "/V2\n41\t42\n41\t4", 1, 14, "ends inside a record")
	f(V2, "/V2\n41\t423\n", 0, 10, "is odd")
	f(V2, "/V2\n4142\n", 0, 8, "no TAB")
	f(V2, "/V2\n41\t42\r\n", 0, 9, "is not an upper-case")

	f(V1, "", 0, 0, "ends inside the array")
	f(V1, `[["a","b"]`, 1, 10, "ends inside the array")
	f(V1, `[["a","b"],`, 1, 11, "ends inside the array")
	f(V1, `[["a","b"],["c","d`, 1, 18, "ends inside the array")
	f(V1, `[["a","b"] ["c","d"]]`, 1, 11, `Unexpected '[' between records`)
	f(V1, `[["a","b"]] x`, 1, 12, `Unexpected 'x' between records`)
	f(V1, `[["a","b"],{}]`, 1, 11, `Unexpected '{' between records`)
	f(V1, `[["a","b"],["c"]]`, 1, 11, "1 elements")
	f(V1, `[["a",7]]`, 0, 6, "neither an object nor a text")
	f(V1, `[["a",{"b":}]]`, 0, 12, "not JSON")
	f(V1, `[["a","\ud800"]]`, 0, 6, "The text is not valid")

	f(Console, "{\"keytype\":\"NOOP\",\"magic\":0}\tnull\n{\"keytype\":\"NO", 1, 48, "no TAB")
	f(Console, "{\"keytype\":\"NOOP\",\"magic\":0}\t{\"a\":", 0, 29, "The value is not JSON")
	f(Console, "{\"keytype\"\t{}", 0, 0, "The key is not one of a schemas topic")
}

func TestDetect(t *testing.T) {
	t.Parallel()
	f := func(text string, want Format) {
		t.Helper()
		if got := Detect([]byte(text)); got != want {
			t.Fatalf("%q: %s; want %s", text, got, want)
		}
	}

	f("", Unknown)
	f("/V2", Unknown)
	f("/V3\n", V3)
	f("/V4\n", Unknown)
	f("hello\tworld\n", Unknown)
	f("{\"a\":1}\n", Unknown)
	f("\t{}\n", Unknown)
}

func TestV2RoundTrip(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := newV2Writer(&out)
	want := []Record{plain("<null>", "<null>"), plain("", ""), plain("\x00\xff", "\t\n")}
	for i := range 300 {
		want = append(want, plain(fmt.Sprint(i), strings.Repeat("x", 10*i)))
	}
	for _, r := range want {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	got, err := all(reader(V2, out.String()))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
}

func TestKeyCorrection(t *testing.T) {
	t.Parallel()
	c := &correction{keys: true}
	f := func(in, want string) {
		t.Helper()
		if got := c.apply(Record{Key: []byte(in), Value: []byte("x")}); string(got.Key) != want || string(got.Value) != "x" {
			t.Fatalf("%s: %s; want %s", in, got.Key, want)
		}
	}
	same := func(in string) {
		t.Helper()
		f(in, in)
	}

	f(`{"subject":"team\/ord","version":1,"magic":1,"keytype":"SCHEMA"}`, `{"keytype":"SCHEMA","subject":"team/ord","version":1,"magic":1}`)
	f(`{ "subject" : "a" , "magic":0,"keytype":"DELETE_SUBJECT"}`, `{"keytype":"DELETE_SUBJECT","subject":"a","magic":0}`)
	f(`{"subject":null,"magic":0,"keytype":"CONFIG"}`, `{"keytype":"CONFIG","subject":null,"magic":0}`)
	f(`{"magic":0,"keytype":"NOOP"}`, `{"keytype":"NOOP","magic":0}`)
	f(`{"subject":"say "hi"","magic":0,"keytype":"CONFIG"}`, `{"keytype":"CONFIG","subject":"say \"hi\"","magic":0}`)
	same(`{"keytype":"CONTEXT","tenant":"default","context":".ctx","magic":0}`)
	same(`{"subject":"a","version":1,"magic":1,"seq":17,"node":0,"keytype":"SCHEMA"}`)
	same(`{"subject":"a","version":1,"magic":0,"keytype":"SCHEMA"}`)
	same(`{"magic":0,"keytype":"CONFIG"}`)
	same("not a key")
	same(`{"subject":"a","mode":"x","magic":0,"keytype":"MODE"}`)
}

func TestEmptyValues(t *testing.T) {
	t.Parallel()
	f := func(e EmptyValues, key string, null bool) {
		t.Helper()
		c := &correction{empty: e}
		if got := c.apply(Record{Key: []byte(key), Value: []byte{}}); (got.Value == nil) != null {
			t.Fatalf("%d %s: %v", e, key, got.Value)
		}
	}
	schemaKey := `{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}`

	f(SchemasOnly, schemaKey, true)
	f(SchemasOnly, "other", false)
	f(SchemasOnly, `{"keytype":"STRANGE"}`, false)
	f(Always, "other", true)
	f(Never, schemaKey, false)
}

func TestAnonymize(t *testing.T) {
	t.Parallel()
	if got := anonymousName("com.acme"); got != "afb552a76ef3c7ee67681d80e9797e088a6c9859.a93abb6b76d7791c0732cc517d38c4b5c734b87f" {
		t.Fatal(got)
	}
	if got := anonymousName("orders-value"); got != "a9384e0257cdbdce6e6e6512a5eb799c1d103ff7-" {
		t.Fatal(got)
	}
	f := func(key, value, wantKey, wantValue string, keep bool) {
		t.Helper()
		a := anonymizer{}
		got, ok := a.record(plain(key, value))
		if ok != keep || keep && (string(got.Key) != wantKey || string(got.Value) != wantValue) {
			t.Fatalf("%s %s:\n%v %s %s", key, value, ok, got.Key, got.Value)
		}
	}
	h := anonymousName
	key := func(s string) string { return `{"keytype":"SCHEMA","subject":"` + s + `","version":1,"magic":1}` }
	value := func(s, text string) string {
		return `{"subject":"` + s + `","version":1,"id":1,"schema":"` + strings.ReplaceAll(text, `"`, `\"`) + `","deleted":false}`
	}

	f(key("orders-value"), value("orders-value",
		`{"type":"record","name":"name","namespace":"com.acme","doc":"secret","fields":[{"name":"name","type":"string","default":"x"},{"name":"e","order":"ignore","type":{"type":"enum","name":"E","symbols":["A","string"]}},{"name":"n","type":["null","com.acme.N"],"default":null},{"name":"r","type":"name","default":{"name":"v","doc":7}},{"type":{"type":"bytes","logicalType":"decimal","precision":4},"name":"d","sensitive":"yes"}]}`),
		key(h("orders-value")), value(h("orders-value"),
			`{"type":"record","name":"`+h("name")+`","namespace":"`+h("com.acme")+`","fields":[{"name":"`+h("name")+`","type":"string","default":"`+h("x")+`"},{"name":"`+h("e")+`","order":"ignore","type":{"type":"enum","name":"`+h("E")+`","symbols":["`+h("A")+`","`+h("string")+`"]}},{"name":"`+h("n")+`","type":["null","`+h("com.acme.N")+`"],"default":null},{"name":"`+h("r")+`","type":"`+h("name")+`","default":{"`+h("name")+`":"`+h("v")+`","`+h("doc")+`":7}},{"type":{"type":"bytes","logicalType":"decimal","precision":4},"name":"`+h("d")+`","`+h("sensitive")+`":"`+h("yes")+`"}]}`), true)
	f(key("s"), "<null>", key(h("s")), "", true)
	f(key("s"), "", key(h("s")), "", true)
	f(key("s"), `{"schemaType":"PROTOBUF","schema":"x"}`, "", "", false)
	f(key("s"), value("s", "{"), "", "", false)
	f(`{"keytype":"CONTEXT","context":".secret"}`, "{}", "", "", false)
	f("secret", "{}", "", "", false)
	f(`{"keytype":"CONFIG","subject":null,"magic":0}`, `{"compatibilityLevel":"FULL","alias":"secret"}`,
		`{"keytype":"CONFIG","subject":null,"magic":0}`, `{"compatibilityLevel":"FULL"}`, true)
	f(`{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}`, `{"subject":"s","version":3}`,
		`{"keytype":"DELETE_SUBJECT","subject":"`+h("s")+`","magic":0}`, `{"subject":"`+h("s")+`","version":3}`, true)
}
