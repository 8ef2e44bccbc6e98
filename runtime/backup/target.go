package backup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	metadataSuffix  = ".metadata"
	temporaryPrefix = ".plastron-backup-"
	writeBuffer     = 256 << 10
)

// target is a file that comes into being as a whole or not at all: it is
// written beside its place, forced to disk and renamed.
type target struct {
	path string // empty is the standard output
	out  *bufio.Writer
	file *os.File // nil for the standard output
	size int64
}

// checkTarget finds a target that must not be written, before any work.
func checkTarget(path string, overwrite bool) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("looking at the target: %w", err)
	case info.IsDir():
		return fmt.Errorf("%w (%s)", ErrTargetDirectory, path)
	case !overwrite:
		return fmt.Errorf("%w (%s)", ErrTargetExists, path)
	default:
		return nil
	}
}

// newTarget opens a target. An empty path or "-" is the standard output.
func newTarget(path string, overwrite bool, stdout io.Writer) (*target, error) {
	if path == "" || path == "-" {
		return &target{out: bufio.NewWriterSize(stdout, writeBuffer)}, nil
	}
	if err := checkTarget(path, overwrite); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("making the directory of the target: %w", err)
	}
	// CreateTemp gives the mode 0600, which stays: schemas are not for everybody.
	file, err := os.CreateTemp(filepath.Dir(path), temporaryPrefix)
	if err != nil {
		return nil, fmt.Errorf("making the target: %w", err)
	}
	return &target{path: path, file: file, out: bufio.NewWriterSize(file, writeBuffer)}, nil
}

func (t *target) Write(p []byte) (int, error) {
	n, err := t.out.Write(p)
	t.size += int64(n)
	if err != nil {
		return n, fmt.Errorf("writing the backup: %w", err)
	}
	return n, nil
}

// discard leaves nothing behind. After commit it does nothing.
func (t *target) discard() {
	if t.file != nil {
		t.file.Close()
		os.Remove(t.file.Name())
		t.file = nil
	}
}

// commit puts the file in its place, or drops it if nothing was written.
func (t *target) commit(overwrite bool) error {
	if err := t.out.Flush(); err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	if t.file == nil {
		return nil
	}
	defer t.discard()
	if t.size == 0 {
		return nil
	}
	if err := closeSynced(t.file); err != nil {
		return err
	}
	if err := place(t.file.Name(), t.path, overwrite); err != nil {
		return fmt.Errorf("putting the backup in its place: %w", err)
	}
	t.file = nil
	return syncDir(filepath.Dir(t.path))
}

// place renames a file. Without overwriting a link does it, which, unlike a
// rename, fails if somebody else made the target meanwhile.
func place(from, to string, overwrite bool) error {
	if overwrite {
		return os.Rename(from, to)
	}
	err := os.Link(from, to)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%w (%s)", ErrTargetExists, to)
	case err != nil: // Some file systems have no links.
		return os.Rename(from, to)
	}
	return os.Remove(from)
}

func closeSynced(f *os.File) error {
	err := f.Sync()
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("writing the backup to disk: %w", err)
	}
	return nil
}

// syncDir makes a rename last. Systems that cannot sync a directory need not.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("writing the directory of the backup to disk: %w", err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return fmt.Errorf("writing the directory of the backup to disk: %w", err)
	}
	return nil
}

// directory is a V3 backup that comes into being as a whole: it is filled
// beside its place and renamed.
type directory struct {
	path, temporary, topic string
	data                   *os.File
	out                    *bufio.Writer
}

// newDirectory opens a V3 backup. Its parent must exist, and it must not, even
// with --overwrite (backup contract).
func newDirectory(path, topic string) (*directory, error) {
	if path == "" || path == "-" {
		return nil, ErrStdout
	}
	path = filepath.Clean(path)
	if err := absent(path); err != nil {
		return nil, err
	}
	temporary, err := os.MkdirTemp(filepath.Dir(path), temporaryPrefix)
	if err != nil {
		return nil, fmt.Errorf("making the target: %w", err)
	}
	d := &directory{path: path, temporary: temporary, topic: topic}
	if d.data, err = os.OpenFile(filepath.Join(temporary, dataName(topic)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
		d.discard()
		return nil, fmt.Errorf("making the target: %w", err)
	}
	d.out = bufio.NewWriterSize(d.data, writeBuffer)
	return d, nil
}

func absent(path string) error {
	_, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("looking at the target: %w", err)
	default:
		return fmt.Errorf("%w (%s)", ErrTargetUnexpected, path)
	}
}

// dataName is the name of the data file of the only partition.
func dataName(topic string) string { return topic + ":0.data" }

// discard leaves nothing behind. After commit it does nothing.
func (d *directory) discard() {
	if d.temporary != "" {
		if d.data != nil {
			d.data.Close()
		}
		os.RemoveAll(d.temporary)
		d.temporary = ""
	}
}

// commit adds the metadata and puts the directory in its place.
func (d *directory) commit(m Metadata) error {
	if err := d.out.Flush(); err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	if err := closeSynced(d.data); err != nil {
		return err
	}
	if len(m.Files) == 0 {
		if err := os.Remove(d.data.Name()); err != nil {
			return fmt.Errorf("writing the backup: %w", err)
		}
	}
	f, err := os.OpenFile(filepath.Join(d.temporary, d.topic+metadataSuffix), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing the metadata: %w", err)
	}
	if _, err := f.Write(m.Bytes()); err != nil {
		f.Close()
		return fmt.Errorf("writing the metadata: %w", err)
	}
	if err := closeSynced(f); err != nil {
		return err
	}
	if err := syncDir(d.temporary); err != nil {
		return err
	}
	// A rename replaces an empty directory, so look once more.
	if err := absent(d.path); err != nil {
		return err
	}
	if err := os.Rename(d.temporary, d.path); err != nil {
		return fmt.Errorf("putting the backup in its place: %w", err)
	}
	d.temporary = ""
	return syncDir(filepath.Dir(d.path))
}
