package envtest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/verdict"
	"github.com/plastron-dev/plastron/controllers/webhook"
)

// indifferent judges nothing.
type indifferent struct{}

func (indifferent) Preview(_ context.Context, s *v1alpha1.Subject) (*verdict.Input, error) {
	return &verdict.Input{Subject: s}, nil
}

func (indifferent) Objection(context.Context, *v1alpha1.Subject) (string, error) { return "", nil }

func (indifferent) Dependents(context.Context, *v1alpha1.Subject) ([]string, error) { return nil, nil }

// replica is an operator that does nothing but answer the webhook.
type replica struct {
	port  int
	wake  chan struct{}
	calls *calls
	mgr   ctrl.Manager
}

// shiftedClock is as far from the real time as the test says: what was signed
// long ago is valid now, and due.
type shiftedClock struct{ shift atomic.Int64 }

func (c *shiftedClock) now() time.Time { return time.Now().Add(time.Duration(c.shift.Load())) }

func (c *shiftedClock) set(d time.Duration) { c.shift.Store(int64(d)) }

func startReplica(t *testing.T, ns string, clock *shiftedClock) *replica {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	r := &replica{port: port, wake: make(chan struct{}), calls: &calls{}}
	access := rest.CopyConfig(shared.config)
	access.Wrap(r.calls.count)
	r.mgr, err = ctrl.NewManager(access, ctrl.Options{
		Scheme: shared.client.Scheme(), Metrics: metricsserver.Options{BindAddress: "0"}, HealthProbeBindAddress: "0",
		LeaderElection: true, LeaderElectionID: "replicas", LeaderElectionNamespace: ns, LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	err = webhook.Setup(r.mgr, webhook.Options{
		Host: "localhost", Port: port, Namespace: ns, Service: "hook", Secret: "hook", Configuration: ns, Hosts: []string{"localhost"},
		Clock: clock.now, Wake: r.wake,
	}, indifferent{})
	if err != nil {
		t.Fatal(err)
	}
	runManager(t, r.mgr)
	return r
}

// runManager runs a manager until the returned function is called, at the latest at
// the end of the test.
func runManager(t *testing.T, mgr ctrl.Manager) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := mgr.Start(ctx); err != nil {
			t.Errorf("a manager ended: %v", err)
		}
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// twoHooks has both replicas asked about each Subject of the namespaces with
// the label, and lets no call fail unseen.
func twoHooks(name, label string, a, b *replica) *admissionv1.ValidatingWebhookConfiguration {
	c := hooks(name, a.port, label)
	first := c.Webhooks[0]
	second := *first.DeepCopy()
	second.Name = "second.plastron.dev"
	second.ClientConfig.URL = new("https://localhost:" + strconv.Itoa(b.port) + webhook.PathSubjects)
	c.Webhooks = []admissionv1.ValidatingWebhook{first, second}
	return c
}

// callers apply Subjects and shake hands with both replicas, again and again.
type callers struct {
	rounds atomic.Int64
	ended  sync.WaitGroup
	cancel context.CancelFunc

	mu     sync.Mutex
	failed error
	seen   chan struct{} // Closed and made anew after each round.
}

func call(t *testing.T, ns string, replicas ...*replica) *callers {
	t.Helper()
	c := &callers{seen: make(chan struct{})}
	var ctx context.Context
	ctx, c.cancel = context.WithCancel(t.Context())
	c.ended.Go(func() {
		for ctx.Err() == nil {
			err := callOnce(ctx, ns, replicas)
			if ctx.Err() != nil {
				return
			}
			c.mu.Lock()
			c.failed = errors.Join(c.failed, err)
			close(c.seen)
			c.seen = make(chan struct{})
			c.mu.Unlock()
			c.rounds.Add(1)
		}
	})
	return c
}

func callOnce(ctx context.Context, ns string, replicas []*replica) error {
	if err := shared.client.Create(ctx, subject(ns, "orders", orderV1), client.DryRunAll); err != nil {
		return fmt.Errorf("applying: %w", err)
	}
	c := &admissionv1.ValidatingWebhookConfiguration{}
	if err := shared.client.Get(ctx, client.ObjectKey{Name: ns}, c); err != nil {
		return err
	}
	for _, r := range replicas {
		if _, err := r.shake(ctx, c.Webhooks[0].ClientConfig.CABundle); err != nil {
			return fmt.Errorf("shaking hands: %w", err)
		}
	}
	return nil
}

// shake returns the certificate that a replica serves to one who trusts the
// authorities.
func (r *replica) shake(ctx context.Context, authorities []byte) (*x509.Certificate, error) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authorities)
	d := tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12}}
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort("localhost", strconv.Itoa(r.port)))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	secure, ok := conn.(*tls.Conn)
	if !ok {
		return nil, errors.New("no TLS")
	}
	return secure.ConnectionState().PeerCertificates[0], nil
}

// await waits for n more rounds and fails on the first that failed.
func (c *callers) await(t *testing.T, n int64) {
	t.Helper()
	for until := c.rounds.Load() + n; ; {
		c.mu.Lock()
		failed, seen := c.failed, c.seen
		c.mu.Unlock()
		if failed != nil {
			t.Fatalf("a call failed: %v", failed)
		}
		if c.rounds.Load() >= until {
			return
		}
		select {
		case <-seen:
		case <-t.Context().Done():
			t.Fatal("no more calls")
		}
	}
}

// awaitSecret waits until the certificate is as missing wants it, and returns
// the Secret. Before it looks it wakes the replica that leads.
func awaitSecret(t *testing.T, ns string, leader *replica, missing func(*corev1.Secret) string) *corev1.Secret {
	t.Helper()
	select {
	case leader.wake <- struct{}{}:
	case <-t.Context().Done():
	}
	s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "hook"}}
	return await(t, s, &corev1.SecretList{}, func(now *corev1.Secret, _ bool) string { return missing(now) })
}

// TestCertificateIsRenewedWithoutFailingCalls: one replica leads and writes, the
// other one follows; authority and certificate are replaced under calls.
func TestCertificateIsRenewedWithoutFailingCalls(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	label := "test.plastron.dev/" + ns
	change(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}, func(n *corev1.Namespace) { n.Labels = map[string]string{label: "on"} })
	clock := &shiftedClock{}
	const day = 24 * time.Hour
	clock.set(-300 * day)

	leader := startReplica(t, ns, clock)
	<-leader.mgr.Elected()
	// Whoever comes first makes the Secret; from then on only one writes it.
	first := awaitSecret(t, ns, leader, func(*corev1.Secret) string { return "" })
	follower := startReplica(t, ns, clock)
	configuration := twoHooks(ns, label, leader, follower)
	create(t, configuration)
	t.Cleanup(func() { _ = shared.client.Delete(context.Background(), configuration) })

	clock.set(-80 * day) // A certificate for what follows: it is valid today.
	second := awaitSecret(t, ns, leader, differs("tls.crt", first))
	awaitBundle(t, ns, second.Data["ca.crt"])
	awaitRead(t, configuration, ns, "first")
	awaitServed(t, second, leader, follower)
	calling := call(t, ns, leader, follower)
	defer calling.ended.Wait()
	defer calling.cancel()
	calling.await(t, 3)

	clock.set(-2 * time.Hour) // Authority and certificate are due.
	third := awaitSecret(t, ns, leader, differs("ca.crt", second))
	if n := bytes.Count(third.Data["ca.crt"], []byte("BEGIN")); n != 2 {
		t.Errorf("%d authorities", n)
	}
	awaitBundle(t, ns, third.Data["ca.crt"])
	awaitRead(t, configuration, ns, "second")
	calling.await(t, 3)
	if now := get(t, third.DeepCopy()); !bytes.Equal(now.Data["tls.crt"], second.Data["tls.crt"]) {
		t.Error("the new authority signed before API servers had the time to know it")
	}
	clock.set(-time.Hour)
	fourth := awaitSecret(t, ns, leader, differs("tls.crt", third))
	awaitServed(t, fourth, leader, follower)
	calling.await(t, 10)
	calling.cancel()
	calling.ended.Wait()

	if wrote := follower.calls.in(ns); len(wrote) != len(leasesOf(wrote)) {
		t.Errorf("the replica that follows wrote %v", wrote)
	}

	// Somebody takes the authorities away, and then the Secret.
	change(t, configuration, func(c *admissionv1.ValidatingWebhookConfiguration) { c.Webhooks[1].ClientConfig.CABundle = nil })
	awaitBundle(t, ns, fourth.Data["ca.crt"])
	if err := shared.client.Delete(t.Context(), fourth.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	fifth := awaitSecret(t, ns, leader, differs("ca.crt", fourth))
	awaitBundle(t, ns, fifth.Data["ca.crt"])
	awaitServed(t, fifth, leader, follower)
	awaitRead(t, configuration, ns, "third")
	if err := callOnce(t.Context(), ns, []*replica{leader, follower}); err != nil {
		t.Error(err)
	}
}

func differs(key string, from *corev1.Secret) func(*corev1.Secret) string {
	return func(now *corev1.Secret) string {
		if now.UID == from.UID && bytes.Equal(now.Data[key], from.Data[key]) {
			return "another " + key
		}
		return ""
	}
}

// awaitBundle waits until API servers trust the authorities.
func awaitBundle(t *testing.T, name string, authorities []byte) {
	t.Helper()
	c := &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: name}}
	await(t, c, &admissionv1.ValidatingWebhookConfigurationList{}, func(now *admissionv1.ValidatingWebhookConfiguration, _ bool) string {
		for _, h := range now.Webhooks[:2] { // The others are markers.
			if !bytes.Equal(h.ClientConfig.CABundle, authorities) {
				return "the authorities of " + h.Name
			}
		}
		return ""
	})
}

// awaitRead waits until the API server acts on the configuration as it is now:
// it reads it a moment after it was written. A webhook that nobody answers is
// added for one name; from the moment it stands in the way of that name,
// everything before it has been read.
func awaitRead(t *testing.T, c *admissionv1.ValidatingWebhookConfiguration, ns, marker string) {
	t.Helper()
	nobody, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	change(t, c, func(c *admissionv1.ValidatingWebhookConfiguration) {
		w := c.Webhooks[0].DeepCopy()
		w.Name, w.ClientConfig.URL = marker+".example.org", new("https://localhost:"+strconv.Itoa(nobody))
		w.MatchConditions = []admissionv1.MatchCondition{{Name: "named", Expression: "object.metadata.name == '" + marker + "'"}}
		c.Webhooks = append(c.Webhooks, *w)
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for shared.client.Create(ctx, subject(ns, marker, orderV1), client.DryRunAll) == nil {
		if ctx.Err() != nil {
			t.Fatal("the API server does not read the configuration")
		}
	}
	if ctx.Err() != nil {
		t.Fatal("the API server does not read the configuration")
	}
}

// awaitServed waits until all replicas serve what the Secret holds.
func awaitServed(t *testing.T, s *corev1.Secret, replicas ...*replica) {
	t.Helper()
	want, err := tls.X509KeyPair(s.Data["tls.crt"], s.Data["tls.key"])
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range replicas {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		for {
			got, err := r.shake(ctx, s.Data["ca.crt"])
			if err == nil && got.Equal(want.Leaf) {
				break
			}
			if ctx.Err() != nil {
				t.Fatalf("port %d does not serve the certificate of the Secret: %v", r.port, err)
			}
		}
		cancel()
	}
}

func leasesOf(all []string) []string {
	var leases []string
	for _, c := range all {
		if bytes.Contains([]byte(c), []byte("/leases")) || bytes.Contains([]byte(c), []byte("/events")) {
			leases = append(leases, c)
		}
	}
	return leases
}
