package envtest

import (
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// TestDefect15SpecsAreNotEdited: an operator that writes to what people wrote
// fights whoever keeps it in git. Of an object that needs no finalizer, only
// the status is written.
func TestDefect15SpecsAreNotEdited(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	external(t, ns)
	s := subject(ns, "orders", orderV1, level("FULL"))
	create(t, s)
	s = awaitReady(t, s)
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Schema = new(orderV2) })
	awaitReady(t, s)

	statuses := 0
	for _, call := range shared.calls.in(ns) {
		switch {
		case !strings.Contains(call, "/apis/plastron.dev/"):
		case strings.HasSuffix(call, "/status"):
			statuses++
		default:
			t.Errorf("an object of somebody else was written: %s", call)
		}
	}
	if statuses < 2 {
		t.Errorf("%d writes to a status were seen: nothing was looked at", statuses)
	}
}
