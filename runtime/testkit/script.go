package testkit

import "time"

// Script is a parsed file of the conformance language.
type Script struct {
	Name  string
	Steps []Step
}

// Step is one thing to do; exactly one of the fields besides Line is set.
type Step struct {
	Line     int
	Request  *Request
	Switch   *Switch
	LogCount *LogCount
	// Needs names something without which the rest of the script is skipped.
	Needs   string
	Restart bool
	Advance time.Duration
}

// Request is sent, and its answer compared.
type Request struct {
	Method string
	// Path is what follows the base URL, or a whole URL; it is not decoded.
	Path    string
	Headers []Header
	Body    string
	// Retry is how long to repeat the request until the answer matches; 0
	// sends it once.
	Retry time.Duration
	Want  Want
}

// Header is one header line. In a request an empty value removes the default.
type Header struct {
	Name, Value string
	// pattern is set in expectations.
	pattern *pattern
}

// Want is the expected answer.
type Want struct {
	Line    int
	Status  int
	Headers []Header
	// body is nil when the body is not looked at.
	body *pattern
	// text is set instead when the body is compared as text.
	text  *pattern
	empty bool
}

// Switch changes for whom and to whom the following steps speak.
type Switch struct {
	// On is "registry" or "rest", As "primary" or "follower", Flavour
	// "karapace", "confluent" or "any"; the others are empty.
	On, As, Flavour string
}

// LogCount demands a number of records with matching keys in the topic.
type LogCount struct {
	Key   *pattern
	Count int
}
