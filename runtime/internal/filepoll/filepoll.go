package filepoll

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"time"
)

// Interval is how often Run looks when its caller has no other wish.
const Interval = 5 * time.Second

// Read returns the content of a file, at most limit bytes of it: a larger file
// is an error.
func Read(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes", path, limit)
	}
	return text, nil
}

// Files remembers what some files held. It is not safe for concurrent use.
type Files struct {
	paths []string
	limit int64
	seen  [sha256.Size]byte
}

// New remembers the files as they are now. Empty paths are left out. limit
// bounds what is read of each in bytes.
func New(limit int64, paths ...string) *Files {
	f := &Files{limit: limit}
	for _, path := range paths {
		if path != "" {
			f.paths = append(f.paths, path)
		}
	}
	f.Changed()
	return f
}

// Changed reports whether the files are not as they were at the last call. A
// file that cannot be read counts as another content of its own.
func (f *Files) Changed() bool {
	digest := sha256.New()
	for _, path := range f.paths {
		text, err := Read(path, f.limit)
		if err != nil {
			text = []byte(err.Error())
		}
		one := sha256.Sum256(text)
		digest.Write(one[:])
	}
	var now [sha256.Size]byte
	digest.Sum(now[:0])
	changed := now != f.seen
	f.seen = now
	return changed
}

// Run calls act each time the files have changed, until ctx ends. interval 0
// means Interval.
func (f *Files) Run(ctx context.Context, interval time.Duration, act func()) {
	if interval <= 0 {
		interval = Interval
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if f.Changed() {
				act()
			}
		}
	}
}
