package condition

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

func TestCertificate(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f := func(after time.Duration, others []string, answered bool, status metav1.ConditionStatus, reason string) {
		t.Helper()
		s := New(nil, 1, from.Add(after))
		s.Certificate(from, from.Add(60*time.Hour), others, answered)
		if c := s.Get(v1alpha1.ConditionCertificateCurrent); c.Status != status || c.Reason != reason {
			t.Errorf("after %s: %s/%s, want %s/%s", after, c.Status, c.Reason, status, reason)
		}
	}

	f(time.Hour, nil, true, metav1.ConditionTrue, v1alpha1.ReasonCurrent)
	f(time.Hour, nil, false, metav1.ConditionUnknown, v1alpha1.ReasonConnectionFailed)
	f(time.Hour, []string{"main-0"}, true, metav1.ConditionFalse, v1alpha1.ReasonReloadPending)
	f(50*time.Hour, nil, true, metav1.ConditionTrue, v1alpha1.ReasonCurrent)
	f(50*time.Hour+time.Second, nil, true, metav1.ConditionFalse, v1alpha1.ReasonExpiringSoon)
	f(60*time.Hour, []string{"main-0"}, false, metav1.ConditionFalse, v1alpha1.ReasonExpired)
}
