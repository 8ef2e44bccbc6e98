package envtest

import (
	"net/http"
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/plastron-dev/plastron/controllers/manager"
	"github.com/plastron-dev/plastron/controllers/session"
)

// contender is a manager that works only while it holds the lease, and the
// registries that it asked.
type contender struct {
	mgr   ctrl.Manager
	asked chan struct{} // Has a value once it asked a registry.
}

func newContender(t *testing.T, ns string) *contender {
	t.Helper()
	c := &contender{asked: make(chan struct{}, 1)}
	through := roundTripper(func(r *http.Request) (*http.Response, error) {
		select {
		case c.asked <- struct{}{}:
		default:
		}
		return shared.routes.RoundTrip(r)
	})
	var err error
	c.mgr, err = manager.New(t.Context(), shared.config, &manager.Options{
		Namespaces: []string{ns}, WorkloadImage: "example.org/plastron:1.2.3", MetricsAddress: "0", ProbeAddress: "0", Concurrency: 1,
		LeaderElect: true, LeaderElectionIn: ns, Poll: patience, Retry: patience, DeletionTimeout: patience,
	}, session.Options{Transport: through})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestLeadershipIsHandedOver: of two managers one works; when it ends it gives
// the lease back, and the other one goes on without waiting for the lease to
// run out.
func TestLeadershipIsHandedOver(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	external(t, ns)
	first, second := newContender(t, ns), newContender(t, ns)
	holder := func() string {
		t.Helper()
		lease := get(t, &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "manager.plastron.dev"}})
		if lease.Spec.HolderIdentity == nil {
			return ""
		}
		return *lease.Spec.HolderIdentity
	}

	stop := runManager(t, first.mgr)
	<-first.mgr.Elected()
	<-first.asked
	was := holder()
	runManager(t, second.mgr)
	if !second.mgr.GetCache().WaitForCacheSync(t.Context()) {
		t.Fatal("the second manager does not start")
	}
	select {
	case <-second.mgr.Elected():
		t.Fatal("two managers lead")
	case <-second.asked:
		t.Fatal("a manager that does not lead asked a registry")
	default:
	}

	stop() // It returns when everything has ended.
	if now := holder(); was == "" || now == was {
		t.Errorf("the lease was held by %q, and after its end by %q: it was not given back", was, now)
	}
	<-second.mgr.Elected()
	<-second.asked
	if now := holder(); now == "" || now == was {
		t.Errorf("the lease is held by %q", now)
	}
}
