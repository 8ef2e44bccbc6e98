package backup

import (
	"bytes"
	"errors"
	"testing"
)

// checkSource holds what is true of every reader: it ends, its errors name a
// place in the file, and what it read survives our own writer of V2.
func checkSource(t *testing.T, s source, size int) {
	t.Helper()
	records, err := all(s)
	if fault := (*Fault)(nil); err != nil {
		if !errors.As(err, &fault) {
			t.Fatalf("%v is no fault", err)
		}
		if fault.Offset > int64(size) {
			t.Fatalf("byte %d of %d", fault.Offset, size)
		}
	}
	var out bytes.Buffer
	w := newV2Writer(&out)
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if len(records) == 0 {
		return
	}
	again, err := all(newV2Reader(&out, "again"))
	if err != nil || len(again) != len(records) {
		t.Fatalf("%d records came back of %d: %v", len(again), len(records), err)
	}
	for i, r := range records {
		// The text null is null in V2.
		if string(r.Value) != nullText && !same(r.Value, again[i].Value) {
			t.Fatalf("record %d: %q; want %q", i, again[i].Value, r.Value)
		}
	}
}

func FuzzV1(f *testing.F) {
	f.Add([]byte(exampleV1))
	f.Add([]byte(`[["a\u00e9","null"],[null,{"a" : [1,"]\\\""]}]]`))
	f.Add([]byte("[[[[[[[["))
	f.Fuzz(func(t *testing.T, b []byte) { checkSource(t, newV1Reader(bytes.NewReader(b), "f"), len(b)) })
}

func FuzzV2(f *testing.F) {
	f.Add([]byte(exampleV2))
	f.Add([]byte("/V2\nnull\t\n\t6E756C6C\n"))
	f.Add([]byte("/V2\n4\t4"))
	f.Fuzz(func(t *testing.T, b []byte) { checkSource(t, newV2Reader(bytes.NewReader(b), "f"), len(b)) })
}

func FuzzConsole(f *testing.F) {
	f.Add([]byte("{\"keytype\":\"NOOP\",\"magic\":0}\tnull\r\nProcessed a total of 1 messages\n"))
	f.Add([]byte("CreateTime:17\t{\"keytype\":\"NOOP\",\"magic\":0}\t{}\t17\n"))
	f.Add([]byte("null\t\n"))
	f.Fuzz(func(t *testing.T, b []byte) { checkSource(t, newConsoleReader(bytes.NewReader(b), "f"), len(b)) })
}

func FuzzV3(f *testing.F) {
	f.Add(unhex(f, exampleData), int64(2), int64(7), int64(9))
	f.Add([]byte{0, 0, 0, 7, 2, 2, 1, 0, 0, 0, 2}, int64(1), int64(0), int64(0))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff}, int64(1), int64(0), int64(0))
	f.Fuzz(func(t *testing.T, b []byte, records, start, end int64) {
		sum := newXXH64()
		sum.Write(b)
		file := DataFile{Checksum: sum.digest(), Records: records, Start: start, End: end}
		read, err := all(newV3Reader(bytes.NewReader(b), int64(len(b)), "f", file))
		if fault := (*Fault)(nil); err != nil {
			if !errors.As(err, &fault) {
				t.Fatalf("%v is no fault", err)
			}
			return
		}
		w := newV3Writer(&bytes.Buffer{})
		for _, r := range read {
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzMetadata(f *testing.F) {
	f.Add(unhex(f, exampleMetadata))
	f.Add([]byte("/V3\n\x00\x00\x00\x00"))
	f.Add([]byte("/V3"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseMetadata(b)
		if err != nil {
			return
		}
		again, err := ParseMetadata(m.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again.Bytes(), m.Bytes()) {
			t.Fatalf("%+v; want %+v", again, m)
		}
	})
}

func FuzzAnonymize(f *testing.F) {
	f.Add([]byte(`{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}`), []byte(`{"subject":"s","schema":"{\"type\":\"record\",\"doc\":\"d\"}"}`))
	f.Add([]byte(`{"keytype":"NOOP"}`), []byte("null"))
	f.Fuzz(func(t *testing.T, key, value []byte) {
		a := anonymizer{}
		a.record(Record{Key: key, Value: value})
		c := correction{keys: true}
		c.apply(Record{Key: key, Value: value})
	})
}
