package condition

import (
	"fmt"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Certificate sets CertificateCurrent from the time of the certificate in the
// Secret, the pods that show another one, and whether any pod answered.
// cert-manager renews when a third of the time is left, so less than a sixth
// says that nobody does.
func (s *Set) Certificate(notBefore, notAfter time.Time, others []string, answered bool) {
	const typ = v1alpha1.ConditionCertificateCurrent
	left := notAfter.Sub(s.now.Time)
	switch {
	case left <= 0:
		s.False(typ, v1alpha1.ReasonExpired, "The certificate ended at "+notAfter.UTC().Format(time.RFC3339)+": renew what the Secret holds")
	case len(others) > 0:
		s.False(typ, v1alpha1.ReasonReloadPending, fmt.Sprintf("Not yet shown by: %s. It takes the kubelet up to two minutes to bring a changed Secret to a pod", strings.Join(others, ", ")))
	case !answered:
		s.Unknown(typ, v1alpha1.ReasonConnectionFailed, "No pod could be asked for its certificate")
	case left < notAfter.Sub(notBefore)/6:
		s.False(typ, v1alpha1.ReasonExpiringSoon, "The certificate ends at "+notAfter.UTC().Format(time.RFC3339)+", and nobody has renewed it")
	default:
		s.True(typ, v1alpha1.ReasonCurrent, "")
	}
}
