package plugin

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Backup writes all live versions of all subjects, with their ids, and the
// levels and modes that are set on them, to out, and returns how many versions.
// The format is V1 of docs/formats/backup.md, which `plastron backup restore` reads.
//
// What HTTP does not tell is not in it: soft-deleted versions, and the highest
// id that was ever given. `plastron backup get` reads the topic itself.
func (p *Plugin) Backup(ctx context.Context, registry string, out io.Writer) (versions int, err error) {
	r, err := p.open(ctx, p.named(registry))
	if err != nil {
		return 0, err
	}
	defer r.close()
	records, err := settingsRecords(ctx, r)
	if err != nil {
		return 0, err
	}
	schemas, err := schemaRecords(ctx, r)
	if err != nil {
		return 0, err
	}
	return len(schemas), writePairs(out, append(records, schemas...))
}

// pair is one record: both are JSON objects.
type pair [2]json.RawMessage

func pairOf(k record.Key, value []byte) pair { return pair{k.Bytes(), value} }

func settingsRecords(ctx context.Context, r *opened) ([]pair, error) {
	global, err := r.GlobalConfig(ctx)
	if err != nil {
		return nil, err
	}
	subjects, err := r.Subjects(ctx)
	if err != nil {
		return nil, err
	}
	slices.Sort(subjects)
	records := []pair{pairOf(record.GlobalConfig(), record.ConfigValue{Level: global.Level}.Bytes())}
	for _, name := range subjects {
		level, err := ownLevel(ctx, r, name)
		if err != nil {
			return nil, err
		}
		if level != "" {
			records = append(records, pairOf(record.ConfigOf(name), record.ConfigValue{Level: level}.Bytes()))
		}
		mode, err := ownMode(ctx, r, name)
		if err != nil {
			return nil, err
		}
		if mode != "" {
			records = append(records, pairOf(record.ModeOf(name), record.ModeValue{Subject: name, Mode: mode}.Bytes()))
		}
	}
	return records, nil
}

// schemaRecords returns one record per version, by id, so that what is
// referred to comes first.
func schemaRecords(ctx context.Context, r *opened) ([]pair, error) {
	subjects, err := r.Subjects(ctx)
	if err != nil {
		return nil, err
	}
	var values []record.SchemaValue
	for _, name := range subjects {
		versions, err := r.Versions(ctx, name)
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			found, err := r.Version(ctx, name, v)
			if err != nil {
				return nil, err
			}
			values = append(values, record.SchemaValue{Subject: name, Version: v, ID: found.ID, Schema: found.Schema})
		}
	}
	slices.SortFunc(values, func(a, b record.SchemaValue) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Version, b.Version))
	})
	records := make([]pair, 0, len(values))
	for _, v := range values {
		records = append(records, pairOf(record.SchemaOf(v.Subject, v.Version), v.Bytes()))
	}
	return records, nil
}

// writePairs writes the array with a record a line.
func writePairs(out io.Writer, records []pair) error {
	w := bufio.NewWriter(out)
	for i, r := range records {
		before := ",\n"
		if i == 0 {
			before = "[\n"
		}
		// Bytes of records are JSON already and keep their order of members.
		fmt.Fprintf(w, "%s[%s,%s]", before, r[0], r[1])
	}
	fmt.Fprint(w, "\n]\n")
	return w.Flush()
}

// place is a version of a subject.
type place struct {
	subject schema.Subject
	version schema.Version
}
