package backup

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// inspected is what inspect prints of a V3 backup, in the order of Karapace's
// tool.
type inspected struct {
	Version     int               `json:"version"`
	Tool        string            `json:"tool_name"`
	ToolVersion string            `json:"tool_version"`
	Started     string            `json:"started_at"`
	Finished    string            `json:"finished_at"`
	Topic       string            `json:"topic_name"`
	TopicID     *string           `json:"topic_id"`
	Partitions  int64             `json:"partition_count"`
	Records     int64             `json:"record_count"`
	Replication int64             `json:"replication_factor"`
	Configs     map[string]string `json:"topic_configurations"`
	Algorithm   string            `json:"checksum_algorithm"`
	Files       []inspectedFile   `json:"data_files"`
}

type inspectedFile struct {
	Name      string `json:"filename"`
	Partition int64  `json:"partition"`
	Checksum  string `json:"checksum_hex"`
	Records   int64  `json:"record_count"`
	Start     int64  `json:"start_offset"`
	End       int64  `json:"end_offset"`
}

// Inspect writes what is known about a backup without reading its records, as
// JSON. Console text, which Karapace's tool does not know, has version 0.
// Warnings go to errors.
func Inspect(location string, out, warnings io.Writer) error {
	b, err := Open(location)
	if err != nil {
		return err
	}
	defer b.Close()
	var shown any
	switch b.Format {
	case V3:
		if b.Metadata.Algorithm == UnknownAlgorithm {
			fmt.Fprintln(warnings, "Warning! This backup uses a checksum algorithm that this tool does not know, so it cannot be verified or restored.")
		}
		shown = b.Metadata.shown()
	case Console:
		shown = struct {
			Version int    `json:"version"`
			Format  string `json:"format"`
		}{0, "console"}
	default:
		shown = struct {
			Version int `json:"version"`
		}{int(b.Format)}
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(shown); err != nil {
		return fmt.Errorf("printing the metadata: %w", err)
	}
	_, err = out.Write(text.Bytes())
	return err
}

func (m Metadata) shown() inspected {
	s := inspected{
		Version: 3, Tool: m.Tool, ToolVersion: m.ToolVersion, Started: isoTime(m.Started), Finished: isoTime(m.Finished),
		Topic: m.Topic, Partitions: m.Partitions, Records: m.Records, Replication: m.Replication,
		Configs: m.Configs, Algorithm: m.Algorithm.String(), Files: []inspectedFile{},
	}
	if m.TopicID != "" {
		s.TopicID = &m.TopicID
	}
	for _, f := range m.Files {
		s.Files = append(s.Files, inspectedFile{f.Name, f.Partition, hex.EncodeToString(f.Checksum), f.Records, f.Start, f.End})
	}
	return s
}

// isoTime prints milliseconds as Python's isoformat does: with six digits of
// the second, or none when it is whole.
func isoTime(ms int64) string {
	t := time.UnixMilli(ms).UTC()
	if ms%1000 == 0 {
		return t.Format("2006-01-02T15:04:05+00:00")
	}
	return t.Format("2006-01-02T15:04:05.000000+00:00")
}
