package testkit

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ParseError says which line of a script is wrong and why.
type ParseError struct {
	Name    string
	Line    int
	Problem string
}

// Error is file:line: problem.
func (e *ParseError) Error() string {
	return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Problem)
}

// Parse reads a script. Its error is a *ParseError.
func Parse(name, text string) (*Script, error) {
	p := parser{script: &Script{Name: name}, known: []string{"run", "registry", "rest", blank}}
	for number, line := range joinLines(text) {
		if err := p.line(number, line); err != nil {
			return nil, &ParseError{Name: name, Line: number, Problem: err.Error()}
		}
	}
	if err := p.finish(); err != nil {
		return nil, &ParseError{Name: name, Line: p.at, Problem: err.Error()}
	}
	return p.script, nil
}

// joinLines yields logical lines with the number of their first physical line:
// comments and empty lines are left out, and a line that begins with a blank
// continues the one before.
func joinLines(text string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		start, logical := 0, ""
		for i, line := range strings.Split(text, "\n") {
			line = strings.TrimRight(line, " \t\r")
			switch {
			case line == "" || strings.HasPrefix(line, "#"):
				continue
			case (line[0] == ' ' || line[0] == '\t') && start > 0:
				logical += "\n" + line
				continue
			}
			if start > 0 && !yield(start, logical) {
				return
			}
			start, logical = i+1, line
		}
		if start > 0 {
			yield(start, logical)
		}
	}
}

// parser builds a script line by line.
type parser struct {
	script *Script
	// request is the one that still lacks its answer, at is its line.
	request *Request
	at      int
	// want is the answer that header lines may still follow.
	want  *Want
	retry time.Duration
	// known are the variables that have a value so far.
	known []string
}

var (
	requestLine = regexp.MustCompile(`^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH)\s+(\S+)(?:\s+((?s).*))?$`)
	statusLine  = regexp.MustCompile(`^([1-5][0-9][0-9])(?:\s+((?s).*))?$`)
)

func (p *parser) line(number int, line string) error {
	switch word, rest, _ := strings.Cut(line, " "); {
	case word == ">":
		return p.requestHeader(rest)
	case word == "<":
		return p.wantHeader(rest)
	case statusLine.MatchString(line):
		return p.status(number, line)
	case p.request != nil:
		return fmt.Errorf("the request of line %d has no expected status yet", p.at)
	case requestLine.MatchString(line):
		return p.startRequest(number, line)
	case p.retry != 0:
		return fmt.Errorf("retry has to stand before a request")
	default:
		return p.directive(number, word, strings.TrimSpace(rest))
	}
}

func (p *parser) startRequest(number int, line string) error {
	m := requestLine.FindStringSubmatch(line)
	p.request = &Request{Method: m[1], Path: m[2], Body: m[3], Retry: p.retry}
	p.at, p.want, p.retry = number, nil, 0
	if !strings.HasPrefix(m[2], "/") && !strings.HasPrefix(m[2], "$") {
		return fmt.Errorf("path %q does not begin with / or a variable", m[2])
	}
	return p.check(m[2], m[3])
}

func (p *parser) requestHeader(rest string) error {
	if p.request == nil {
		return fmt.Errorf("a > line has to follow a request")
	}
	h, err := header(rest)
	if err != nil {
		return err
	}
	p.request.Headers = append(p.request.Headers, h)
	return p.check(h.Value)
}

func (p *parser) wantHeader(rest string) error {
	if p.want == nil {
		return fmt.Errorf("a < line has to follow an expected status")
	}
	h, err := header(rest)
	if err != nil {
		return err
	}
	if strings.HasPrefix(h.Value, "~") || strings.HasPrefix(h.Value, "$") {
		h.pattern, err = parsePattern(h.Value)
	} else {
		h.pattern = &pattern{kind: textPattern, text: h.Value}
	}
	if err != nil {
		return err
	}
	p.want.Headers = append(p.want.Headers, h)
	return p.learn(h.pattern)
}

func header(text string) (Header, error) {
	name, value, found := strings.Cut(text, ":")
	name = strings.TrimSpace(name)
	if !found || name == "" || strings.ContainsAny(name, " \t\n\"") {
		return Header{}, fmt.Errorf("%q is not a header line like Name: value", text)
	}
	return Header{Name: name, Value: strings.TrimSpace(value)}, nil
}

func (p *parser) status(number int, line string) error {
	if p.request == nil {
		return fmt.Errorf("an expected status has to follow a request")
	}
	m := statusLine.FindStringSubmatch(line)
	status, err := strconv.Atoi(m[1])
	if err != nil {
		return err
	}
	want := Want{Line: number, Status: status}
	switch body := strings.TrimSpace(m[2]); {
	case body == "":
	case body == "empty":
		want.empty = true
	case strings.HasPrefix(body, "~"):
		want.text, err = parsePattern(body)
	default:
		want.body, err = parsePattern(body)
	}
	if err != nil {
		return err
	}
	p.request.Want = want
	p.want = &p.request.Want
	p.script.Steps = append(p.script.Steps, Step{Line: p.at, Request: p.request})
	p.request = nil
	if err := p.learn(want.text); err != nil {
		return err
	}
	return p.learn(want.body)
}

// learn checks the names that a pattern uses and remembers those it binds.
func (p *parser) learn(pat *pattern) error {
	var err error
	pat.uses(func(text string) {
		if problem := p.check(text); problem != nil {
			err = problem
		}
	})
	pat.binds(func(name string) {
		if !slices.Contains(p.known, name) {
			p.known = append(p.known, name)
		}
	})
	return err
}

// check demands that every name in the texts has a value by now.
func (p *parser) check(texts ...string) error {
	for _, text := range texts {
		for _, name := range names(text) {
			if !slices.Contains(p.known, name) {
				return &unboundError{name}
			}
		}
	}
	return nil
}

// directive reads the lines that are neither request nor answer.
func (p *parser) directive(number int, word, rest string) error {
	p.want = nil
	step := Step{Line: number}
	var err error
	switch word {
	case "on":
		step.Switch, err = &Switch{On: rest}, oneOf(rest, "registry", "rest")
	case "as":
		step.Switch, err = &Switch{As: rest}, oneOf(rest, "primary", "follower")
	case "flavour":
		step.Switch, err = &Switch{Flavour: rest}, oneOf(rest, "karapace", "confluent", "any")
	case "needs":
		step.Needs, err = rest, oneOf(rest, "registry", "rest", "follower", "log", "restart", "advance")
	case "restart":
		step.Restart, err = true, oneOf(rest, "")
	case "advance":
		step.Advance, err = duration(rest)
	case "retry":
		p.retry, err = duration(rest)
		return err
	case "log":
		step.LogCount, err = p.logCount(rest)
	default:
		return fmt.Errorf("%q is none of: a request, a status, on, as, flavour, needs, retry, restart, advance, log count", word)
	}
	if err == nil {
		p.script.Steps = append(p.script.Steps, step)
	}
	return err
}

func oneOf(text string, allowed ...string) error {
	if slices.Contains(allowed, text) {
		return nil
	}
	return fmt.Errorf("%q is not one of %q", text, allowed)
}

func duration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > time.Hour {
		return 0, fmt.Errorf("%q is not a duration like 20s", text)
	}
	return d, nil
}

var logCountLine = regexp.MustCompile(`^count\s+key=((?s).+)\s+([0-9]{1,6})$`)

func (p *parser) logCount(rest string) (*LogCount, error) {
	m := logCountLine.FindStringSubmatch(rest)
	if m == nil {
		return nil, fmt.Errorf("write: log count key={...} N")
	}
	key, err := parsePattern(m[1])
	if err != nil {
		return nil, err
	}
	key.open = true // A key is named by some of its fields.
	n, err := strconv.Atoi(m[2])
	if err != nil {
		return nil, err
	}
	return &LogCount{Key: key, Count: n}, p.learn(key)
}

func (p *parser) finish() error {
	if p.request != nil {
		return fmt.Errorf("the request has no expected status")
	}
	if p.retry != 0 {
		return fmt.Errorf("retry has to stand before a request")
	}
	return nil
}

// Load reads every script (*.test) in a directory, by name.
func Load(dir string) ([]*Script, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.test"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("directory %s holds no scripts", dir)
	}
	var scripts []*Script
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading a script: %w", err)
		}
		script, err := Parse(filepath.Base(path), string(text))
		if err != nil {
			return nil, err
		}
		scripts = append(scripts, script)
	}
	return scripts, nil
}
