package schemalog

import "errors"

// Errors of appending. An append that returns any other error than the first
// two may have happened.
var (
	// ErrNotReady means that nothing was written, because this process has not
	// read the topic to its end (yet, or again after a fault).
	ErrNotReady = errors.New("the schemas topic is not read to its end")
	// ErrTooLarge means that nothing was written, because a record is larger
	// than the topic takes.
	ErrTooLarge = errors.New("the record is larger than the schemas topic takes")
	// ErrUnknownOutcome means that the records may have been written, or some
	// of them, and may still be. Whoever wants to know reads: Barrier returns
	// when everything that was written before it shows in the state.
	ErrUnknownOutcome = errors.New("it is unknown whether the record was written")
)

// ErrTopicLayout is the error of Run for a topic that cannot hold schemas: more
// than one partition, or, if that is demanded, another clean-up policy than
// compaction.
var ErrTopicLayout = errors.New("the schemas topic has the wrong layout")

// ErrMalformedRecord is the error of Run, in strict mode, for a record that
// cannot be applied.
var ErrMalformedRecord = errors.New("a record of the schemas topic cannot be applied")

// Errors that end a session; the next one finds out more.
var (
	errTopicChanged = errors.New("the schemas topic was deleted, made anew or truncated")
	errTopicMissing = errors.New("the schemas topic does not exist any more")
	errInDoubt      = errors.New("the outcome of an append is unknown")
)
