//go:build !unix

package devbroker

import (
	"fmt"
	"os"
)

// lockDir only makes the directory: there is no flock here, so running two
// brokers on one directory is up to the user to avoid.
func lockDir(dir string) (unlock func(), err error) {
	if dir == "" {
		return func() {}, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the data directory: %w", err)
	}
	return func() {}, nil
}
