package subject

import (
	"errors"
	"testing"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	registry "github.com/plastron-dev/plastron/runtime/client"
)

// TestBuryFailed: what a deletion waits for is told apart, because only an
// absent registry comes back by itself.
func TestBuryFailed(t *testing.T) {
	t.Parallel()
	f := func(err error, want string) {
		t.Helper()
		if got := buryFailed(err); got.Reason != want || got.Message != err.Error() {
			t.Errorf("%v: %+v, want %s", err, got, want)
		}
	}

	f(&registry.Error{Class: registry.Referenced}, v1alpha1.ReasonReferencedInRegistry)
	f(&registry.Error{Class: registry.Associated}, v1alpha1.ReasonAssociatedInRegistry)
	f(&registry.Error{Class: registry.NotPermitted}, v1alpha1.ReasonRegistryReadOnly)
	f(&registry.Error{Class: registry.Unauthorized}, v1alpha1.ReasonAuthenticationFailed)
	f(&registry.Error{Class: registry.Unavailable}, v1alpha1.ReasonRegistryUnreachable)
	f(errors.New("anything else"), v1alpha1.ReasonRegistryUnreachable)
}
