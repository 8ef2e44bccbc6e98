package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// history is what a topic of schemas may hold, odd things included.
func history(n int) []Record {
	at := func(i int) int64 { return 1700000000000 + int64(i) }
	var out []Record
	for i := range n {
		key := fmt.Sprintf(`{"keytype":"SCHEMA","subject":"s%d","version":1,"magic":1}`, i)
		value := fmt.Sprintf(`{"subject":"s%d","version":1,"id":%d,"schema":"\"int\"","deleted":false}`, i, i+1)
		out = append(out, Record{Key: []byte(key), Value: []byte(value), Timestamp: at(i),
			Headers: []Header{{[]byte("X-Registry-Version"), []byte("test")}, {[]byte("b"), []byte{0xff, 0}}}})
	}
	return append(out,
		Record{Key: []byte(`{"keytype":"NOOP","magic":0}`), Timestamp: at(n)},
		Record{Key: []byte{0xff, 0xfe}, Value: []byte{0, 1, 2, 0x80}, Timestamp: at(n + 1)},
		Record{Key: []byte("plain"), Value: []byte{}, Timestamp: at(n + 2)},
		Record{Key: []byte(`{"keytype":"SCHEMA","subject":"s0","version":1,"magic":1}`), Timestamp: at(n + 3)},
		Record{Key: []byte{}, Value: []byte("v"), Timestamp: at(n + 4)},
	)
}

func numbered(recs []Record) []Record {
	for i := range recs {
		recs[i].Offset = int64(i)
	}
	return recs
}

func TestV3RoundTripIsIdentical(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(schemasTopic, 1, map[string]string{"cleanup.policy": "compact", "max.message.bytes": "2000000"})
	want := append(history(2500), Record{Value: []byte("no key"), Timestamp: 1})
	f.produce(schemasTopic, want...)
	numbered(want)
	f.equal(want, f.dump(schemasTopic))

	f.get(GetOptions{Location: f.path("b"), V3: true, Replication: 1})
	f.equal(nil, verify(t, f.path("b"), RecordLevel, "Integrity of _schemas:0.data is intact.\n✅ Verified 1 data files in backup OK.\n"))
	f.equal(nil, verify(t, f.path("b"), FileLevel, "✅ Verified 1 data files in backup OK.\n"))
	f.drop(schemasTopic)
	f.restore(RestoreOptions{Location: f.path("b")})
	f.equal(want, f.dump(schemasTopic))
	configs, err := f.admin.DescribeTopicConfigs(f.ctx, schemasTopic)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range configs[0].Configs {
		if c.Key == "max.message.bytes" && *c.Value != "2000000" {
			t.Fatalf("%s=%s", c.Key, *c.Value)
		}
	}
}

func TestV2RoundTripKeepsKeysAndValues(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(schemasTopic, 1, nil)
	f.produce(schemasTopic, history(500)...)
	f.get(GetOptions{Location: f.path("sub/dir/b")})
	var stdout bytes.Buffer
	f.get(GetOptions{Location: "-", Stdout: &stdout})
	text, err := os.ReadFile(f.path("sub/dir/b"))
	if err != nil || string(text) != stdout.String() {
		t.Fatal("the file and the standard output differ", err)
	}
	info, err := os.Stat(f.path("sub/dir/b"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
	f.drop(schemasTopic)
	f.restore(RestoreOptions{Location: f.path("sub/dir/b")})
	got, want := f.dump(schemasTopic), numbered(history(500))
	for i := range want {
		if !same(want[i].Key, got[i].Key) || !same(want[i].Value, got[i].Value) {
			t.Fatalf("%+v; want %+v", got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatal(len(got))
	}
}

func verify(t *testing.T, location string, level Level, want string) error {
	t.Helper()
	var out bytes.Buffer
	err := Verify(location, level, &out)
	if !strings.HasSuffix(out.String(), want) {
		t.Fatalf("%s; want %s", out.String(), want)
	}
	return err
}

func TestOldFormatsAreRestored(t *testing.T) {
	t.Parallel()
	run := func(text string, want ...string) {
		t.Helper()
		f := newFixture(t)
		f.restore(RestoreOptions{Location: f.write("b", text)})
		var got []string
		for _, r := range f.dump(schemasTopic) {
			value := "<null>"
			if r.Value != nil {
				value = string(r.Value)
			}
			got = append(got, string(r.Key)+" "+value)
		}
		f.equal(want, got)
		configs, err := f.admin.DescribeTopicConfigs(f.ctx, schemasTopic)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range configs[0].Configs {
			if c.Key == "cleanup.policy" && *c.Value != "compact" {
				t.Fatalf("%s=%s", c.Key, *c.Value)
			}
		}
	}
	schema := `{"keytype":"SCHEMA","subject":"s","version":1,"magic":1} {"subject":"s","version":1,"id":1,"schema":"\"int\"","deleted":false}`

	run(exampleV1, schema, `{"keytype":"DELETE_SUBJECT","subject":"s","magic":0} <null>`)
	run(exampleV2, `{"keytype":"CONFIG","subject":null,"magic":0} {"compatibilityLevel":"FULL"}`)
	run(`{"subject":"s","version":1,"magic":1,"keytype":"SCHEMA"}`+"\t"+`{"subject":"s","version":1,"id":1,"schema":"\"int\"","deleted":false}`+"\n"+
		`{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}`+"\tnull\n"+
		`{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}`+"\t\nProcessed a total of 3 messages\n",
		schema, `{"keytype":"SCHEMA","subject":"s","version":1,"magic":1} <null>`, `{"keytype":"SCHEMA","subject":"s","version":1,"magic":1} <null>`)
}

// example writes the V3 backup of the contract. Its files are not in testdata,
// because modules must not hold names with a colon.
func (f *fixture) example() string {
	f.t.Helper()
	if err := os.Mkdir(f.path("v3"), 0o700); err != nil {
		f.t.Fatal(err)
	}
	f.write("v3/_schemas:0.data", string(unhex(f.t, exampleData)))
	f.write("v3/_schemas.metadata", string(unhex(f.t, exampleMetadata)))
	return f.path("v3")
}

func TestGoldenV3IsRestored(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.restore(RestoreOptions{Location: f.example() + "/_schemas.metadata", OverrideReplication: 1})
	f.equal(numbered(exampleRecords()), f.dump(schemasTopic))
	f.equal(nil, verify(t, f.path("v3"), RecordLevel, "OK.\n"))
}

func TestDamagedBackupChangesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create("t", 1, nil)
	f.produce("t", history(300)...)
	f.get(GetOptions{Location: f.path("v3"), V3: true, Replication: 1, Topic: "t"})
	f.get(GetOptions{Location: f.path("v2"), Topic: "t"})
	f.drop("t")
	s := f.settings()
	s.Topic = "t"
	refused := func(location, file, want string) {
		t.Helper()
		err := Restore(f.ctx, s, RestoreOptions{Location: location})
		fault := (*Fault)(nil)
		if !errors.As(err, &fault) || fault.File != f.path(file) || fault.Record < 0 || fault.Offset < 0 {
			t.Fatalf("%v names no file, record and byte", err)
		}
		fails(t, err, want)
		if ExitCode(err) != 1 || f.exists("t") {
			t.Fatal("something was changed")
		}
	}
	change := func(name string, edit func([]byte) []byte) {
		t.Helper()
		b, err := os.ReadFile(f.path(name))
		if err != nil {
			t.Fatal(err)
		}
		f.write(name, string(edit(b)))
	}

	data, err := os.ReadFile(f.path("v3/t:0.data"))
	if err != nil {
		t.Fatal(err)
	}
	change("v3/t:0.data", func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
	refused(f.path("v3"), "v3/t:0.data", "record ")
	fails(t, verify(t, f.path("v3"), RecordLevel, "💥 Failed to verify integrity of some data files.\n"), "damaged")
	fails(t, verify(t, f.path("v3"), FileLevel, "Integrity of t:0.data is not intact!\n💥 Failed to verify integrity of some data files.\n"), "damaged")
	f.write("v3/t:0.data", string(data[:len(data)-1]))
	refused(f.path("v3"), "v3/t:0.data", "fewer records than expected")
	change("v2", func(b []byte) []byte { return b[:len(b)-2] })
	refused(f.path("v2"), "v2", "The file ends inside a record. (record 304 counting from 0, byte ")
}

func TestRestoreRefusesWhatWouldMix(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(schemasTopic, 1, nil)
	f.produce(schemasTopic, history(3)...)
	f.get(GetOptions{Location: f.path("v2")})
	f.get(GetOptions{Location: f.path("v3"), V3: true, Replication: 1})
	restore := func(o RestoreOptions) error { return Restore(f.ctx, f.settings(), o) }

	err := restore(RestoreOptions{Location: f.path("v2")})
	if !errors.Is(err, ErrNotEmpty) {
		t.Fatal(err)
	}
	fails(t, restore(RestoreOptions{Location: f.path("v3")}), "Topic to restore '_schemas' already exists")
	if err := restore(RestoreOptions{Location: f.path("v3"), SkipTopicCreation: true}); !errors.Is(err, ErrNotEmpty) {
		t.Fatal(err)
	}
	fails(t, restore(RestoreOptions{Location: f.path("v3"), Topic: "other"}), ErrTopicName.Error())
	fails(t, restore(RestoreOptions{Location: f.path("v2"), Topic: "other"}),
		"Not creating topic, because the name '_schemas' from the config and the name 'other' from the CLI differ.")
	f.equal(8, len(f.dump(schemasTopic)))
	f.restore(RestoreOptions{Location: f.path("v2"), Append: true})
	f.equal(16, len(f.dump(schemasTopic)))

	f.create("other", 1, nil)
	f.restore(RestoreOptions{Location: f.path("v2"), Topic: "other"})
	f.equal(8, len(f.dump("other")))
	f.create("wide", 2, nil)
	fails(t, restore(RestoreOptions{Location: f.path("v2"), Topic: "wide"}), "Topic 'wide' has 2 partitions")
	fails(t, Get(f.ctx, f.settings(), GetOptions{Location: f.path("x"), Topic: "wide"}),
		"Topic 'wide' has 2 partitions, but only topics with exactly 1 partition can be backed up.")
	fails(t, Get(f.ctx, f.settings(), GetOptions{Location: f.path("x"), Topic: "none"}), "topic none does not exist")
}

func TestResume(t *testing.T) {
	t.Parallel()
	for _, v3 := range []bool{false, true} {
		f := newFixture(t)
		f.create(schemasTopic, 1, nil)
		want := numbered(history(100))
		f.produce(schemasTopic, want...)
		f.get(GetOptions{Location: f.path("b"), V3: v3, Replication: 1})
		for _, done := range []int{0, 1, 60, len(want)} {
			f.drop(schemasTopic)
			f.create(schemasTopic, 1, nil)
			if done > 0 {
				f.produce(schemasTopic, want[:done]...)
			}
			f.restore(RestoreOptions{Location: f.path("b"), Resume: true})
			if got := f.dump(schemasTopic); len(got) != len(want) || !sameRecord(got[len(got)-1], want[len(want)-1]) {
				t.Fatalf("%d records after %d", len(got), done)
			}
		}
		err := Restore(f.ctx, f.settings(), RestoreOptions{Location: f.write("short", "/V2\n41\t42\n"), Resume: true})
		fails(t, err, "the backup has 1 records")
		f.drop(schemasTopic)
		f.create(schemasTopic, 1, nil)
		f.produce(schemasTopic, want[0], plain("foreign", "x"))
		err = Restore(f.ctx, f.settings(), RestoreOptions{Location: f.path("b"), Resume: true})
		fails(t, err, "holds another record than the backup at offset 1")
		f.equal(2, len(f.dump(schemasTopic)))
	}
}

// A broker that stops taking records half way ends the restore with code 3,
// and --resume completes it.
func TestInterruptedByTheBroker(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(schemasTopic, 1, nil)
	want := history(3000)
	for i := range want[:3000] { // More than fits into a batch.
		want[i].Value = []byte(strings.Repeat("x", 2000))
	}
	f.produce(schemasTopic, want...)
	f.get(GetOptions{Location: f.path("b"), V3: true, Replication: 1})
	f.drop(schemasTopic)
	batches := 0
	f.cluster.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		f.cluster.KeepControl()
		if batches++; batches != 2 {
			return nil, nil, false
		}
		return refusal(req.(*kmsg.ProduceRequest), kerr.TopicAuthorizationFailed.Code), nil, true
	})
	err := Restore(f.ctx, f.settings(), RestoreOptions{Location: f.path("b")})
	if ExitCode(err) != 3 {
		t.Fatal(err)
	}
	fails(t, err, "Error while producing restored messages")
	fails(t, err, "--resume")
	if got := len(f.dump(schemasTopic)); got == 0 || got >= len(want) {
		t.Fatalf("%d records", got)
	}
	f.restore(RestoreOptions{Location: f.path("b"), Resume: true})
	f.equal(numbered(want), f.dump(schemasTopic))
}

// refuseProduce answers every produce request with a code.
func (f *fixture) refuseProduce(code int16) {
	f.cluster.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		f.cluster.KeepControl()
		return refusal(req.(*kmsg.ProduceRequest), code), nil, true
	})
}

func refusal(req *kmsg.ProduceRequest, code int16) *kmsg.ProduceResponse {
	response := req.ResponseKind().(*kmsg.ProduceResponse)
	for _, topic := range req.Topics {
		answer := kmsg.NewProduceResponseTopic()
		answer.Topic, answer.TopicID = topic.Topic, topic.TopicID
		partition := kmsg.NewProduceResponseTopicPartition()
		partition.ErrorCode = code
		answer.Partitions = append(answer.Partitions, partition)
		response.Topics = append(response.Topics, answer)
	}
	return response
}

// The client itself would try for ever.
func TestRestoreGivesUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.refuseProduce(kerr.NotEnoughReplicas.Code)
	err := Restore(f.ctx, f.settings(), RestoreOptions{Location: f.write("b", exampleV2), DeliveryTimeout: 300 * time.Millisecond})
	if !errors.Is(err, errUnacknowledged) || ExitCode(err) != 3 {
		t.Fatal(err)
	}
}

func TestSomebodyElseWrites(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(schemasTopic, 1, nil)
	recs := make([]Record, 3000)
	for i := range recs {
		recs[i] = Record{Key: []byte("k"), Value: make([]byte, 2000), Timestamp: 1}
	}
	f.produce(schemasTopic, recs...)
	f.get(GetOptions{Location: f.path("b")})
	f.drop(schemasTopic)
	batches := 0
	f.cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		f.cluster.KeepControl()
		if batches++; batches == 2 {
			f.cluster.SleepControl(func() { f.produce(schemasTopic, plain("foreign", "x")) })
		}
		return nil, nil, false
	})
	err := Restore(f.ctx, f.settings(), RestoreOptions{Location: f.path("b")})
	fails(t, err, "somebody else wrote to topic _schemas meanwhile")
	f.equal(3001, len(f.dump(schemasTopic)))
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(schemasTopic, 1, nil)
	f.produce(schemasTopic, history(3)...)
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	for _, v3 := range []bool{false, true} {
		err := Get(ctx, f.settings(), GetOptions{Location: f.path("b"), V3: v3, Replication: 1})
		if ExitCode(err) != 2 {
			t.Fatal(err)
		}
	}
	if left, err := os.ReadDir(f.dir); err != nil || len(left) != 0 {
		t.Fatal(left, err)
	}
}

// The end of a topic may hold nothing that is delivered: the marker of a
// transaction, and records of an aborted one.
func TestTrailingControlRecords(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(schemasTopic, 1, nil)
	f.produce(schemasTopic, history(3)...)
	client, err := kgo.NewClient(kgo.SeedBrokers(f.cluster.ListenAddrs()...), kgo.TransactionalID("x"), kgo.DefaultProduceTopic(schemasTopic))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := client.ProduceSync(f.ctx, kgo.StringRecord("aborted")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	// An open transaction does not hold a backup up either.
	f.get(GetOptions{Location: f.path("open")})
	if err := client.EndTransaction(f.ctx, kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
	f.get(GetOptions{Location: f.path("aborted"), V3: true, Replication: 1})
	for _, name := range []string{"open", "aborted"} {
		b, err := Open(f.path(name))
		if err != nil {
			t.Fatal(err)
		}
		src, err := b.records()
		if err != nil {
			t.Fatal(err)
		}
		recs, err := all(src)
		if err != nil || len(recs) != 8 {
			t.Fatal(len(recs), err)
		}
		b.Close()
	}
}

func TestEmptyTopic(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(schemasTopic, 1, nil)
	f.get(GetOptions{Location: f.path("v2")})
	if _, err := os.Stat(f.path("v2")); !errors.Is(err, os.ErrNotExist) || !strings.Contains(f.log.String(), "is empty, nothing to back up.") {
		t.Fatal(err, f.log.String())
	}
	f.get(GetOptions{Location: f.path("v3"), V3: true, Replication: 1})
	entries, err := os.ReadDir(f.path("v3"))
	if err != nil || len(entries) != 1 || entries[0].Name() != "_schemas.metadata" {
		t.Fatal(entries, err)
	}
	f.equal(nil, verify(t, f.path("v3"), RecordLevel, "✅ Verified 0 data files in backup OK.\n"))
	f.drop(schemasTopic)
	f.restore(RestoreOptions{Location: f.path("v3")})
	f.equal(0, len(f.dump(schemasTopic)))
}

func TestTargetsAndLocations(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(schemasTopic, 1, nil)
	f.produce(schemasTopic, history(1)...)
	get := func(want string, o GetOptions) {
		t.Helper()
		fails(t, Get(f.ctx, f.settings(), o), want)
	}
	there := f.write("there", "old")
	get("Target file exists and overwriting is not enabled.", GetOptions{Location: there})
	get("Target file is a directory, and cannot be overwritten.", GetOptions{Location: f.dir, Overwrite: true})
	get("Target directory unexpectedly exists.", GetOptions{Location: f.dir, Overwrite: true, V3: true, Replication: 1})
	get("does not support writing to stdout", GetOptions{V3: true, Replication: 1})
	get("no such file or directory", GetOptions{Location: f.path("no/parent"), V3: true, Replication: 1})
	get("must be 1 to 32767", GetOptions{Location: f.path("x"), V3: true})
	f.get(GetOptions{Location: there, Overwrite: true})
	if text, err := os.ReadFile(there); err != nil || Detect(text) != V2 {
		t.Fatal(string(text), err)
	}

	open := func(location, want string) {
		t.Helper()
		_, err := Open(location)
		fails(t, err, want)
	}
	open("", "Cannot restore backups from stdin")
	open("-", "Cannot restore backups from stdin")
	open(f.path("gone"), "Backup location doesn't exist")
	open(f.dir, "When a given location is a directory, it must contain exactly one metadata file, found 0.")
	open("/dev/null", "The normalized path is not a file")
	open(f.write("odd", "hello"), "This is not a backup: it begins with b'hello'")
	open(f.write("odd.metadata", "hello"), "Expected to read V3 header in metadata file, found: b'hell'")
	fails(t, Verify(there, FileLevel, os.Stdout), "Only backups using format V3 can be verified, found V2.")
}

func TestInspect(t *testing.T) {
	t.Parallel()
	example := newFixture(t).example()
	f := func(location, want string) {
		t.Helper()
		var out, warnings bytes.Buffer
		if err := Inspect(location, &out, &warnings); err != nil || out.String() != want || warnings.Len() > 0 {
			t.Fatalf("%v %s\n%s; want\n%s", err, warnings.String(), out.String(), want)
		}
	}

	f("testdata/v1.json", "{\n  \"version\": 1\n}\n")
	f("testdata/v2.txt", "{\n  \"version\": 2\n}\n")
	f(example, `{
  "version": 3,
  "tool_name": "karapace",
  "tool_version": "1.0.0",
  "started_at": "2023-11-14T22:13:25+00:00",
  "finished_at": "2023-11-14T22:13:26+00:00",
  "topic_name": "_schemas",
  "topic_id": null,
  "partition_count": 1,
  "record_count": 2,
  "replication_factor": 3,
  "topic_configurations": {
    "cleanup.policy": "compact"
  },
  "checksum_algorithm": "xxhash3_64_be",
  "data_files": [
    {
      "filename": "_schemas:0.data",
      "partition": 0,
      "checksum_hex": "bc275c5350df0750",
      "record_count": 2,
      "start_offset": 7,
      "end_offset": 9
    }
  ]
}
`)
}

func TestUnknownAlgorithm(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	m, err := ParseMetadata(unhex(t, exampleMetadata))
	if err != nil {
		t.Fatal(err)
	}
	m.Algorithm = UnknownAlgorithm
	f.write("_schemas:0.data", string(unhex(t, exampleData)))
	location := f.write("_schemas.metadata", string(m.Bytes()))
	var out, warnings bytes.Buffer
	if err := Inspect(location, &out, &warnings); err != nil || !strings.Contains(warnings.String(), "Warning!") {
		t.Fatal(err, warnings.String())
	}
	fails(t, Restore(f.ctx, f.settings(), RestoreOptions{Location: location}), "UnknownChecksumAlgorithm: Tried restoring from a backup with an unknown checksum algorithm.")
	fails(t, verify(t, location, FileLevel, "💥 Failed to verify integrity of some data files.\n"), "damaged")
}

func TestAnonymizedExport(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(schemasTopic, 1, nil)
	f.produce(schemasTopic, history(5)...)
	f.get(GetOptions{Location: f.path("a"), Anonymize: true})
	f.drop(schemasTopic)
	f.restore(RestoreOptions{Location: f.path("a")})
	got := f.dump(schemasTopic)
	if len(got) != 7 || string(got[0].Key) != `{"keytype":"SCHEMA","subject":"`+anonymousName("s0")+`","version":1,"magic":1}` || got[6].Value != nil {
		t.Fatalf("%+v", got)
	}
}

func TestStalledBroker(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(schemasTopic, 1, nil)
	f.produce(schemasTopic, history(1)...)
	f.cluster.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		f.cluster.KeepControl()
		fetch := req.(*kmsg.FetchRequest)
		response := fetch.ResponseKind().(*kmsg.FetchResponse)
		answer := kmsg.NewFetchResponseTopic()
		answer.Topic, answer.TopicID = fetch.Topics[0].Topic, fetch.Topics[0].TopicID
		partition := kmsg.NewFetchResponseTopicPartition()
		partition.ErrorCode = kerr.NotLeaderForPartition.Code
		answer.Partitions = append(answer.Partitions, partition)
		response.Topics = append(response.Topics, answer)
		return response, nil, true
	})
	err := Get(f.ctx, f.settings(), GetOptions{Location: f.path("b"), PollTimeout: 300e6})
	if !errors.Is(err, ErrStalled) || ExitCode(err) != 1 {
		t.Fatal(err)
	}
}
