package schemalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/plastron-dev/plastron/runtime/record"
)

// Barrier waits until the topic can be written and claims it: it writes a
// record that means nothing to others but carries a new epoch, higher than any
// before, and the highest ids ever given out. When it returns,
//
//   - everything that anybody wrote before it is in the state;
//   - what this process or another one has written under an earlier epoch, and
//     what is still on its way, has no effect any more;
//   - what such late records have done to the log is repaired.
//
// A node that gets the role of the primary calls it before its first decision,
// and whoever does not know what became of an append before the next one:
//
//	T1 an append times out; its request lies in the broker's queue
//	T2 the session ends, the next one reads to the end: nothing there
//	T3 a decision is made on that, and lands
//	T4 the request leaves the queue and lands behind it
//
// With a new epoch between T2 and T3, T4 is void.
func (l *Log) Barrier(ctx context.Context) error {
	for {
		if err := l.AwaitWritable(ctx); err != nil {
			return fmt.Errorf("waiting until the schemas topic can be written: %w", err)
		}
		claimed, err := l.claim(ctx)
		if errors.Is(err, ErrNotReady) && ctx.Err() == nil {
			continue // The session ended in between.
		}
		if err != nil {
			return fmt.Errorf("writing a barrier: %w", err)
		}
		if claimed {
			return nil
		}
	}
}

// claim writes one barrier. It reports false when another one is needed: ids
// that were read while it was on its way are not in it, somebody has claimed
// the log meanwhile, or there was something to repair, which is confirmed by a
// barrier that finds nothing more.
func (l *Log) claim(ctx context.Context) (bool, error) {
	var epoch record.Epoch
	if l.cfg.Owner != "" {
		epoch = l.state.Epoch().Next(l.cfg.Generation(), l.cfg.Owner)
	}
	marks, _ := l.state.HighWater()
	if _, err := l.Append(ctx, []record.Record{{Key: record.Noop(), Value: marks.Bytes(), Epoch: epoch}}); err != nil {
		return false, err
	}
	if _, persisted := l.state.HighWater(); !persisted || l.state.Epoch() != epoch && !epoch.IsZero() {
		return false, nil
	}
	if epoch.IsZero() {
		return true, nil
	}
	repairs := l.state.Repairs()
	if len(repairs) == 0 {
		return true, nil
	}
	for i := range repairs {
		repairs[i].Epoch = epoch
	}
	l.logger.Info("Records of an old primary came too late, writing again what is true", "records", len(repairs), "epoch", epoch.String())
	_, err := l.Append(ctx, repairs)
	return false, err
}
