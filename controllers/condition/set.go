package condition

import (
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// maxMessage bounds a message in bytes. The API server takes 32 KiB; a message
// is read by people, in a terminal.
const maxMessage = 1024

// Set is a list of conditions under construction. It starts from those that an
// object has and changes a copy.
type Set struct {
	list       []metav1.Condition
	generation int64
	now        metav1.Time
}

// New returns a set that starts from existing and speaks of generation.
func New(existing []metav1.Condition, generation int64, now time.Time) *Set {
	list := make([]metav1.Condition, len(existing), len(existing)+4)
	copy(list, existing)
	return &Set{list: list, generation: generation, now: metav1.NewTime(now.Truncate(time.Second))}
}

// Put sets a condition. The transition time moves only when the status does.
func (s *Set) Put(typ string, status metav1.ConditionStatus, reason, message string) {
	next := metav1.Condition{
		Type: typ, Status: status, Reason: reason, Message: clip(message),
		ObservedGeneration: s.generation, LastTransitionTime: s.now,
	}
	if old := s.Get(typ); old != nil {
		if old.Status == status {
			next.LastTransitionTime = old.LastTransitionTime
		}
		*old = next
		return
	}
	s.list = append(s.list, next)
}

// True, False and Unknown set a condition to that status.
func (s *Set) True(typ, reason, message string) { s.Put(typ, metav1.ConditionTrue, reason, message) }

// False sets a condition to False.
func (s *Set) False(typ, reason, message string) { s.Put(typ, metav1.ConditionFalse, reason, message) }

// Unknown sets a condition to Unknown.
func (s *Set) Unknown(typ, reason, message string) {
	s.Put(typ, metav1.ConditionUnknown, reason, message)
}

// Declare makes sure that each of the types is present: those that nobody has
// spoken of are Unknown.
func (s *Set) Declare(types ...string) {
	for _, typ := range types {
		if s.Get(typ) == nil {
			s.Unknown(typ, v1alpha1.ReasonPending, "Not looked at yet")
		}
	}
}

// Remove takes a condition away.
func (s *Set) Remove(typ string) {
	for i := range s.list {
		if s.list[i].Type == typ {
			s.list = append(s.list[:i], s.list[i+1:]...)
			return
		}
	}
}

// Get returns the condition of a type, nil when there is none. The pointer is
// valid until the set changes.
func (s *Set) Get(typ string) *metav1.Condition {
	for i := range s.list {
		if s.list[i].Type == typ {
			return &s.list[i]
		}
	}
	return nil
}

// Is reports whether the condition is present with that status.
func (s *Set) Is(typ string, status metav1.ConditionStatus) bool {
	c := s.Get(typ)
	return c != nil && c.Status == status
}

// RollUp sets Ready: True with reason when all of the types are True, else
// what the first one that is not has to say.
func (s *Set) RollUp(reason, message string, types ...string) {
	for _, typ := range types {
		c := s.Get(typ)
		if c == nil || c.Status == metav1.ConditionTrue {
			continue
		}
		s.Put(v1alpha1.ConditionReady, c.Status, c.Reason, c.Message)
		return
	}
	s.True(v1alpha1.ConditionReady, reason, message)
}

// Settle keeps the kstatus pair: stalled says that only a person can help,
// otherwise the object is reconciling until Ready is True.
func (s *Set) Settle(stalled bool) {
	ready := s.Get(v1alpha1.ConditionReady)
	if ready == nil || ready.Status == metav1.ConditionTrue {
		s.Remove(v1alpha1.ConditionReconciling)
		s.Remove(v1alpha1.ConditionStalled)
		return
	}
	reason, message := ready.Reason, ready.Message
	if stalled {
		s.Remove(v1alpha1.ConditionReconciling)
		s.True(v1alpha1.ConditionStalled, reason, message)
		return
	}
	s.Remove(v1alpha1.ConditionStalled)
	s.True(v1alpha1.ConditionReconciling, reason, message)
}

// List returns the conditions.
func (s *Set) List() []metav1.Condition { return s.list }

func clip(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	return strings.ToValidUTF8(message[:maxMessage-3], "") + "..."
}
