package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// errDiffers ends the comparison of a topic with a backup.
var errDiffers = errors.New("the topic does not hold the beginning of this backup, so its restore cannot be continued: " +
	"delete the topic and restore again")

// resumed returns how many records an interrupted restore left in the topic.
// A restore fills a new topic from offset 0, so the record at offset n must be
// number n of the backup; compaction may have taken some away, but does not
// move the others.
func (r *restore) resumed(ctx context.Context, t topic) (int64, error) {
	switch {
	case t.start != 0:
		return 0, fmt.Errorf("topic %s begins at offset %d, a restored one at 0: %w", r.topic, t.start, errDiffers)
	case t.end != t.high:
		return 0, fmt.Errorf("topic %s holds a transaction that is not finished: %w", r.topic, errDiffers)
	case t.end > r.records:
		return 0, fmt.Errorf("topic %s ends at offset %d, the backup has %d records: %w", r.topic, t.end-1, r.records, errDiffers)
	}
	src, err := r.backup.records()
	if err != nil {
		return 0, err
	}
	c, n := r.correction(), int64(0)
	err = r.cluster.read(ctx, t, 0, DefaultPollTimeout, func(have Record) error {
		for {
			rec, err := src.Next()
			if err != nil {
				return err
			}
			n++
			if n-1 < have.Offset {
				continue
			}
			if want := c.apply(rec); !sameRecord(want, have) {
				return fmt.Errorf("topic %s holds another record than the backup at offset %d: %w", r.topic, have.Offset, errDiffers)
			}
			return nil
		}
	})
	if err != nil {
		return 0, err
	}
	r.Logger.Info("Continuing an interrupted restore", "topic", r.topic, "restored", t.end, "records", r.records)
	return t.end, nil
}

func sameRecord(a, b Record) bool {
	return same(a.Key, b.Key) && same(a.Value, b.Value)
}

// same tells null from empty.
func same(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }
