package traffic

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// startUp is how long a server may take to be what it is awaited to be.
const startUp = 2 * time.Minute

// Await asks until the answer is 200 and has a text.
func Await(ctx context.Context, target *Target, path, text string) error {
	ctx, cancel := context.WithTimeout(ctx, startUp)
	defer cancel()
	err := Until(ctx, func() error {
		answer, err := Ask(ctx, target, target.AppendGet(nil, path))
		if err == nil && !bytes.Contains(answer, []byte(text)) {
			err = fmt.Errorf("it says %s", answer)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("waiting for %s: %w", path, err)
	}
	return nil
}

// Until tries every five milliseconds until there is no error, or ctx ends.
func Until(ctx context.Context, try func() error) error {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	}
}
