package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// DefaultPollTimeout is how long a read may bring nothing.
const DefaultPollTimeout = time.Minute

// toolName tells who wrote a V3 backup. Readers show it and check nothing.
const toolName = "plastron"

// GetOptions say what to back up and where to.
type GetOptions struct {
	// Location is the file to write, or the directory of format V3. Empty or
	// "-" is Stdout, which V3 cannot be written to.
	Location string
	// Topic is the topic to read; empty is the configured one.
	Topic string
	// Overwrite replaces a file that is there, but never a directory.
	Overwrite bool
	// V3 chooses format V3 over V2. Replication is what its metadata ask for.
	V3          bool
	Replication int
	// PollTimeout is how long a read may bring nothing; 0 is the default.
	PollTimeout time.Duration
	// Anonymize writes the anonymised export; V2 only.
	Anonymize bool
	Stdout    io.Writer
}

// Get writes the records that the topic has now to a backup. Records that come
// later are not included. Nothing is left at the location if it fails.
func Get(ctx context.Context, s Settings, o GetOptions) error {
	if o.PollTimeout <= 0 {
		o.PollTimeout = DefaultPollTimeout
	}
	if o.V3 {
		return getV3(ctx, s, o)
	}
	return getV2(ctx, s, o)
}

// open connects and looks at the topic.
func (o GetOptions) open(ctx context.Context, s Settings) (*cluster, topic, error) {
	c, err := connect(s.Kafka)
	if err != nil {
		return nil, topic{}, err
	}
	t, err := o.look(ctx, c, s.topicName(o.Topic))
	if err != nil {
		c.client.Close()
		return nil, topic{}, err
	}
	return c, t, nil
}

func (o GetOptions) look(ctx context.Context, c *cluster, name string) (topic, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, o.PollTimeout, ErrStalled)
	defer cancel()
	t, found, err := c.describe(ctx, name)
	if err == nil && !found {
		err = fmt.Errorf("topic %s does not exist", name)
	}
	if err == nil {
		t, err = c.bounds(ctx, t)
	}
	if err != nil && errors.Is(context.Cause(ctx), ErrStalled) {
		err = fmt.Errorf("%w: %w", ErrStalled, err)
	}
	return t, err
}

func getV2(ctx context.Context, s Settings, o GetOptions) error {
	out, err := newTarget(o.Location, o.Overwrite, o.Stdout)
	if err != nil {
		return err
	}
	defer out.discard()
	c, t, err := o.open(ctx, s)
	if err != nil {
		return err
	}
	defer c.client.Close()

	p := s.progress("Backing up", t.end-t.start)
	w, a := newV2Writer(out), anonymizer{}
	err = c.read(ctx, t, t.start, o.PollTimeout, func(r Record) error {
		p.step(r.Offset - t.start)
		if o.Anonymize {
			var keep bool
			if r, keep = a.record(r); !keep {
				return nil
			}
		}
		return w.Write(r)
	})
	if err != nil {
		return err
	}
	if p.records == 0 {
		s.Logger.Info("Topic partition is empty, nothing to back up.", "topic", t.name, "partition", 0)
	}
	if a.dropped > 0 {
		s.Logger.Info("Left out what cannot be anonymised", "records", a.dropped)
	}
	if err := out.commit(o.Overwrite); err != nil {
		return err
	}
	s.Logger.Info("Backed up", "format", V2.String(), "topic", t.name, "records", p.records, "duration", p.duration())
	return nil
}

func getV3(ctx context.Context, s Settings, o GetOptions) error {
	switch {
	case o.Anonymize:
		return errors.New("the anonymised export exists in format V2 only")
	case o.Replication < 1 || o.Replication > math.MaxInt16:
		return fmt.Errorf("format V3 keeps a replication factor, which is %d and must be 1 to %d", o.Replication, math.MaxInt16)
	}
	name := s.topicName(o.Topic)
	out, err := newDirectory(o.Location, name)
	if err != nil {
		return err
	}
	defer out.discard()
	c, t, err := o.open(ctx, s)
	if err != nil {
		return err
	}
	defer c.client.Close()
	m := Metadata{
		Tool: toolName, ToolVersion: s.Version, Started: s.now()().UnixMilli(),
		Topic: name, Partitions: 1, Replication: int64(o.Replication), Algorithm: XXH64,
	}
	if m.Configs, err = c.configs(ctx, name); err != nil {
		return err
	}

	p := s.progress("Backing up", t.end-t.start)
	w := newV3Writer(out.out)
	err = c.read(ctx, t, t.start, o.PollTimeout, func(r Record) error {
		p.step(r.Offset - t.start)
		return w.Write(r)
	})
	if err != nil {
		return err
	}
	m.Finished = max(m.Started, s.now()().UnixMilli())
	m.Records = w.records
	if w.records > 0 {
		m.Files = []DataFile{{
			Name: dataName(name), Checksum: w.sum.digest(), Records: w.records, Start: w.first, End: w.last,
		}}
	}
	if err := out.commit(m); err != nil {
		return err
	}
	s.Logger.Info("Backed up", "format", V3.String(), "topic", name, "records", p.records, "duration", p.duration())
	return nil
}
