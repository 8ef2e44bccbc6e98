package backup

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Class is the kind of a fault, in the words of Karapace's tool where it has
// one.
type Class string

// The classes of faults.
const (
	InvalidChecksum          Class = "InvalidChecksum"
	TooFewRecords            Class = "TooFewRecords"
	TooManyRecords           Class = "TooManyRecords"
	OffsetMismatch           Class = "OffsetMismatch"
	InvalidHeader            Class = "InvalidHeader"
	UnknownChecksumAlgorithm Class = "UnknownChecksumAlgorithm"
	// InvalidRecord is a record, or the metadata, whose bytes make no sense.
	InvalidRecord Class = "InvalidRecord"
)

// nowhere is the record or byte of a fault that is not at one.
const nowhere = -1

// Fault is damage in a backup: which file, which record counted from 0, and
// which byte. Record and Offset are -1 when the fault is not at one.
type Fault struct {
	Class          Class
	File           string
	Record, Offset int64
	Text           string
	Err            error
}

// Error tells class, text and place in one line.
func (f *Fault) Error() string {
	text := string(f.Class) + ": " + f.detail()
	if f.File != "" {
		text = "backup file " + f.File + ": " + text
	}
	return text
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// detail is the text with the place.
func (f *Fault) detail() string {
	text := f.Text
	if f.Err != nil {
		text = strings.TrimSuffix(text, ".") + ": " + f.Err.Error()
	}
	if place := f.place(); place != "" {
		text += " (" + place + ")"
	}
	return text
}

func (f *Fault) place() string {
	switch {
	case f.Record >= 0 && f.Offset >= 0:
		return fmt.Sprintf("record %d counting from 0, byte %d", f.Record, f.Offset)
	case f.Record >= 0:
		return fmt.Sprintf("record %d counting from 0", f.Record)
	case f.Offset >= 0:
		return fmt.Sprintf("byte %d", f.Offset)
	default:
		return ""
	}
}

// message is an error whose text scripts around Karapace's tool look for, so it
// is spelled and ends as it does there.
type message string

// Error is the text.
func (m message) Error() string { return string(m) }

func messagef(format string, args ...any) error { return message(fmt.Sprintf(format, args...)) }

// The errors that a caller may want to tell apart.
var (
	ErrTargetExists     error = message("Target file exists and overwriting is not enabled.")
	ErrTargetDirectory  error = message("Target file is a directory, and cannot be overwritten.")
	ErrTargetUnexpected error = message("Target directory unexpectedly exists.")
	ErrStdout           error = message("Backup format version 3 does not support writing to stdout.")
	ErrStdin            error = message("Cannot restore backups from stdin")
	ErrMissing          error = message("Backup location doesn't exist")
	ErrSpecialFile      error = message("The normalized path is not a file")
	ErrTopicName        error = message("Mismatch between topic name found in metadata and given topic name.")
	// ErrPublished means that Kafka did not take all records of a restore. The
	// topic holds a part of the backup.
	ErrPublished error = message("Error while producing restored messages")
	// ErrStalled means that no records came for as long as a poll may take.
	ErrStalled = errors.New("reading the topic stalled: no answer within --poll-timeout")
	// ErrNotEmpty means that the topic to restore to holds records.
	ErrNotEmpty = errors.New("the topic is not empty, and restoring would mix its records with those of the backup: " +
		"restore to a topic without records, continue an interrupted restore with --resume, or add to it with --append")
	// ErrNotVerified means that verify found damage.
	ErrNotVerified    = errors.New("the backup is damaged")
	errUnacknowledged = errors.New("no record was acknowledged for too long")
)

// The exit codes of Karapace's tool.
const (
	exitOK       = 0
	exitFailed   = 1
	exitUsage    = 2
	exitProduced = 3
)

// ExitCode is the code that a process ends with after err: 0 good, 1 failed, 2
// interrupted, 3 failed while records were being written.
func ExitCode(err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, ErrPublished):
		return exitProduced
	case errors.Is(err, context.Canceled):
		return exitUsage
	default:
		return exitFailed
	}
}
