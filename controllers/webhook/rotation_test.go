package webhook

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

const day = 24 * time.Hour

// cluster is a Secret, the configuration that API servers trust, and a clock.
type cluster struct {
	t         *testing.T
	now       time.Time
	data      map[string][]byte
	published []byte
	hosts     []string
}

func newCluster(t *testing.T) *cluster {
	return &cluster{t: t, now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), hosts: []string{"plastron-webhook.plastron-system.svc"}}
}

// step does what the leading replica does in one look.
func (c *cluster) step() string {
	c.t.Helper()
	next, why, err := rotation{hosts: c.hosts, now: c.now, published: c.published}.next(c.data)
	if err != nil {
		c.t.Fatal(err)
	}
	if next != nil {
		c.data = next
	}
	c.published = c.data[keyAuthorities]
	return why
}

// call is what an API server does that trusts what is published.
func (c *cluster) call(published []byte) error {
	c.t.Helper()
	pair, err := tls.X509KeyPair(c.data[keyCertificate], c.data[keyPrivate])
	if err != nil {
		c.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(published)
	_, err = pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: c.now, DNSName: c.hosts[0]})
	return err
}

func TestRotationFailsNoCall(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	if why := c.step(); !strings.Contains(why, "no certificate") {
		t.Fatalf("the first step says %q", why)
	}
	steps := map[string]int{}
	served := map[string]bool{}
	for range 3 * 365 { // Three years, day by day.
		c.now = c.now.Add(day)
		before := c.published
		if why := c.step(); why != "" {
			steps[why]++
		}
		// Before this step was published, and after it.
		for _, published := range [][]byte{before, c.published} {
			if err := c.call(published); err != nil {
				t.Fatalf("%s: a call failed: %v", c.now, err)
			}
		}
		served[string(c.data[keyCertificate])] = true
		if n := bytes.Count(c.published, []byte("BEGIN")); n > 2 {
			t.Fatalf("%s: %d authorities are published", c.now, n)
		}
	}
	want := []string{
		"an authority has expired", "the authority has less than a third of its life left",
		"the certificate has less than a third of its life left", "there is a newer authority",
	}
	if got := slices.Sorted(maps.Keys(steps)); !slices.Equal(got, want) {
		t.Errorf("the steps were %v", steps)
	}
	if len(served) < 15 || len(served) > 30 {
		t.Errorf("%d certificates in three years", len(served))
	}
}

// TestNewAuthorityWaits: nothing is signed by an authority that no API server
// knows yet.
func TestNewAuthorityWaits(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.step()
	was, why := c.published, ""
	for !strings.HasPrefix(why, "the authority has less") {
		c.now = c.now.Add(day)
		was = c.published
		why = c.step()
	}
	both := c.data[keyAuthorities]
	f := func(wait time.Duration, published []byte, want string) {
		t.Helper()
		next, why, err := rotation{hosts: c.hosts, now: c.now.Add(wait), published: published}.next(c.data)
		if err != nil || why != want || (next != nil) != (want != "") {
			t.Errorf("after %s it says %q, want %q (%v)", wait, why, want, err)
		}
	}

	f(day, was, "")          // Not published.
	f(time.Minute, both, "") // Not for long enough.
	f(day, both, "there is a newer authority")
	if err := c.call(was); err != nil {
		t.Errorf("a call failed: %v", err)
	}
}

func TestRotationRepairs(t *testing.T) {
	t.Parallel()
	f := func(want string, breakIt func(c *cluster)) {
		t.Helper()
		c := newCluster(t)
		c.step()
		breakIt(c)
		if why := c.step(); !strings.Contains(why, want) {
			t.Errorf("it says %q, want %q", why, want)
		}
		if err := c.call(c.published); err != nil {
			t.Errorf("%s: after the repair: %v", want, err)
		}
		if why := c.step(); why != "" {
			t.Errorf("%s: not at rest: %s", want, why)
		}
	}

	f("there is no key", func(c *cluster) { delete(c.data, keyPrivate) })
	f("no certificate", func(c *cluster) { c.data = nil })
	f("reading ca.key", func(c *cluster) { c.data[keyAuthorityKey] = c.data[keyAuthorities] })
	f("belong", func(c *cluster) { c.data[keyPrivate] = c.data[keyAuthorityKey] })
	f("another name", func(c *cluster) { c.hosts = []string{"other.plastron-system.svc"} })
	f("the authority has expired", func(c *cluster) { c.now = c.now.Add(400 * day) })
	f("vouches", func(c *cluster) {
		other := newCluster(c.t)
		other.step()
		c.data[keyCertificate], c.data[keyPrivate] = other.data[keyCertificate], other.data[keyPrivate]
	})
	f("vouches", func(c *cluster) { c.now = c.now.Add(100 * day) }) // Nobody was there to renew it.
}

// FuzzKeyring reads what somebody put into the Secret.
func FuzzKeyring(f *testing.F) {
	next, _, err := rotation{hosts: []string{"h"}, now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}.next(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(next[keyAuthorities], next[keyAuthorityKey], next[keyCertificate], next[keyPrivate])
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"), []byte("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"), []byte(nil), []byte("x"))
	f.Fuzz(func(t *testing.T, ca, caKey, leaf, key []byte) {
		data := map[string][]byte{keyAuthorities: ca, keyAuthorityKey: caKey, keyCertificate: leaf, keyPrivate: key}
		r := rotation{hosts: []string{"h"}, now: time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC)}
		next, why, err := r.next(data)
		if err != nil {
			t.Fatal(err)
		}
		if next == nil {
			next = data // It was right; then it can be served.
		} else if why == "" {
			t.Error("renewed without a reason")
		}
		if _, err := tls.X509KeyPair(next[keyCertificate], next[keyPrivate]); err != nil {
			t.Errorf("what is to be served cannot be: %v", err)
		}
	})
}
