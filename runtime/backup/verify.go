package backup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Level says how closely Verify looks.
type Level string

// The levels.
const (
	FileLevel   Level = "file"   // FileLevel compares the checksums of whole files
	RecordLevel Level = "record" // RecordLevel also decodes every record
)

// Verify checks a V3 backup and writes a line per data file, in the words of
// Karapace's tool, to out. The error is ErrNotVerified if there is damage.
func Verify(location string, level Level, out io.Writer) error {
	b, err := Open(location)
	if err != nil {
		return err
	}
	defer b.Close()
	if b.Format != V3 {
		return messagef("Only backups using format V3 can be verified, found %s.", b.Format)
	}
	intact := true
	if b.file != nil {
		if intact, err = b.verify(level, out); err != nil {
			return err
		}
	}
	if !intact {
		fmt.Fprintln(out, "💥 Failed to verify integrity of some data files.")
		return ErrNotVerified
	}
	_, err = fmt.Fprintf(out, "✅ Verified %d data files in backup OK.\n", len(b.Metadata.Files))
	return err
}

// verify checks the data file and reports whether it is intact.
func (b *Backup) verify(level Level, out io.Writer) (bool, error) {
	name := b.Metadata.Files[0].Name
	src, err := b.records()
	if err == nil && level == FileLevel {
		err = b.compare()
	} else if err == nil {
		_, err = drain(src, nil)
	}
	var fault *Fault
	switch {
	case err == nil:
		_, err := fmt.Fprintf(out, "Integrity of %s is intact.\n", name)
		return true, err
	case !errors.As(err, &fault):
		return false, err
	}
	fmt.Fprintf(out, "Integrity of %s is not intact!\n", name)
	if level == RecordLevel {
		fmt.Fprintf(out, "    %s: %s\n", fault.Class, fault.Text)
		if place := fault.place(); place != "" {
			fmt.Fprintf(out, "    at %s\n", place)
		}
		if fault.Err != nil {
			fmt.Fprintf(out, "    because %s\n", fault.Err)
		}
	}
	return false, nil
}

// compare hashes the data file as a whole.
func (b *Backup) compare() error {
	sum := newXXH64()
	if _, err := io.Copy(sum, io.NewSectionReader(b.file, 0, b.size)); err != nil {
		return fmt.Errorf("reading backup file %s: %w", b.file.Name(), err)
	}
	if !bytes.Equal(sum.digest(), b.Metadata.Files[0].Checksum) {
		return &Fault{Class: InvalidChecksum, File: b.file.Name(), Record: nowhere, Offset: nowhere,
			Text: "Found checksum mismatch after reading full data file."}
	}
	return nil
}
