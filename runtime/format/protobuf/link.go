package protobuf

import (
	"strconv"

	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// Linked is a schema as the Protobuf runtime knows it: descriptors with their
// types resolved. Files holds all of them.
type Linked struct {
	File  protoreflect.FileDescriptor
	Files *protoregistry.Files
}

// maxLinked bounds the declarations of a schema that records are converted by.
// The runtime needs some hundred bytes for each.
const maxLinked = 100_000

// Link makes descriptors of the schema and of what it refers to, for the
// conversion of records. Here the rules of the language do count, other than
// at registration: numbers used twice or unresolved types are errors. Custom
// options, services and extensions are left out, and a type is found without
// an import if it is in any of the references. A returned error is an *Error.
func (s *Schema) Link() (*Linked, error) {
	if s.nodes > maxLinked {
		return nil, tooLarge("the schema declares more than records can be converted by: %d, where %d is allowed", s.nodes, maxLinked)
	}
	l := linker{
		finder:  s.names.finder(),
		library: newNames(),
		linked:  &Linked{Files: &protoregistry.Files{}},
		units:   map[string]*unit{},
		paths:   map[*unit]string{},
		state:   map[*unit]linkState{},
	}
	for i, u := range s.units {
		l.adopt(u, i)
	}
	main := s.units[len(s.units)-1]
	if err := l.unit(main); err != nil {
		return nil, err
	}
	l.linked.File, _ = l.linked.Files.FindFileByPath(l.paths[main])
	if l.linked.File == nil {
		return nil, malformed("the schema cannot be used to convert records")
	}
	return l.linked, nil
}

type linkState uint8

const (
	untouched linkState = iota
	started
	done
)

type linker struct {
	finder *finder
	// library names the types of well-known files that were read.
	library *names
	linked  *Linked
	// units are the files by the path they are linked under, paths the
	// reverse.
	units map[string]*unit
	paths map[*unit]string
	state map[*unit]linkState
}

// adopt gives a unit a path of its own: two references may have one name.
func (l *linker) adopt(u *unit, position int) {
	path := u.path
	for l.units[path] != nil || path == "" {
		path += "schema-" + strconv.Itoa(position) + ".proto"
	}
	l.units[path] = u
	l.paths[u] = path
}

// unit links a file after the files that it uses.
func (l *linker) unit(u *unit) error {
	switch l.state[u] {
	case done:
		return nil
	case started:
		return malformed("the files import each other in a circle: %q", u.path)
	}
	l.state[u] = started
	b := builder{links: true, resolve: l.target}
	d := b.file(u.file)
	path := l.paths[u]
	d.Name = &path
	dependencies, err := l.dependencies(u, b.paths)
	if err != nil {
		return err
	}
	d.Dependency = dependencies
	if l.finder.exhausted() {
		return tooLarge("too many types have names that end alike")
	}
	file, err := protodesc.FileOptions{}.New(d, l.linked.Files)
	if err != nil {
		return caused("the schema cannot be used to convert records", err)
	}
	if err := l.linked.Files.RegisterFile(file); err != nil {
		return caused("the schema cannot be used to convert records", err)
	}
	l.state[u] = done
	return nil
}

// target resolves a type; its path is the one that the file is linked under.
func (l *linker) target(scope, name string) target {
	d := l.library.finder().find(scope, name)
	if d == nil {
		d = l.finder.resolve(scope, name)
	}
	if d == nil {
		return l.finder.target(scope, name)
	}
	return target{full: d.full, isEnum: d.enum != nil, path: l.paths[d.unit]}
}

// dependencies links the files in which the types stand that u uses, and
// returns their paths.
func (l *linker) dependencies(u *unit, paths []string) ([]string, error) {
	var list []string
	seen := map[string]struct{}{l.paths[u]: {}}
	for _, path := range paths {
		if _, again := seen[path]; again {
			continue
		}
		seen[path] = struct{}{}
		if err := l.path(path); err != nil {
			return nil, err
		}
		list = append(list, path)
	}
	return list, nil
}

func (l *linker) path(path string) error {
	if u := l.units[path]; u != nil {
		return l.unit(u)
	}
	if file := runtimeFile(path); file != nil {
		return l.runtime(file)
	}
	text, ok := libraryText(path)
	if !ok {
		return malformed("the file %q is not known", path)
	}
	f, err := parseText(text, Limits{}, newBudget(Limits{}))
	if err != nil {
		return err
	}
	u := &unit{file: f, path: path}
	l.library.add(u)
	l.adopt(u, len(l.paths))
	return l.unit(u)
}

// runtime registers a file of the Protobuf runtime with its imports.
func (l *linker) runtime(file protoreflect.FileDescriptor) error {
	if _, err := l.linked.Files.FindFileByPath(file.Path()); err == nil {
		return nil
	}
	imports := file.Imports()
	for i := range imports.Len() {
		if err := l.runtime(imports.Get(i)); err != nil {
			return err
		}
	}
	if err := l.linked.Files.RegisterFile(file); err != nil {
		return caused("the schema defines types of "+file.Path(), err)
	}
	return nil
}
