package auth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of an auth file.
const (
	maxFile        = 8 << 20
	maxUsers       = 100_000
	maxPermissions = 100_000
)

// user is one user of an auth file.
type user struct {
	name      string
	algorithm Algorithm
	salt      string
	hash      []byte
	allowed   permissions
}

// file is a parsed auth file.
type file struct {
	users map[string]*user
	// slowest is the user whose hash costs most: who is not in the file is
	// checked against it, so that both answers take the same time.
	slowest *user
	// notes are what a person should know about the file, for the log.
	notes []note
}

// note is something in the file that works but is perhaps not meant.
type note struct{ detail string }

// wireFile is the JSON of an auth file. Pointers tell an absent field from an
// empty one.
type wireFile struct {
	Users       *[]wireUser       `json:"users"`
	Permissions *[]wirePermission `json:"permissions"`
}

type wireUser struct {
	Username  *string `json:"username"`
	Algorithm *string `json:"algorithm"`
	Salt      *string `json:"salt"`
	Hash      *string `json:"password_hash"`
}

type wirePermission struct {
	Username  *string `json:"username"`
	Operation *string `json:"operation"`
	Resource  *string `json:"resource"`
}

// parseFile reads an auth file. Its errors name the entry, counted from 1, and
// what is allowed there; they contain neither salts nor hashes.
func parseFile(text []byte) (*file, error) {
	if len(text) > maxFile {
		return nil, fmt.Errorf("has %d bytes, %d are allowed", len(text), maxFile)
	}
	if !utf8.Valid(text) {
		return nil, errors.New("is not UTF-8")
	}
	var wire wireFile
	if err := json.Unmarshal(text, &wire); err != nil {
		return nil, jsonProblem(text, err)
	}
	if wire.Users == nil {
		return nil, errors.New(`has no list "users"`)
	}
	if wire.Permissions == nil {
		return nil, errors.New(`has no list "permissions"; without one nobody may do anything, which an empty list says`)
	}
	if len(*wire.Users) > maxUsers || len(*wire.Permissions) > maxPermissions {
		return nil, fmt.Errorf("has more than %d users or %d permissions", maxUsers, maxPermissions)
	}
	f := &file{users: make(map[string]*user, len(*wire.Users))}
	for i, u := range *wire.Users {
		if err := f.addUser(u); err != nil {
			return nil, fmt.Errorf("user %d: %w", i+1, err)
		}
	}
	if err := f.addPermissions(*wire.Permissions); err != nil {
		return nil, err
	}
	return f, nil
}

// jsonProblem says where the JSON is wrong, as line and column.
func jsonProblem(text []byte, err error) error {
	at := int64(-1)
	if e := (*json.SyntaxError)(nil); errors.As(err, &e) {
		at = e.Offset
	}
	if e := (*json.UnmarshalTypeError)(nil); errors.As(err, &e) {
		at = e.Offset
		err = fmt.Errorf("%q is a JSON %s, which does not belong there", e.Field, e.Value)
	}
	if at < 0 || at > int64(len(text)) {
		return fmt.Errorf("is not the JSON of an auth file: %w", err)
	}
	before := string(text[:at])
	line := strings.Count(before, "\n") + 1
	column := len(before) - strings.LastIndexByte(before, '\n') - 1
	return fmt.Errorf("is not the JSON of an auth file, line %d column %d: %w", line, column, err)
}

func (f *file) addUser(w wireUser) error {
	if w.Username == nil || *w.Username == "" {
		return errors.New(`has no "username"`)
	}
	name := *w.Username
	fail := func(err error) error { return fmt.Errorf("%q %w", name, err) }
	if strings.ContainsAny(name, ":\x00") {
		return fail(errors.New("has a colon in its name, which HTTP Basic cannot carry"))
	}
	if w.Algorithm == nil || w.Salt == nil || w.Hash == nil {
		return fail(errors.New(`needs "algorithm", "salt" and "password_hash"; plastron mkpasswd prints all three`))
	}
	algorithm, err := ParseAlgorithm(*w.Algorithm)
	if err != nil {
		return fail(fmt.Errorf("has %w", err))
	}
	hash, err := base64.StdEncoding.DecodeString(*w.Hash)
	if err != nil || len(hash) != algorithm.size() {
		return fail(fmt.Errorf(`has a "password_hash" that is not the base64 of %d bytes, as %s makes them`, algorithm.size(), algorithm))
	}
	if f.users[name] != nil {
		f.notes = append(f.notes, note{fmt.Sprintf("user %q is there more than once, the last one counts", name)})
	}
	u := &user{name: name, algorithm: algorithm, salt: *w.Salt, hash: hash}
	f.users[name] = u
	if f.slowest == nil || algorithm.cost() > f.slowest.algorithm.cost() {
		f.slowest = u
	}
	return nil
}

// addPermissions compiles each distinct pattern once: files with many users
// repeat few patterns.
func (f *file) addPermissions(all []wirePermission) error {
	compiled := map[string]pattern{}
	for i, w := range all {
		if w.Username == nil || w.Operation == nil || w.Resource == nil {
			return fmt.Errorf(`permission %d needs "username", "operation" and "resource"`, i+1)
		}
		fail := func(err error) error { return fmt.Errorf("permission %d of %q: %w", i+1, *w.Username, err) }
		operation := Operation(*w.Operation)
		if operation != Read && operation != Write {
			return fail(fmt.Errorf("operation %q is not one of Read, Write", *w.Operation))
		}
		p, known := compiled[*w.Resource]
		if !known {
			var err error
			if p, err = compilePattern(*w.Resource); err != nil {
				return fail(fmt.Errorf("resource %w", err))
			}
			compiled[*w.Resource] = p
			f.lint(p)
		}
		u := f.users[*w.Username]
		if u == nil {
			f.notes = append(f.notes, note{fmt.Sprintf("permission %d is for %q, who is not among the users", i+1, *w.Username)})
			continue
		}
		u.allowed = append(u.allowed, permission{operation: operation, pattern: p})
	}
	return nil
}

// lint remarks patterns that cover nothing, since everything that can be asked
// for begins with one of two words, and such as cover more than they say: their
// end is open.
func (f *file) lint(p pattern) {
	if p.expression != nil {
		return
	}
	remark := func(format string) { f.notes = append(f.notes, note{fmt.Sprintf(format, p.text)}) }
	name, ofSubjects := strings.CutPrefix(p.prefix, subjectPrefix)
	last, _ := utf8.DecodeLastRuneInString(name)
	switch {
	case p.everything() && p.text != ".*":
		remark("resource %q covers everything, as .* does")
	case ofSubjects && !strings.HasSuffix(p.text, "*") && (unicode.IsLetter(last) || unicode.IsDigit(last)):
		remark("resource %q covers every subject whose name begins so; with $ at the end it covers that one alone")
	case ofSubjects || strings.HasPrefix(p.prefix, GlobalResource):
	case strings.HasPrefix(GlobalResource, p.prefix), strings.HasPrefix(subjectPrefix, p.prefix):
	default:
		remark("resource %q covers nothing: resources are Config: and Subject:NAME")
	}
}
