package backup

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"
)

const (
	v3Marker = "/V3\n"
	// maxMetadata bounds the metadata of a backup, which hold the settings of
	// one topic.
	maxMetadata = 16 << 20
)

// Algorithm is how the checksums of a V3 backup are made.
type Algorithm int64

// The algorithms. XXH64 carries the name of another one in the format.
const (
	UnknownAlgorithm Algorithm = iota
	XXH64
)

// String is the name of the algorithm in the format.
func (a Algorithm) String() string {
	if a == XXH64 {
		return "xxhash3_64_be"
	}
	return "unknown"
}

// DataFile is what the metadata of a V3 backup say about a data file.
type DataFile struct {
	Name      string
	Partition int64
	Checksum  []byte
	Records   int64
	// Start and End are the offsets of the first and the last record.
	Start, End int64
}

// Metadata describe a V3 backup.
type Metadata struct {
	Tool, ToolVersion string
	// Started and Finished are milliseconds since 1970.
	Started, Finished int64
	Records           int64
	Topic             string
	// TopicID is 32 hexadecimal digits, or empty.
	TopicID     string
	Partitions  int64
	Replication int64
	Configs     map[string]string
	Files       []DataFile
	Algorithm   Algorithm
}

// Bytes is the contents of the metadata file.
func (m Metadata) Bytes() []byte {
	b := append([]byte(v3Marker), 0, 0, 0, 0)
	b = appendLong(b, 3)
	b = appendBytes(appendBytes(b, m.Tool), m.ToolVersion)
	b = appendLong(appendLong(b, m.Started), m.Finished)
	b = appendLong(b, m.Records)
	b = appendBytes(b, m.Topic)
	if m.TopicID == "" {
		b = append(b, 2)
	} else {
		b = appendBytes(append(b, 0), m.TopicID)
	}
	b = appendLong(appendLong(b, m.Partitions), m.Replication)
	b = appendMap(b, m.Configs)
	if len(m.Files) > 0 {
		b = appendLong(b, int64(len(m.Files)))
	}
	for _, f := range m.Files {
		b = appendLong(appendBytes(b, f.Name), f.Partition)
		b = appendBytes(b, f.Checksum)
		b = appendLong(appendLong(appendLong(b, f.Records), f.Start), f.End)
	}
	b = append(b, 0)
	b = appendLong(b, int64(m.Algorithm))
	const head = len(v3Marker) + lengthPrefix
	binary.BigEndian.PutUint32(b[len(v3Marker):], uint32(len(b)-head))
	return b
}

// ParseMetadata reads a metadata file. The error is a *Fault without a file
// name. An algorithm that is not known is no error here; a reader of the data
// file has to refuse it.
func ParseMetadata(b []byte) (Metadata, error) {
	const head = len(v3Marker) + lengthPrefix
	if !bytes.HasPrefix(b, []byte(v3Marker)) {
		text := fmt.Sprintf("Expected to read V3 header in metadata file, found: %s", pythonBytes(b[:min(len(b), len(v3Marker))]))
		return Metadata{}, &Fault{Class: InvalidHeader, Record: nowhere, Offset: 0, Text: text}
	}
	if len(b) < head {
		return Metadata{}, metadataFault(len(b), errShort)
	}
	if n := int64(binary.BigEndian.Uint32(b[len(v3Marker):])); n != int64(len(b)-head) {
		return Metadata{}, metadataFault(len(v3Marker), fmt.Errorf("they are said to have %d bytes, the file has %d", n, len(b)-head))
	}
	c := cursor{b: b[head:]}
	m := readMetadata(&c)
	if err := c.end(); err != nil {
		return Metadata{}, metadataFault(head+c.at, err)
	}
	if err := m.check(); err != nil {
		return Metadata{}, metadataFault(nowhere, err)
	}
	return m, nil
}

func metadataFault(offset int, err error) error {
	return &Fault{Class: InvalidRecord, Record: nowhere, Offset: int64(offset), Text: "The metadata cannot be decoded.", Err: err}
}

func readMetadata(c *cursor) Metadata {
	if version := c.long(); c.err == nil && version != 3 {
		c.fail(fmt.Errorf("version is %d, not 3", version))
	}
	var m Metadata
	m.Tool, m.ToolVersion = c.text(), c.text()
	m.Started, m.Finished = c.long(), c.long()
	m.Records = c.long()
	m.Topic = c.text()
	m.TopicID = string(c.optional())
	m.Partitions, m.Replication = c.long(), c.long()
	m.Configs = map[string]string{}
	c.blocks(func() {
		name := c.text()
		m.Configs[name] = c.text()
	})
	c.blocks(func() {
		m.Files = append(m.Files, DataFile{
			Name: c.text(), Partition: c.long(), Checksum: c.bytes(),
			Records: c.long(), Start: c.long(), End: c.long(),
		})
	})
	m.Algorithm = Algorithm(c.long())
	if c.err == nil && m.Algorithm != XXH64 && m.Algorithm != UnknownAlgorithm {
		c.fail(fmt.Errorf("checksum_algorithm has no symbol %d", int64(m.Algorithm)))
	}
	return m
}

// check finds metadata that contradict themselves.
func (m Metadata) check() error {
	var records int64
	for _, f := range m.Files {
		if err := f.check(); err != nil {
			return fmt.Errorf("data file %q: %w", f.Name, err)
		}
		records += f.Records
	}
	switch {
	case m.Finished < m.Started:
		return errors.New("finished_at lies before started_at")
	case len(m.Files) > 1:
		return fmt.Errorf("there are %d data files, at most one is allowed", len(m.Files))
	case m.Records != records:
		return fmt.Errorf("record_count is %d, the data files have %d", m.Records, records)
	case m.Partitions != 1:
		return fmt.Errorf("partition_count is %d, not 1", m.Partitions)
	case m.Replication < 1 || m.Replication > math.MaxInt16:
		return fmt.Errorf("replication_factor is %d", m.Replication)
	case m.Topic == "":
		return errors.New("topic_name is empty")
	case m.TopicID != "":
		if raw, err := hex.DecodeString(m.TopicID); err != nil || len(raw) != 16 {
			return errors.New("topic_id is not 32 hexadecimal digits")
		}
	}
	return nil
}

func (f DataFile) check() error {
	switch {
	case f.Name == "" || f.Name == "." || f.Name == ".." || strings.ContainsAny(f.Name, "/\\\x00"):
		return errors.New("the name leads out of the backup's directory")
	case f.Partition != 0:
		return fmt.Errorf("partition is %d, not 0", f.Partition)
	case len(f.Checksum) == 0:
		return errors.New("checksum is empty")
	case f.Records < 1 || f.Start < 0 || f.End < f.Start:
		return fmt.Errorf("record_count %d, start_offset %d and end_offset %d cannot be", f.Records, f.Start, f.End)
	case f.End-f.Start < f.Records-1:
		return fmt.Errorf("%d records do not fit into offsets %d to %d", f.Records, f.Start, f.End)
	}
	return nil
}

// pythonBytes prints bytes as Karapace's messages show them.
func pythonBytes(b []byte) string {
	var out strings.Builder
	out.WriteString("b'")
	for _, c := range b {
		switch {
		case c == '\n':
			out.WriteString(`\n`)
		case c == '\r':
			out.WriteString(`\r`)
		case c == '\t':
			out.WriteString(`\t`)
		case c == '\'' || c == '\\':
			out.WriteByte('\\')
			out.WriteByte(c)
		case c < ' ' || c > '~':
			fmt.Fprintf(&out, `\x%02x`, c)
		default:
			out.WriteByte(c)
		}
	}
	out.WriteByte('\'')
	return out.String()
}
