package schema

// Finding is one reason why a reader schema cannot read data of a writer
// schema.
type Finding struct {
	// Kind is the machine-readable name of the rule that was broken, in
	// Confluent's spelling: READER_FIELD_MISSING_DEFAULT_VALUE.
	Kind string
	// Path is the place in the reader, as a JSON pointer: /fields/1/type.
	Path string
	// Karapace is the message that Karapace's clients see.
	Karapace string
	// Info is the additional information that Confluent's clients see, and
	// Description the sentence around it, without its placement in a list.
	Info, Description string
}
