package store

import (
	"slices"
	"sync"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// chunkSize bounds what is copied when a subject appears or vanishes.
const chunkSize = 512

// subjectList is a persistent sorted set of names, cut into chunks so that a
// new name copies one chunk and the list of chunks, not all names. The names
// in one piece are made when somebody asks, once per list.
type subjectList struct {
	owner  *edit
	chunks []subjectChunk

	once sync.Once
	flat []schema.Subject
}

type subjectChunk struct {
	owner *edit
	names []schema.Subject
}

// all returns the names in order. Readers share the result.
func (l *subjectList) all() []schema.Subject {
	l.once.Do(func() {
		n := 0
		for _, c := range l.chunks {
			n += len(c.names)
		}
		l.flat = make([]schema.Subject, 0, n)
		for _, c := range l.chunks {
			l.flat = append(l.flat, c.names...)
		}
	})
	return l.flat
}

// chunkOf returns the index of the chunk that name is in or belongs into.
func (l *subjectList) chunkOf(name schema.Subject) int {
	at, found := slices.BinarySearchFunc(l.chunks, name, func(c subjectChunk, name schema.Subject) int {
		return cmpSubject(c.names[0], name)
	})
	if !found && at > 0 {
		at--
	}
	return at
}

func cmpSubject(a, b schema.Subject) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// add returns the list with name, which it did not have.
func (l *subjectList) add(e *edit, name schema.Subject) *subjectList {
	l = l.editable(e)
	if len(l.chunks) == 0 {
		l.chunks = append(l.chunks, subjectChunk{owner: e, names: []schema.Subject{name}})
		return l
	}
	c := l.chunk(e, l.chunkOf(name))
	at, _ := slices.BinarySearch(c.names, name)
	c.names = slices.Insert(c.names, at, name)
	if len(c.names) < chunkSize {
		return l
	}
	half := len(c.names) / 2
	upper := subjectChunk{owner: e, names: slices.Clone(c.names[half:])}
	c.names = slices.Clip(c.names[:half])
	l.chunks = slices.Insert(l.chunks, l.chunkOf(upper.names[0])+1, upper)
	return l
}

// remove returns the list without name, which it had.
func (l *subjectList) remove(e *edit, name schema.Subject) *subjectList {
	l = l.editable(e)
	i := l.chunkOf(name)
	c := l.chunk(e, i)
	if at, ok := slices.BinarySearch(c.names, name); ok {
		c.names = slices.Delete(c.names, at, at+1)
	}
	if len(c.names) == 0 {
		l.chunks = slices.Delete(l.chunks, i, i+1)
	}
	return l
}

func (l *subjectList) editable(e *edit) *subjectList {
	if l.owner == e {
		return l
	}
	return &subjectList{owner: e, chunks: slices.Clone(l.chunks)}
}

func (l *subjectList) chunk(e *edit, i int) *subjectChunk {
	c := &l.chunks[i]
	if c.owner != e {
		*c = subjectChunk{owner: e, names: slices.Clone(c.names)}
	}
	return c
}
