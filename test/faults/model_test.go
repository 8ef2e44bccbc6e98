package faults

import (
	"fmt"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"
)

// row is a version of a subject in the sequential model.
type row struct {
	version, id int
	text        string
	deleted     bool
}

// subjectState is a subject in the sequential model. It is never changed in
// place.
type subjectState []row

func (s subjectState) live(text string) (row, bool) {
	for _, r := range slices.Backward(s) {
		if r.text == text && !r.deleted {
			return r, true
		}
	}
	return row{}, false
}

func (s subjectState) at(version int) int {
	return slices.IndexFunc(s, func(r row) bool { return r.version == version })
}

// step is the registry as one that does one thing at a time: whether it could
// have answered so, and its state afterwards.
func (s subjectState) step(o *op) (bool, subjectState) {
	switch o.kind {
	case "register":
		return s.register(o)
	case "lookup":
		r, known := s.live(o.text)
		if o.outcome == refused {
			return !known, s
		}
		return known && r.id == o.id && slices.ContainsFunc(s, func(r row) bool {
			return r.version == o.version && r.text == o.text && !r.deleted
		}), s
	case "versions":
		var live []int
		for _, r := range s {
			if !r.deleted {
				live = append(live, r.version)
			}
		}
		if o.outcome == refused {
			return len(live) == 0, s
		}
		return slices.Equal(live, o.versions), s
	case "delete", "destroy":
		return s.remove(o)
	case "poison":
		// Incompatible with everything, but not with nothing.
		live := slices.ContainsFunc(s, func(r row) bool { return !r.deleted })
		if o.outcome == refused {
			return live, s
		}
		return s.register(o)
	}
	return false, s
}

func (s subjectState) register(o *op) (bool, subjectState) {
	if o.outcome == refused {
		// Only a poisoned subject refuses.
		_, poisoned := s.live(poison)
		return poisoned, s
	}
	if r, known := s.live(o.text); known {
		return r.id == o.id, s
	}
	version := 1
	for _, r := range s {
		version = max(version, r.version+1)
		if r.id == o.id && r.text != o.text || r.text == o.text && r.id != o.id {
			return false, s
		}
	}
	return true, append(slices.Clone(s), row{version: version, id: o.id, text: o.text})
}

// remove is a deletion: soft of a live version, for good of a soft-deleted one.
func (s subjectState) remove(o *op) (bool, subjectState) {
	i := s.at(o.version)
	possible := i >= 0 && s[i].deleted == (o.kind == "destroy")
	if o.outcome == refused {
		return !possible, s
	}
	if !possible {
		return o.pinned, s // Somebody else's deletion may be the one in the log.
	}
	next := slices.Clone(s)
	if o.kind == "destroy" {
		return true, slices.Delete(next, i, i+1)
	}
	next[i].deleted = true
	return true, next
}

// model checks each subject for itself: what subjects have in common, the
// meaning of ids, never changes and is checked without regard to time.
func model() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			bySubject := map[string][]porcupine.Operation{}
			for _, o := range history {
				s := o.Input.(*op).subject
				bySubject[s] = append(bySubject[s], o)
			}
			var out [][]porcupine.Operation
			for _, list := range bySubject {
				out = append(out, list)
			}
			return out
		},
		Init: func() any { return subjectState(nil) },
		Step: func(state, input, _ any) (bool, any) {
			ok, next := state.(subjectState).step(input.(*op))
			return ok, next
		},
		Equal:             func(a, b any) bool { return slices.Equal(a.(subjectState), b.(subjectState)) },
		DescribeOperation: func(input, _ any) string { return input.(*op).String() },
		DescribeState: func(state any) string {
			var out []string
			for _, r := range state.(subjectState) {
				out = append(out, fmt.Sprintf("%d:%d(%v)", r.version, r.id, r.deleted))
			}
			return strings.Join(out, " ")
		},
	}
}
