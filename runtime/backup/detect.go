package backup

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// sniffed is how much of a file is looked at to find its format.
const sniffed = 64 << 10

// Detect returns the format of a backup from its first bytes, of which 64 KiB
// are enough. Unknown means that it is none.
func Detect(first []byte) Format {
	switch {
	case bytes.HasPrefix(first, []byte(v3Marker)):
		return V3
	case bytes.HasPrefix(first, []byte(v2Marker)):
		return V2
	case bytes.HasPrefix(bytes.TrimLeft(first, " \t\r\n"), []byte("[")):
		return V1
	case looksLikeConsole(first):
		return Console
	default:
		return Unknown
	}
}

func looksLikeConsole(first []byte) bool {
	first = bytes.TrimLeft(first, "\r\n")
	if m := consoleTime.Find(first); m != nil {
		first = first[len(m):]
	}
	line, _, _ := bytes.Cut(first, []byte{'\n'})
	return bytes.IndexByte(line, '\t') > 0 && (line[0] == '{' || bytes.HasPrefix(line, []byte(nullText+"\t")))
}

// Backup is a backup that lies on disk, opened for reading.
type Backup struct {
	Format Format
	// Metadata are those of a V3 backup.
	Metadata Metadata
	// path is the file that was recognised: the metadata file of V3.
	path string
	// file holds the records; nil for a V3 backup without any.
	file *os.File
	size int64
}

// Open recognises what lies at a location: a file, or a directory with a V3
// backup. The caller closes the result.
func Open(location string) (*Backup, error) {
	if location == "" || location == "-" {
		return nil, ErrStdin
	}
	path, err := locate(location)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the backup: %w", err)
	}
	b, err := recognise(f, path)
	if err != nil {
		f.Close()
		return nil, err
	}
	return b, nil
}

// Close lets go of the files.
func (b *Backup) Close() error {
	if b.file == nil {
		return nil
	}
	return b.file.Close()
}

// locate returns the file to look at.
func locate(location string) (string, error) {
	info, err := os.Stat(location)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("%w: %s", ErrMissing, location)
	case err != nil:
		return "", fmt.Errorf("opening the backup: %w", err)
	case info.Mode().IsRegular():
		return location, nil
	case !info.IsDir():
		return "", fmt.Errorf("%w: %s", ErrSpecialFile, location)
	}
	entries, err := os.ReadDir(location)
	if err != nil {
		return "", fmt.Errorf("opening the backup: %w", err)
	}
	var found []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), metadataSuffix) {
			found = append(found, e.Name())
		}
	}
	if len(found) != 1 {
		return "", messagef("When a given location is a directory, it must contain exactly one metadata file, found %d.", len(found))
	}
	return filepath.Join(location, found[0]), nil
}

func recognise(f *os.File, path string) (*Backup, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("opening the backup: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s", ErrSpecialFile, path)
	}
	first := make([]byte, sniffed)
	n, err := io.ReadFull(f, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("reading backup file %s: %w", path, err)
	}
	b := &Backup{Format: Detect(first[:n]), path: path, file: f, size: info.Size()}
	if b.Format == Unknown && strings.HasSuffix(path, metadataSuffix) || b.Format == V3 {
		return openV3(b)
	}
	if b.Format == Unknown {
		return nil, &Fault{Class: InvalidHeader, File: path, Record: nowhere, Offset: 0,
			Text: fmt.Sprintf("This is not a backup: it begins with %s; V1 begins with [, V2 with /V2, "+
				"V3 is a directory or its .metadata file, and console text has lines of KEY, TAB, VALUE.", pythonBytes(first[:min(n, 16)]))}
	}
	return b, nil
}

// openV3 reads the metadata and opens the data file in place of them.
func openV3(b *Backup) (*Backup, error) {
	text, err := io.ReadAll(io.NewSectionReader(b.file, 0, maxMetadata+1))
	if err != nil {
		return nil, fmt.Errorf("reading backup file %s: %w", b.path, err)
	}
	if len(text) > maxMetadata {
		return nil, &Fault{Class: InvalidRecord, File: b.path, Record: nowhere, Offset: maxMetadata, Text: "The metadata are too long."}
	}
	m, err := ParseMetadata(text)
	if err != nil {
		return nil, named(err, b.path)
	}
	opened := &Backup{Format: V3, Metadata: m, path: b.path}
	if len(m.Files) == 1 {
		if opened.file, opened.size, err = openData(filepath.Join(filepath.Dir(b.path), m.Files[0].Name)); err != nil {
			return nil, err
		}
	}
	b.file.Close()
	return opened, nil
}

func openData(path string) (*os.File, int64, error) {
	// A special file would block when it is opened, so it is looked at first.
	info, err := os.Lstat(path)
	if err != nil {
		return nil, 0, fmt.Errorf("opening the data file that the metadata name: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%w: %s", ErrSpecialFile, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("opening the data file that the metadata name: %w", err)
	}
	return f, info.Size(), nil
}

// named puts the name of the file into a fault that has none.
func named(err error, file string) error {
	if f := (*Fault)(nil); errors.As(err, &f) && f.File == "" {
		f.File = file
	}
	return err
}

// nothing is the source of a V3 backup without a data file.
type nothing struct{}

func (nothing) Next() (Record, error) { return Record{}, io.EOF }

// records returns a source from the first record on. It may be called again
// to read again; only one source is to be used at a time.
func (b *Backup) records() (source, error) {
	if b.file == nil {
		return nothing{}, nil
	}
	if b.Format == V3 && b.Metadata.Algorithm != XXH64 {
		return nil, &Fault{Class: UnknownChecksumAlgorithm, File: b.path, Record: nowhere, Offset: nowhere,
			Text: "Tried restoring from a backup with an unknown checksum algorithm."}
	}
	r := io.NewSectionReader(b.file, 0, b.size)
	switch b.Format {
	case V1:
		return newV1Reader(r, b.file.Name()), nil
	case V2:
		return newV2Reader(r, b.file.Name()), nil
	case V3:
		return newV3Reader(bufio.NewReaderSize(r, readBuffer), b.size, b.file.Name(), b.Metadata.Files[0]), nil
	default:
		return newConsoleReader(r, b.file.Name()), nil
	}
}
