package forward

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type fakeResolver struct {
	asked []string
	err   error
}

func (f *fakeResolver) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	f.asked = append(f.asked, "_"+service+"._"+proto+"."+name)
	return "", []*net.SRV{
		{Target: "p-1.p-nodes.ns.svc.cluster.local.", Port: 8082},
		{Target: "p-0.p-nodes.ns.svc.cluster.local.", Port: 8082},
	}, f.err
}

func TestParseAddresses(t *testing.T) {
	t.Parallel()
	f := func(text string, want ...string) {
		t.Helper()
		get, err := ParseAddresses(text, "http", nil, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		got, err := get(t.Context())
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(text, err, diff)
		}
	}
	f("")
	f(" http://a:8082/ ,,https://[::1]:1", "http://a:8082", "https://[::1]:1")
	for _, text := range []string{"a:8082", "ftp://a", "http://a/path", "http://u:p@a", "http://a?b", "srv://", "srv://a:80", "srv://a,http://b"} {
		if _, err := ParseAddresses(text, "http", nil, time.Now); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

// The nodes of a domain are asked for again after a while, and named as their
// certificates name them.
func TestNodesOfADomain(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	resolver := &fakeResolver{}
	get, err := ParseAddresses("srv://p-nodes.ns.svc", "https", resolver, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := get(t.Context())
		if diff := cmp.Diff([]string{"https://p-0.p-nodes.ns.svc:8082", "https://p-1.p-nodes.ns.svc:8082"}, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	}
	if diff := cmp.Diff([]string{"_http._tcp.p-nodes.ns.svc"}, resolver.asked); diff != "" {
		t.Error(diff)
	}
	now = now.Add(domainAge)
	resolver.err = errors.New("no such host")
	if _, err := get(t.Context()); err == nil {
		t.Error("an old answer is believed")
	}
}
