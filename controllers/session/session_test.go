package session

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// vault gives out what it holds.
type vault struct {
	access Access
	err    error
	reads  int
}

func (v *vault) Registry(context.Context, *v1alpha1.SchemaRegistry) (Access, error) {
	v.reads++
	return v.access, v.err
}

// TestSession follows a registry with https and a password whose Secret
// changes.
func TestSession(t *testing.T) {
	t.Parallel()
	var password atomic.Value
	password.Store("first")
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, got, _ := r.BasicAuth(); got != password.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"compatibilityLevel":"FULL"}`))
	}))
	defer server.Close()
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	v := &vault{access: Access{Username: "u", Password: "first", Authorities: ca}}
	s := New(Options{}, v)
	reg := &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "reg", Generation: 1}}
	reg.Spec = v1alpha1.SchemaRegistrySpec{Type: v1alpha1.External, External: &v1alpha1.ExternalRegistry{
		URLs: []v1alpha1.RegistryURL{v1alpha1.RegistryURL(server.URL)},
	}}
	ask := func() error {
		t.Helper()
		c, err := s.For(t.Context(), reg)
		if err != nil {
			return err
		}
		_, err = c.GlobalConfig(t.Context())
		return err
	}

	if err := ask(); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err != nil || v.reads != 1 {
		t.Fatalf("%v after %d reads of the Secret, want one for both calls", err, v.reads)
	}
	// The password changes: what was read last is used until Refresh.
	password.Store("second")
	v.access.Password = "second"
	if err := ask(); err == nil {
		t.Fatal("the old password was taken")
	}
	if _, err := s.Refresh(t.Context(), reg); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	// Equal credentials keep the client and its caches.
	c, _ := s.For(t.Context(), reg)
	if again, err := s.Refresh(t.Context(), reg); err != nil || again != c {
		t.Fatalf("another client: %v", err)
	}
	// Without its authority the certificate is refused.
	v.access.Authorities = ""
	if _, err := s.Refresh(t.Context(), reg); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err == nil {
		t.Fatal("a certificate that nobody vouches for was taken")
	}
	// A Secret that is gone leaves no session behind.
	v.err = errors.New("gone")
	if _, err := s.Refresh(t.Context(), reg); !errors.Is(err, v.err) {
		t.Fatal(err)
	}
	if err := ask(); !errors.Is(err, v.err) {
		t.Fatal(err)
	}
}
