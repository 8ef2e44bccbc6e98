package verdict

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// History is what is known of the older texts that a spec lists. They are
// registered, oldest first, into a subject that is empty, and never inserted
// into one that is not.
type History struct {
	// Places are the versions that hold the texts, nil where none does, and
	// Live the versions that the subject has, ascending.
	Places []*Registered
	Live   []int32
	// Problem is a reason of SourceResolved when a text cannot be read.
	Problem, Message string
}

// Progress returns how many of the texts the subject consists of. ok says that
// it consists of nothing else, so that the next one may follow: it is empty, or
// an earlier attempt came that far.
func (h *History) Progress() (done int, ok bool) {
	if len(h.Live) > len(h.Places) {
		return 0, false
	}
	for i, v := range h.Live {
		if h.Places[i] == nil || h.Places[i].Version != v {
			return 0, false
		}
	}
	return len(h.Live), true
}

// NextHistoric returns the index of the text that is to be registered before
// the schema itself, and whether there is one.
func NextHistoric(in *Input) (i int, ok bool) {
	if in.History == nil || in.History.Problem != "" || !NeedsRegistration(in) {
		return 0, false
	}
	done, ok := in.History.Progress()
	return done, ok && done < len(in.Subject.Spec.History)
}

// historyLags reports whether the registry does not show yet what this attempt
// registered of the history.
func historyLags(in *Input) bool {
	i, ok := NextHistoric(in)
	return ok && in.Historic > 0 && i < in.Began+in.Historic
}

// historyUnread is what keeps a subject that is empty, or was begun, from
// getting its older texts.
func historyUnread(in *Input) *Statement {
	if in.History == nil || in.History.Problem == "" || !NeedsRegistration(in) {
		return nil
	}
	if _, ok := in.History.Progress(); !ok {
		return nil // Nothing would be inserted anyway.
	}
	return new(no(v1alpha1.ConditionSourceResolved, in.History.Problem, in.History.Message))
}

// isOwnHistory reports whether a subject that exists holds the beginning of
// the history and nothing else: what an attempt that was interrupted leaves.
func isOwnHistory(in *Input) bool {
	if in.History == nil || in.History.Problem != "" {
		return false
	}
	done, ok := in.History.Progress()
	return ok && done > 0
}

// historyText says which of the texts the subject lacks. It is looked at once
// per generation and stays in the condition until the next one.
func historyText(in *Input) string {
	s := in.Subject
	if len(s.Spec.History) == 0 {
		return ""
	}
	if in.History == nil {
		for _, c := range s.Status.Conditions {
			if c.Type == v1alpha1.ConditionInSync && c.Status == metav1.ConditionTrue && c.ObservedGeneration == s.Generation {
				return c.Message
			}
		}
		return ""
	}
	if in.History.Problem != "" {
		return in.History.Message
	}
	if i := slices.Index(in.History.Places, nil); i >= 0 {
		return fmt.Sprintf("The subject has no version with the text of spec.history[%d]; older versions are never inserted", i)
	}
	return ""
}
